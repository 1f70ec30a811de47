"""Templates are rendered as transformers renders them, and can do no harm."""

import pytest

from daybreak.errors import DataError, ModelError
from daybreak.inference import templates
from daybreak.recipes.decoders import chat
from daybreak.testing import tiny

TURNS = [
    {"role": "system", "content": "简短。"},
    {"role": "user", "content": "有房吗？ <b>"},
    {"role": "assistant", "content": "有。"},
    {"role": "user", "content": "几点？"},
]


@pytest.mark.parametrize(
    "source",
    [
        chat.CHATML,
        chat.PLAIN,
        "{%- for m in messages %}\n  {{- m | tojson }}\n{% endfor %}",
        "{%- for m in messages %}{{ m | tojson(separators=(',', ':')) }}{% endfor %}{{ strftime_now('%Y') }}",
        "{%- for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}",
    ],
)
def test_the_text_is_that_of_transformers(source: str) -> None:
    tokenizer = tiny.make_tokenizer("abc")
    tokenizer.chat_template = source
    special = {"bos_token": "", "eos_token": ""}
    theirs = tokenizer.apply_chat_template(TURNS, tokenize=False, add_generation_prompt=True, **special)
    assert templates.render(templates.read(source), TURNS, special) == theirs


def test_what_a_template_refuses_is_told() -> None:
    strict = templates.read("{{ raise_exception('no system turn') }}")
    with pytest.raises(DataError, match="refuses these turns: no system turn"):
        templates.render(strict, TURNS, {})


def test_a_template_does_not_reach_out_of_its_room() -> None:
    with pytest.raises(DataError, match="unsafe"):
        templates.render(templates.read("{{ messages.__class__.__mro__ }}"), TURNS, {})


def test_a_template_that_cannot_be_read_is_told_before_a_model_is_traced() -> None:
    with pytest.raises(
        ModelError, match=r"the chat template cannot be read: .*; expected one that transformers renders"
    ):
        templates.read("{% for turn in messages %}")
