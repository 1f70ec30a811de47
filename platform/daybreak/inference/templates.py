"""A dialogue as a model reads it, without transformers: its template came with it, and runs in a sandbox."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.errors import DataError


def render(template: Any, turns: Sequence[Mapping[str, str]], special: Mapping[str, str]) -> str:
    """The dialogue so far, up to where the assistant begins to speak; DataError for turns that the template refuses."""
    try:
        told: str = template.render(messages=list(turns), add_generation_prompt=True, **special)
    except Exception as error:  # a template raises what it likes
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"the chat template refuses these turns: {reason}", "turns it can write", "Mend them") from None
    return told


def read(source: str) -> Any:
    """A template, as transformers would read it."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    room = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    room.globals["raise_exception"] = _refuse
    room.filters["tojson"] = _to_json
    return room.from_string(source)


def _refuse(reason: str) -> None:
    raise ValueError(reason)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
