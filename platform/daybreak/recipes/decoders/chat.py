"""A dialogue as a model reads it: its turns in the tokenizer's chat template, and where the assistant speaks."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from daybreak.errors import DataError

Turn = dict[str, str]
Span = tuple[int, int]

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PLAIN = (
    "{{ bos_token if bos_token }}{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}"
    "{{ eos_token if eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)
ROLES = ("system", "user", "assistant", "tool")


class Rendered(NamedTuple):
    """A dialogue in its template, and the characters [start, end) that the assistant says, ends of turn included."""

    text: str
    spans: tuple[Span, ...]


def template(tokenizer: Any) -> str:
    """The tokenizer's own chat template; else ChatML where it has the tokens for that, else plain lines."""
    own = getattr(tokenizer, "chat_template", None)
    if isinstance(own, str) and own:
        return own
    return CHATML if "<|im_start|>" in tokenizer.get_vocab() else PLAIN


def turns(messages: str, row: str) -> list[Turn]:
    """The turns of a row's dialogue; DataError, naming the row, for anything but turns of which one answers."""
    remedy = "Prepare the data again"
    try:
        found = [{"role": str(turn["role"]), "content": str(turn["content"])} for turn in json.loads(messages)]
    except (ValueError, TypeError, KeyError):
        raise DataError(f"the dialogue of row {row} cannot be read", "a list of {role, content}", remedy) from None
    strange = next((turn["role"] for turn in found if turn["role"] not in ROLES), None)
    if strange is not None:
        raise DataError(f"the dialogue of row {row} has the role {strange!r}", f"one of {', '.join(ROLES)}", remedy)
    if not any(turn["role"] == "assistant" and turn["content"].strip() for turn in found):
        raise DataError(f"nobody answers in the dialogue of row {row}", "a turn of the assistant", remedy)
    return found


def render(tokenizer: Any, said: Sequence[Turn], row: str = "") -> Rendered:
    """The dialogue in its template; DataError where the template refuses it or leaves out what the assistant says."""
    spans: list[Span] = []
    whole = write(tokenizer, said, row)
    for place, turn in enumerate(said):
        if turn["role"] == "assistant" and turn["content"].strip():
            spans.append(_span(tokenizer, said, place, whole, row, after=spans[-1][1] if spans else 0))
    return Rendered(whole, tuple(spans))


def prompt(tokenizer: Any, said: Sequence[Turn], row: str = "") -> str:
    """The dialogue so far, up to where the assistant begins to speak."""
    return write(tokenizer, said, row, asking=True)


def write(tokenizer: Any, said: Sequence[Turn], row: str = "", *, asking: bool = False) -> str:
    """The template's text of these turns; `asking` adds what the assistant's turn begins with."""
    try:
        text: str = tokenizer.apply_chat_template(
            list(said), chat_template=template(tokenizer), tokenize=False, add_generation_prompt=asking
        )
    except Exception as error:  # a template raises what it likes
        reason = " ".join(str(error).split())[:200]
        found = f"the chat template refuses the dialogue of row {row}: {reason}"
        raise DataError(found, "turns as the model's template wants them", "Mend the row, or leave it out") from None
    return text


def _span(tokenizer: Any, said: Sequence[Turn], place: int, whole: str, row: str, *, after: int) -> Span:
    """By rendering up to the turn and with it; where a template writes earlier turns otherwise, by looking for it."""
    before, behind = write(tokenizer, said[:place], row, asking=True) if place else "", ""
    if place and whole.startswith(before):
        behind = write(tokenizer, said[: place + 1], row)
        if whole.startswith(behind.rstrip()) and len(behind) > len(before):
            return len(before), len(behind.rstrip())
    content = said[place]["content"].strip()
    start = whole.find(content, after)
    if start < 0:
        found = f"the chat template leaves out what the assistant says in row {row}"
        raise DataError(found, "a template that writes every turn", "Choose another model.base")
    return start, _end_of_turn(tokenizer, whole, start + len(content))


def _end_of_turn(tokenizer: Any, whole: str, end: int) -> int:
    ends = [token for token in tokenizer.all_special_tokens if whole.startswith(token, end)]
    return end + max(map(len, ends), default=0)
