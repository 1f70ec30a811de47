"""What a language model is asked of held-out rows, written down as its own artifact says."""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.evaluation.subject import Subject
from daybreak.recipes.base import IGNORED, Example, Rows

if TYPE_CHECKING:
    import pandas as pd

    from daybreak.inference.generator import Generator


class Asked(NamedTuple):
    """A dialogue up to its last answer, or the first half of a text; `reference` is what came in the data."""

    id: str
    prompt: str
    shown: str
    reference: str
    is_dialogue: bool


def examples(subject: Subject, frame: "pd.DataFrame") -> list[Example]:
    """Token ids and targets of each row, as the recipe learns them, by the artifact's own tokenizer and template."""
    from daybreak.recipes import generate

    return generate.examples(_rows(frame), (), tokenizer_of(subject.generator), subject.generator.max_length)


def questions(subject: Subject, frame: "pd.DataFrame") -> list[Asked]:
    """One of each row, in order."""
    from daybreak.recipes.decoders import answering

    tokenizer, rows = tokenizer_of(subject.generator), _rows(frame)
    found = []
    for name, text, messages in zip(rows.ids, rows.texts, rows.messages, strict=True):
        one = answering.question(tokenizer, name, text, messages)
        found.append(Asked(one.row, one.prompt, one.asked, one.reference, bool(messages)))
    return found


def learned_characters(subject: Subject, example: Example) -> int:
    """How long the text is that the targets of a row write."""
    wanted = [token for token in example.targets if token != IGNORED]
    return len(subject.generator.tokenizer.decode(wanted, skip_special_tokens=True))


def tokenizer_of(generator: "Generator") -> Any:
    """transformers' tokenizer of an artifact, with its template."""
    from transformers import PreTrainedTokenizerFast

    special = {name: token for name, token in generator.description["special"].items() if token}
    ends = [token for each in sorted(generator.ends) if (token := generator.tokenizer.id_to_token(each))]
    made: Any = PreTrainedTokenizerFast(tokenizer_object=generator.tokenizer, additional_special_tokens=ends, **special)
    made.chat_template = generator.description["template"]
    return made


def is_dialogue(subject: Subject) -> bool:
    """Whether the model learned to answer: then a prompt is what a user says, else how a text begins."""
    frame = subject.test
    return "messages" in frame and any(bool(told) for told in frame["messages"])


def prompt(subject: Subject, text: str) -> str:
    """A text as the model reads it."""
    return subject.generator.ask(text) if is_dialogue(subject) else text


def _rows(frame: "pd.DataFrame") -> Rows:
    messages = [_told(each) for each in frame["messages"]] if "messages" in frame else [""] * len(frame)
    return Rows([str(each) for each in frame["id"]], [str(each) for each in frame["text"]], [""] * len(frame), messages)


def _told(messages: Any) -> str:
    return messages if isinstance(messages, str) else json.dumps(messages, ensure_ascii=False)
