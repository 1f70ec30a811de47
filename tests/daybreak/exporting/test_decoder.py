"""A causal language model as ONNX: what a runner is told, and wrong exports that are caught."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from daybreak.errors import ModelError, StepFailed
from daybreak.exporting import artifact, decoder
from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import Source
from daybreak.inference import LABELS, MANIFEST
from daybreak.records import ArtifactRef, ExportRef, ModelRef

TEXTS = ("房间很好", "the room was dirty, and the breakfast")


@pytest.fixture
def source(tiny_written: ModelRef) -> Source:
    return Source.of(tiny_written, TEXTS)


def _export(source: Source, folder: Path) -> ArtifactRef:
    return artifact.finish(folder, "onnx-fp32", source, decoder.write(source, ExportingParams(), folder))


def test_a_runner_is_told_how_to_ask_and_when_to_stop(written: ExportRef) -> None:
    told = json.loads((written.of("onnx-fp32").path / LABELS).read_text(encoding="utf-8"))
    assert told["recipe"] == "generate"
    assert "<|im_start|>" in told["template"]
    assert told["special"] == {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}
    assert told["ends"] == [told["eos_id"]]


def test_the_manifest_says_who_exported_what(written: ExportRef) -> None:
    for made in written.artifacts:
        told = json.loads((made.path / MANIFEST).read_text(encoding="utf-8"))
        assert told["kind"] == made.kind
        assert told["exporter"] == "torchscript"
    assert {made.kind for made in written.artifacts} == {"onnx-fp32", "onnx-int8"}


def test_layers_that_see_a_window_only_are_refused(source: Source, tmp_path: Path) -> None:
    network: Any = source.network
    network.config.layer_types = ["sliding_attention", "full_attention"]
    with pytest.raises(ModelError, match="with layers of full_attention, sliding_attention"):
        decoder.write(source, ExportingParams(), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_model_that_cannot_be_traced_is_named(tmp_path: Path) -> None:
    from transformers import BloomConfig, BloomForCausalLM

    config = BloomConfig(vocab_size=64, hidden_size=32, n_layer=1, n_head=2)
    other: Any = SimpleNamespace(network=BloomForCausalLM(config))
    with pytest.raises(ModelError, match=r"model\.base is bloom, which cannot be traced: .*Choose another model\.base"):
        decoder.write(other, ExportingParams(), tmp_path / "made")


class Unmasked(decoder.Cached):
    """Reads padding as if it were text."""

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, *rest: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return super().forward(input_ids, attention_mask * 0 + 1, *rest)


class Swapped(decoder.Cached):
    """Takes padding to stand on the right."""

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, *rest: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return super().forward(input_ids, attention_mask.flip(1), *rest)


class Unpositioned(decoder.Cached):
    """Takes all tokens to stand in one place."""

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, position_ids: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return super().forward(input_ids, attention_mask, position_ids * 0, *past)


class Forgetful(decoder.Cached):
    """Keeps a cache that it does not read."""

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, position_ids: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return super().forward(input_ids, attention_mask, position_ids, *(each * 0 for each in past))


@pytest.mark.parametrize("wrong", [Unmasked, Swapped, Unpositioned])
def test_a_dropped_mask_a_swapped_padding_side_and_lost_places_are_caught(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: type[decoder.Cached]
) -> None:
    monkeypatch.setattr(decoder, "Cached", wrong)
    made = _export(source, tmp_path / "made")
    with pytest.raises(StepFailed, match="onnx-fp32 differs from torch by"):
        decoder.check_answers(source, made)


def test_transposed_weights_are_caught(source: Source, tmp_path: Path) -> None:
    made = _export(source, tmp_path / "made")
    network: Any = source.network
    weight = network.model.layers[0].self_attn.q_proj.weight
    with torch.no_grad():
        weight.copy_(weight.T.clone())
    with pytest.raises(StepFailed, match="differs from torch"):
        decoder.check_answers(replace(source), made)


def test_a_cache_that_is_not_read_shows_in_parity(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from daybreak.evaluation.writing import parity
    from daybreak.inference.generator import Generator

    monkeypatch.setattr(decoder, "Cached", Forgetful)
    made = _export(source, tmp_path / "made")
    generator = Generator.of(made, threads=1)
    decoder.check_answers(source, made)
    found = parity.with_and_without_cache(generator, [generator.encode(text) for text in TEXTS])
    assert found["max_logit_difference"] > 1e-2
