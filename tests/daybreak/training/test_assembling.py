"""The network as it is trained: what params ask for is there, and what cannot be is refused before anything starts."""

from pathlib import Path
from typing import Any

import pytest
import torch

from daybreak import recipes
from daybreak.errors import ParamsError
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import assembling, loop, seed
from daybreak.training.devices import CPU
from daybreak.training.params import AdapterParams, TrainingParams

LORA = AdapterParams(kind="lora", rank=2)
GENERATE, CLASSIFY = recipes.find("generate"), recipes.find("classify")


@pytest.fixture(scope="module")
def writer(
    tiny_dialogues: DatasetRef, tiny_writer: ModelParams, tmp_path_factory: pytest.TempPathFactory
) -> loop.Prepared:
    return loop.prepare(tiny_dialogues, tiny_writer, TrainingParams(max_length=64), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def reader(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tmp_path_factory: pytest.TempPathFactory
) -> loop.Prepared:
    return loop.prepare(tiny_dataset, tiny_model, TrainingParams(max_length=32), tmp_path_factory.mktemp("cache"))


def _build(recipe: Any, prepared: loop.Prepared, **given: Any) -> Any:
    seed.fix(17, 1)
    training = TrainingParams(**{"label_smoothing": 0.0, "max_length": 32, **given})
    labels = ["negative", "positive"] if recipe is CLASSIFY else []
    return assembling.build(recipe, prepared.base, labels, training, CPU)


def test_an_adapted_classifier_learns_adapters_and_head(reader: loop.Prepared) -> None:
    network = _build(CLASSIFY, reader, adapter=LORA)
    learned = {name for name, weight in network.named_parameters() if weight.requires_grad}
    assert {"head.weight", "head.bias"} <= learned
    assert {name for name in learned if ".lora_" not in name} == {"head.weight", "head.bias"}


def test_frozen_names_are_those_of_the_network(writer: loop.Prepared) -> None:
    network = _build(GENERATE, writer, frozen=("model.embed_tokens", "model.layers.0"))
    still = {name for name, weight in network.named_parameters() if not weight.requires_grad}
    assert "model.embed_tokens.weight" in still
    assert all(name.startswith(("model.embed_tokens", "model.layers.0")) for name in still)


@pytest.mark.parametrize("bits", [16, 32])
def test_what_is_kept_says_what_was_trained(writer: loop.Prepared, tmp_path: Path, bits: int) -> None:
    training = TrainingParams(max_length=32, dropout=0.0, adapter=AdapterParams(kind="lora", rank=2, bits=bits))
    seed.fix(17, 1)
    network: Any = assembling.build(GENERATE, writer.base, [], training, CPU).eval()
    for name, weight in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    batch = writer.validation.batch(torch.arange(4).numpy())
    with torch.inference_mode():
        said = GENERATE.answer(network, batch).float()
        kept = assembling.finish(GENERATE, writer.base, network, labels=[], training=training, folder=tmp_path).eval()
        assert kept.dtype == torch.float32
        assert not any(".lora_" in name for name in kept.state_dict())
        assert torch.allclose(GENERATE.answer(kept, batch), said, atol=1e-4 if bits == 32 else 0.05)
    assert sorted(path.name for path in (tmp_path / "adapter").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]


def test_memory_saved_changes_no_gradient(writer: loop.Prepared) -> None:
    batch = writer.learned.batch(torch.arange(4).numpy())
    found = []
    for saved in (False, True):
        network = _build(GENERATE, writer, gradient_checkpointing=saved, dropout=0.1).train()
        seed.fix(18, 1)
        GENERATE.loss(GENERATE.answer(network, batch), batch.targets).backward()  # type: ignore[no-untyped-call]
        found.append([weight.grad for weight in network.parameters()])
    assert all(torch.equal(plain, again) for plain, again in zip(*found, strict=True))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"packing": True}, "packing is on, and this recipe reads each row as a whole"),
        ({"adapter": AdapterParams(kind="lora", bits=8)}, "bits is 8, which needs a GPU"),
        ({"frozen": ("nowhere",)}, "training.frozen names 'nowhere'"),
    ],
)
def test_what_a_classifier_cannot_have(reader: loop.Prepared, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        _build(CLASSIFY, reader, **given)


def test_a_writer_has_no_classes_to_weigh(writer: loop.Prepared) -> None:
    with pytest.raises(ParamsError, match="class_weights is balanced, and this recipe has no classes"):
        _build(GENERATE, writer, class_weights="balanced")


def test_memory_cannot_be_saved_everywhere(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    model = ModelParams(base="scratch", config={"model_type": "cnn", "hidden_size": 16})
    prepared = loop.prepare(tiny_dataset, model, TrainingParams(max_length=32), tmp_path)
    with pytest.raises(ParamsError, match="gradient_checkpointing is on, which CnnModel cannot do"):
        _build(CLASSIFY, prepared, gradient_checkpointing=True)
