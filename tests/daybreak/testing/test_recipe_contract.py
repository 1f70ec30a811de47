"""The contract catches recipes that break it."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from daybreak.recipes import classify
from daybreak.recipes.base import Batch, Example, Rows
from daybreak.testing import recipe_contract
from daybreak.testing.recipe_contract import TEXTS, RecipeContract
from daybreak.testing.tiny import make_tokenizer


def _altered(**parts: Any) -> Any:
    return SimpleNamespace(**{**vars(classify), **parts})


def _uncut(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    return classify.examples(rows, labels, tokenizer, 10_000)


def _padded(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    found = classify.examples(rows, labels, tokenizer, max_length)
    longest = max(len(each.ids) for each in found)
    return [each._replace(ids=[*each.ids, *[0] * (longest - len(each.ids))]) for each in found]


def _forgiving(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    return classify.examples(rows._replace(labels=[labels[0]] * len(rows.ids)), labels, tokenizer, max_length)


def _meddling(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    tokenizer.backend_tokenizer.enable_truncation(max_length)
    return classify.examples(rows, labels, tokenizer, max_length)


def _detached(answers: Any, *rest: Any) -> Any:
    return classify.loss(answers.detach(), *rest)


def _mean(answers: Any, targets: Any, *rest: Any) -> Any:
    return classify.loss(answers, targets, *rest) / len(targets)


def _unmasked(network: Any, batch: Batch) -> Any:
    return network(batch.input_ids, batch.attention_mask * 0 + 1)


def _network(recipe: Any) -> Any:
    return recipe.build(recipe_contract._base(recipe.BASE), RecipeContract.labels, 0.5)


def _tokenizer() -> Any:
    return make_tokenizer("".join(TEXTS))


def _batch() -> Batch:
    return recipe_contract._batch(
        classify.examples(RecipeContract.rows, RecipeContract.labels, make_tokenizer("".join(TEXTS)), 16)
    )


CHECKS: list[tuple[Any, Callable[[RecipeContract, Any], None], type[BaseException]]] = [
    (
        _altered(examples=_uncut),
        lambda kept, bad: kept.test_examples_are_cut_and_never_empty(bad, _tokenizer()),
        AssertionError,
    ),
    (
        _altered(examples=_padded),
        lambda kept, bad: kept.test_examples_do_not_depend_on_company(bad, _tokenizer()),
        AssertionError,
    ),
    (
        _altered(examples=_meddling),
        lambda kept, bad: kept.test_the_tokenizer_is_left_as_it_was(bad, _tokenizer()),
        AssertionError,
    ),
    (
        _altered(examples=_forgiving),
        lambda kept, bad: kept.test_what_cannot_be_learned_from_is_named(bad, _tokenizer()),
        pytest.fail.Exception,
    ),
    (
        _altered(signature=lambda labels: classify.signature(["only one"])),
        lambda kept, bad: kept.test_network_gives_what_the_signature_says(bad, _network(bad)),
        AssertionError,
    ),
    (
        _altered(answer=_unmasked),
        lambda kept, bad: kept.test_padding_does_not_change_what_is_observed(bad, _network(bad), _batch()),
        AssertionError,
    ),
    (
        _altered(loss=_detached),
        lambda kept, bad: kept.test_loss_is_a_sum_that_can_be_learned_from(bad, _network(bad), _batch()),
        RuntimeError,
    ),
    (
        _altered(loss=_mean),
        lambda kept, bad: kept.test_loss_is_a_sum_that_can_be_learned_from(bad, _network(bad), _batch()),
        AssertionError,
    ),
    (
        _altered(METRICS={"f2": "max"}),
        lambda kept, bad: kept.test_metrics_are_those_it_names(bad, _network(bad), _batch()),
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
