"""Where the assistant speaks, in templates of several kinds."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from daybreak.errors import DataError
from daybreak.recipes.decoders import chat
from daybreak.testing.tiny import make_tokenizer
from daybreak.training.bases import tokenizer as tokenizers

SAID = [
    {"role": "system", "content": "你是客服。"},
    {"role": "user", "content": "还有房吗？"},
    {"role": "assistant", "content": "有的。"},
    {"role": "user", "content": "Really?"},
    {"role": "assistant", "content": "有的。"},
]
# Qwen and its kin leave out of earlier answers what they show of the last one.
FORGETFUL = (
    "{% for turn in messages %}[{{ turn['role'] }}]"
    "{% if loop.last and turn['role'] == 'assistant' %}<think></think>{% endif %}{{ turn['content'] | trim }}\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
LLAMA = (
    "{{ bos_token }}{% for turn in messages %}<|im_start|>{{ turn['role'] }}\n\n{{ turn['content'] | trim }}<|im_end|>"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n\n{% endif %}"
)


def _tokenizer(template: str | None) -> Any:
    made = tokenizers.train_bytes(["还有房吗？有的。Really?"], 300, 64)
    made.chat_template = template
    return made


@pytest.mark.parametrize(
    ("template", "first", "last"),
    [
        (None, "有的。<|im_end|>", "有的。<|im_end|>"),
        (LLAMA, "有的。<|im_end|>", "有的。<|im_end|>"),
        (FORGETFUL, "有的。", "<think></think>有的。"),
    ],
)
def test_spans_hold_what_is_said_and_its_end(template: str | None, first: str, last: str) -> None:
    text, spans = chat.render(_tokenizer(template), SAID)
    assert [text[start:end] for start, end in spans] == [first, last]


def test_a_tokenizer_without_template_or_chatml_writes_plain_lines() -> None:
    made = make_tokenizer("还有房吗？有的。")
    text, spans = chat.render(made, SAID)
    assert text.startswith("system: 你是客服。\nuser: 还有房吗？\nassistant: 有的。\n")
    assert [text[start:end].strip() for start, end in spans] == ["有的。", "有的。"]
    assert chat.template(made) == chat.PLAIN


def test_the_prompt_is_what_the_answer_follows() -> None:
    made = _tokenizer(None)
    assert chat.render(made, SAID).text.startswith(chat.prompt(made, SAID[:2]) + "有的。")
    assert chat.template(made) == chat.CHATML


def test_an_empty_answer_is_not_learned() -> None:
    said = [*SAID[:3], {"role": "user", "content": "?"}, {"role": "assistant", "content": " "}]
    text, spans = chat.render(_tokenizer(None), said)
    assert [text[start:end] for start, end in spans] == ["有的。<|im_end|>"]


def test_a_template_that_refuses_says_which_row() -> None:
    refusing = _tokenizer("{{ raise_exception('roles must alternate') }}")
    with pytest.raises(DataError, match="refuses the dialogue of row 7: roles must alternate"):
        chat.render(refusing, SAID, "7")


def test_a_template_that_drops_answers_is_refused() -> None:
    dropping = _tokenizer("{% for turn in messages if turn['role'] == 'user' %}{{ turn['content'] }}{% endfor %}")
    with pytest.raises(DataError, match="leaves out what the assistant says in row 7"):
        chat.render(dropping, SAID, "7")


def test_turns_are_read_from_json() -> None:
    assert chat.turns(json.dumps(SAID), "7") == SAID
    assert chat.template(SimpleNamespace(chat_template=LLAMA)) == LLAMA
