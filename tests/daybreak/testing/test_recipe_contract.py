"""The contract catches recipes that break it."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from daybreak.recipes import classify
from daybreak.testing import recipe_contract
from daybreak.testing.recipe_contract import TEXTS, RecipeContract
from daybreak.testing.tiny import make_tokenizer


def _altered(**parts: Any) -> Any:
    return SimpleNamespace(**{**vars(classify), **parts})


def _uncut(texts: Sequence[str], tokenizer: Any, max_length: int) -> list[list[int]]:
    return classify.features(texts, tokenizer, 10_000)


def _padded(texts: Sequence[str], tokenizer: Any, max_length: int) -> list[list[int]]:
    found = classify.features(texts, tokenizer, max_length)
    longest = max(len(ids) for ids in found)
    return [ids + [0] * (longest - len(ids)) for ids in found]


def _network(recipe: Any) -> Any:
    return recipe.build(recipe_contract._encoder(), RecipeContract.labels, 0.5)


TOKENIZER = make_tokenizer("".join(TEXTS)).backend_tokenizer
CHECKS: list[tuple[Any, Callable[[RecipeContract, Any], None], type[BaseException]]] = [
    (
        _altered(features=_uncut),
        lambda kept, bad: kept.test_features_are_cut_and_never_empty(bad, TOKENIZER),
        AssertionError,
    ),
    (
        _altered(features=_padded),
        lambda kept, bad: kept.test_features_do_not_depend_on_company(bad, TOKENIZER),
        AssertionError,
    ),
    (
        _altered(targets=lambda values, labels: [0] * len(values)),
        lambda kept, bad: kept.test_a_wrong_value_is_named(bad),
        pytest.fail.Exception,
    ),
    (
        _altered(signature=lambda labels: classify.signature(["only one"])),
        lambda kept, bad: kept.test_network_gives_what_the_signature_says(bad, _network(bad)),
        AssertionError,
    ),
    (
        _altered(loss=lambda logits, targets, smoothing: classify.loss(logits.detach(), targets, smoothing)),
        lambda kept, bad: kept.test_loss_can_be_learned_from(bad, _network(bad)),
        RuntimeError,
    ),
    (
        _altered(METRICS=("f2",)),
        lambda kept, bad: kept.test_metrics_are_those_it_names(bad, _network(bad)),
        AssertionError,
    ),
]


@pytest.mark.parametrize(("bad", "check", "caught"), CHECKS)
def test_a_broken_recipe_is_caught(
    bad: Any, check: Callable[[RecipeContract, Any], None], caught: type[BaseException]
) -> None:
    with pytest.raises(caught):
        check(RecipeContract(), bad)
    check(RecipeContract(), classify)


def test_a_recipe_must_be_given() -> None:
    with pytest.raises(NotImplementedError):
        RecipeContract.recipe.__wrapped__(RecipeContract())  # type: ignore[attr-defined]
