"""What every recipe must keep to: a recipe's author subclasses `RecipeContract` for these tests."""

# ruff: noqa: S101

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daybreak.errors import DataError
from daybreak.recipes.base import IGNORED, Batch, Example, Recipe, Rows

TEXTS = ("房间干净", "早餐很差，不会再来", "lovely staff", "awful", "!")


def turns(text: str) -> str:
    """A dialogue of two turns, as a split holds it."""
    said = [{"role": "user", "content": "说吧"}, {"role": "assistant", "content": text}]
    return json.dumps(said, ensure_ascii=False)


class RecipeContract:
    """Override `recipe`, and `rows`, `labels` and `wrong` if it is learned from something else than single labels."""

    labels: Sequence[str] = ("negative", "positive")
    rows = Rows("abcde", TEXTS, ("positive", "negative", "positive", "negative", "positive"), ("",) * 5)
    wrong: Rows | None = Rows("a", ("好",), ("neither",), ("",))

    @pytest.fixture
    def recipe(self) -> Recipe:
        raise NotImplementedError

    @pytest.fixture
    def tokenizer(self) -> Any:
        from daybreak.testing.tiny import make_tokenizer

        return make_tokenizer("".join(TEXTS))

    @pytest.fixture
    def network(self, recipe: Recipe) -> Any:
        import torch

        torch.manual_seed(17)
        return recipe.build(_base(recipe.BASE), self.labels, 0.5)

    @pytest.fixture
    def batch(self, recipe: Recipe, tokenizer: Any) -> Batch:
        return _batch(recipe.examples(self.rows, self.labels, tokenizer, 16))

    def test_examples_are_cut_and_never_empty(self, recipe: Recipe, tokenizer: Any) -> None:
        long = self.rows._replace(
            texts=["好" * 500] * len(self.rows.ids),
            messages=[message and turns("好" * 500) for message in self.rows.messages],
        )
        assert {len(each.ids) for each in recipe.examples(long, self.labels, tokenizer, 16)} == {16}
        assert all(each.ids and each.targets for each in recipe.examples(self.rows, self.labels, tokenizer, 16))

    def test_examples_do_not_depend_on_company(self, recipe: Recipe, tokenizer: Any) -> None:
        together = recipe.examples(self.rows, self.labels, tokenizer, 16)
        alone = [Rows(*([column[place]] for column in self.rows)) for place in range(len(self.rows.ids))]
        assert [recipe.examples(row, self.labels, tokenizer, 16)[0] for row in alone] == together

    def test_the_tokenizer_is_left_as_it_was(self, recipe: Recipe, tokenizer: Any) -> None:
        before = tokenizer.backend_tokenizer.to_str()
        recipe.examples(self.rows, self.labels, tokenizer, 16)
        assert tokenizer.backend_tokenizer.to_str() == before

    def test_what_cannot_be_learned_from_is_named(self, recipe: Recipe, tokenizer: Any) -> None:
        if self.wrong is not None:
            with pytest.raises(DataError):
                recipe.examples(self.wrong, self.labels, tokenizer, 16)

    def test_network_gives_what_the_signature_says(self, recipe: Recipe, network: Any) -> None:
        import torch

        signature = recipe.signature(self.labels)
        given = {port.name: torch.ones((2, 8), dtype=getattr(torch, port.dtype)) for port in signature.inputs}
        answers = recipe.answer(network, Batch(given["input_ids"], given["attention_mask"], given["input_ids"], 16))
        port = signature.outputs[0]
        assert str(answers.dtype) == f"torch.{port.dtype}"
        sizes: dict[Any, Any] = {"batch": 2, "length": 8}
        known = [sizes.get(axis) if isinstance(axis, str) else axis for axis in port.shape]
        assert len(known) == answers.ndim
        assert all(size in (None, found) for size, found in zip(known, answers.shape, strict=True))

    def test_padding_does_not_change_what_is_observed(self, recipe: Recipe, network: Any, batch: Batch) -> None:
        import torch

        network.eval()
        with torch.inference_mode():
            together = recipe.observe(recipe.answer(network, batch), batch.targets)
            alone = [recipe.observe(recipe.answer(network, row), row.targets) for row in _apart(batch)]
        assert np.allclose(together, np.concatenate(alone), atol=1e-4)

    def test_loss_is_a_sum_that_can_be_learned_from(self, recipe: Recipe, network: Any, batch: Batch) -> None:
        network.eval()
        whole = recipe.loss(recipe.answer(network, batch), batch.targets, 0.1)
        parts = [recipe.loss(recipe.answer(network, row), row.targets, 0.1) for row in _apart(batch)]
        assert whole.ndim == 0
        assert float(whole) == pytest.approx(sum(map(float, parts)), rel=1e-4)
        assert recipe.weight(batch.targets) == sum(recipe.weight(row.targets) for row in _apart(batch))
        whole.backward()  # type: ignore[no-untyped-call]  # torch's own
        assert all(weight.grad is not None for weight in network.parameters())

    def test_metrics_are_those_it_names(self, recipe: Recipe, network: Any, batch: Batch) -> None:
        import torch

        with torch.inference_mode():
            observed = recipe.observe(recipe.answer(network.eval(), batch), batch.targets)
        measured = recipe.metrics(observed, self.labels)
        assert tuple(measured) == tuple(recipe.METRICS)
        assert set(recipe.METRICS.values()) <= {"max", "min"}
        assert all(isinstance(value, float) for value in measured.values())

    def test_importing_it_is_cheap(self, recipe: Recipe) -> None:
        import subprocess
        import sys

        source = Path(str(recipe.__file__))  # type: ignore[attr-defined]  # recipes are modules
        code = f"import sys, daybreak.recipes.{source.stem}; sys.exit('torch' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _apart(batch: Batch) -> list[Batch]:
    """Each row as a batch of its own, without the padding it had in company."""
    rows = []
    for row in range(len(batch.input_ids)):
        length = int((batch.attention_mask[row] > 0).sum())
        ids, mask, targets = (part[row : row + 1, :length] for part in batch[:3])
        rows.append(Batch(ids, mask, targets, length))
    return rows


def _batch(examples: Sequence[Example]) -> Batch:
    import torch

    def padded(lists: list[Sequence[int]], filler: int) -> Any:
        widest = max(map(len, lists))
        return torch.tensor([[*each, *[filler] * (widest - len(each))] for each in lists])

    ids = padded([each.ids for each in examples], 0)
    mask = padded([[1] * len(each.ids) for each in examples], 0)
    return Batch(ids, mask, padded([each.targets for each in examples], IGNORED), int(mask.sum()))


def _base(kind: str) -> Any:
    import torch
    from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(17)
    sizes = {"vocab_size": 60, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    if kind == "encoder":
        return BertModel(BertConfig(**sizes, intermediate_size=16, pad_token_id=0), add_pooling_layer=False)
    return LlamaForCausalLM(LlamaConfig(**sizes, intermediate_size=16, pad_token_id=0))
