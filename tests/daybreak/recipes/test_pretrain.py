"""Guessing hidden tokens: how many, which, what is shown, and what is measured of it."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from daybreak.errors import DataError
from daybreak.recipes import pretrain
from daybreak.recipes.base import IGNORED, Recipe, Rows
from daybreak.testing.recipe_contract import TEXTS, RecipeContract

ROWS = Rows("abcde", TEXTS, ("",) * 5, ("",) * 5)


def _with_mask(tokenizer: Any) -> Any:
    tokenizer.add_special_tokens({"mask_token": "[UNK]"})
    return tokenizer


class TestPretrain(RecipeContract):
    rows, labels, wrong = ROWS, (), None

    @pytest.fixture
    def recipe(self) -> Recipe:
        return pretrain  # type: ignore[return-value]  # a module is a recipe

    @pytest.fixture
    def tokenizer(self) -> Any:
        from daybreak.testing.tiny import make_tokenizer

        return _with_mask(make_tokenizer("".join(TEXTS)))


def test_targets_are_the_mask_and_each_token_s_own_id() -> None:
    from daybreak.testing.tiny import make_tokenizer

    tokenizer = _with_mask(make_tokenizer("".join(TEXTS)))
    example = pretrain.examples(ROWS, (), tokenizer, 16)[0]
    assert example.targets[0] == tokenizer.mask_token_id
    assert example.targets[1] == example.targets[-1] == IGNORED
    assert list(example.targets[2:-1]) == list(example.ids[1:-1])


def test_a_tokenizer_that_cannot_hide_is_refused() -> None:
    from daybreak.testing.tiny import make_tokenizer

    with pytest.raises(DataError, match="has no token that hides others; expected a mask token"):
        pretrain.examples(ROWS, (), make_tokenizer("".join(TEXTS)), 16)


def test_smoothing_goes_over_all_tokens() -> None:
    answers = torch.tensor([[2.0, 5.0, 1.0], [1.0, 4.0, 0.0]])
    targets = torch.zeros((2, 3), dtype=torch.int64)
    assert float(pretrain.loss(answers, targets)) == 3.0
    assert float(pretrain.loss(answers, targets, 0.1)) == pytest.approx(0.9 * 3 + 0.1 * 9)


def test_metrics_are_of_tokens_and_not_of_rows() -> None:
    observed = np.array([[3.0, 0, 1, 1], [3.0, 0, 2, 3]], dtype=np.float32)
    found = pretrain.metrics(observed, ())
    assert found["perplexity"] == pytest.approx(math.exp(1.5))
    assert found["masked_accuracy"] == 0.75
