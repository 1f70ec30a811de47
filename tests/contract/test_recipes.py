"""Every recipe that stands in the recipes folder keeps to the contract."""

from typing import Any

import pytest

from daybreak import recipes
from daybreak.recipes.base import Recipe, Rows
from daybreak.testing.recipe_contract import TEXTS, RecipeContract, turns

FOUND = recipes.discover()
READERS, WRITERS = (sorted(name for name in FOUND if kind == FOUND[name].BASE) for kind in ("encoder", "decoder"))
OF_TEXT_ALONE = ("pretrain",)  # no label can be wrong, and a token of theirs hides others
SHORT = (
    "{% for turn in messages %}{{ turn['role'][0] }}{{ turn['content'] }}{{ sep_token }}{% endfor %}"
    "{% if add_generation_prompt %}a{% endif %}"
)


@pytest.mark.parametrize("name", [name for name in READERS if name not in OF_TEXT_ALONE])
class TestReaders(RecipeContract):
    @pytest.fixture
    def recipe(self, name: str) -> Recipe:
        return recipes.find(name)


@pytest.mark.parametrize("name", OF_TEXT_ALONE)
class TestReadersOfTextAlone(RecipeContract):
    labels, wrong = (), None

    @pytest.fixture
    def recipe(self, name: str) -> Recipe:
        return recipes.find(name)

    @pytest.fixture
    def tokenizer(self) -> Any:
        from daybreak.testing.tiny import make_tokenizer

        made = make_tokenizer("".join(TEXTS))
        made.add_special_tokens({"mask_token": "[UNK]"})
        return made


@pytest.mark.parametrize("name", WRITERS)
class TestWritersOfTexts(RecipeContract):
    labels = ("",)
    rows = RecipeContract.rows._replace(labels=("",) * 5)
    wrong = Rows("a", (" ",), ("",), ("",))

    @pytest.fixture
    def recipe(self, name: str) -> Recipe:
        return recipes.find(name)


@pytest.mark.parametrize("name", WRITERS)
class TestWritersOfAnswers(RecipeContract):
    labels = ("",)
    rows = RecipeContract.rows._replace(labels=("",) * 5, messages=tuple(turns(text[:4]) for text in TEXTS))
    wrong = Rows("a", ("好",), ("",), ('[{"role": "user", "content": "好"}]',))

    @pytest.fixture
    def recipe(self, name: str) -> Recipe:
        return recipes.find(name)

    @pytest.fixture
    def tokenizer(self) -> Any:
        from daybreak.testing.tiny import make_tokenizer

        made = make_tokenizer("".join(TEXTS))
        made.chat_template = SHORT
        return made
