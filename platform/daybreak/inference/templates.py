"""A dialogue as a model reads it, without transformers: its template came with it, and runs in a sandbox."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from daybreak.errors import DataError, ModelError


def render(template: Any, turns: Sequence[Mapping[str, str]], special: Mapping[str, str]) -> str:
    """The dialogue so far, up to where the assistant begins to speak; DataError for turns that the template refuses."""
    try:
        told: str = template.render(messages=list(turns), add_generation_prompt=True, **special)
    except Exception as error:  # a template raises what it likes
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the chat template refuses these turns: {reason}", "turns it can write", "Mend them") from None
    return told


def read(source: str) -> Any:
    """A template, as transformers would read it; ModelError for one that cannot be."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    blocks: list[Any] = ["jinja2.ext.loopcontrols", _generation()]
    room = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=blocks)
    room.globals |= {"raise_exception": _refuse, "strftime_now": _now}
    room.filters["tojson"] = _to_json
    try:
        return room.from_string(source)
    except TemplateError as error:
        found = f"the chat template cannot be read: {error}"
        raise ModelError(found, "one that transformers renders", "Mend it, or choose another model.base") from None


def _generation() -> Any:
    """Reads `{% generation %}`, which marks what the assistant says, and is nothing where text is rendered."""
    from jinja2.ext import Extension

    class Generation(Extension):
        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    return Generation


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


def _refuse(reason: str) -> None:
    raise ValueError(reason)


def _to_json(value: Any, ensure_ascii: bool = False, **given: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, **given)
