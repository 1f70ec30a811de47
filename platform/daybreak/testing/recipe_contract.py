"""What every recipe must keep to: a recipe's author subclasses `RecipeContract` for these tests."""

# ruff: noqa: S101

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from daybreak.errors import DataError
from daybreak.recipes.base import Recipe

TEXTS = ("房间干净", "早餐很差，不会再来", "lovely staff", "awful", "")


class RecipeContract:
    """Override `recipe`, and `labels` and `values` if its targets are no labels of a classifier."""

    labels: Sequence[str] = ("negative", "positive")
    values: Sequence[str] = ("positive", "negative", "positive", "negative", "positive")
    wrong_value = "neither"

    @pytest.fixture
    def recipe(self) -> Recipe:
        raise NotImplementedError

    @pytest.fixture
    def tokenizer(self) -> Any:
        from daybreak.testing.tiny import make_tokenizer

        return make_tokenizer("".join(TEXTS)).backend_tokenizer

    @pytest.fixture
    def network(self, recipe: Recipe) -> Any:
        import torch

        torch.manual_seed(17)
        return recipe.build(_encoder(), self.labels, 0.5)

    def test_features_are_cut_and_never_empty(self, recipe: Recipe, tokenizer: Any) -> None:
        long = recipe.features(["好" * 500], tokenizer, 16)
        assert [len(ids) for ids in long] == [16]
        assert all(recipe.features(TEXTS, tokenizer, 16))

    def test_features_do_not_depend_on_company(self, recipe: Recipe, tokenizer: Any) -> None:
        together = recipe.features(TEXTS, tokenizer, 16)
        assert together == [recipe.features([text], tokenizer, 16)[0] for text in TEXTS]

    def test_a_wrong_value_is_named(self, recipe: Recipe) -> None:
        with pytest.raises(DataError, match=self.wrong_value):
            recipe.targets([*self.values, self.wrong_value], self.labels)

    def test_network_gives_what_the_signature_says(self, recipe: Recipe, network: Any) -> None:
        import torch

        signature = recipe.signature(self.labels)
        given = {port.name: torch.ones((2, 8), dtype=getattr(torch, port.dtype)) for port in signature.inputs}
        logits = network(**given)
        (port,) = signature.outputs
        assert str(logits.dtype) == f"torch.{port.dtype}"
        assert [2 if axis == "batch" else axis for axis in port.shape] == list(logits.shape)

    def test_padding_does_not_change_an_answer(self, network: Any) -> None:
        import torch

        ids = torch.tensor([[5, 6, 7]])
        padded = torch.tensor([[5, 6, 7, 0, 0]])
        with torch.inference_mode():
            short = network.eval()(ids, torch.ones_like(ids))
            long = network(padded, (padded > 0).long())
        assert torch.allclose(short, long, atol=1e-6)

    def test_loss_can_be_learned_from(self, recipe: Recipe, network: Any) -> None:
        import torch

        ids = torch.randint(1, 20, (len(self.values), 6))
        targets = torch.from_numpy(recipe.targets(self.values, self.labels))
        loss = recipe.loss(network(ids, torch.ones_like(ids)), targets, 0.1)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        assert loss.ndim == 0
        assert all(weight.grad is not None for weight in network.parameters())

    def test_metrics_are_those_it_names(self, recipe: Recipe, network: Any) -> None:
        import torch

        ids = torch.randint(1, 20, (len(self.values), 6))
        with torch.inference_mode():
            logits = network.eval()(ids, torch.ones_like(ids)).numpy()
        measured = recipe.metrics(logits, recipe.targets(self.values, self.labels))
        assert tuple(measured) == recipe.METRICS
        assert all(isinstance(value, float) for value in measured.values())

    def test_importing_it_is_cheap(self, recipe: Recipe) -> None:
        import subprocess
        import sys

        source = Path(str(recipe.__file__))  # type: ignore[attr-defined]  # recipes are modules
        code = f"import sys, daybreak.recipes.{source.stem}; sys.exit('torch' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _encoder() -> Any:
    import torch

    class Encoder(torch.nn.Module):
        """Embeds each token by itself, as wide as eight."""

        def __init__(self) -> None:
            super().__init__()
            self.config = SimpleNamespace(hidden_size=8)
            self.embedding = torch.nn.Embedding(50, 8)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> SimpleNamespace:
            return SimpleNamespace(last_hidden_state=self.embedding(input_ids))

    return Encoder()
