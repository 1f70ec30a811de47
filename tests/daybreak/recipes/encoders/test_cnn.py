"""The light encoder: blind to padding, found by transformers, and as small as it says."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModel

from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.recipes.encoders import cnn
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import loop
from daybreak.training.params import TrainingParams


@pytest.fixture(scope="module")
def encoder() -> Any:
    torch.manual_seed(17)
    return cnn.model_class()(
        cnn.config_class()(vocab_size=40, hidden_size=16, num_hidden_layers=3, kernel_size=3)
    ).eval()


def _states(encoder: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return found


def test_padding_changes_no_state(encoder: Any) -> None:
    ids = torch.randint(1, 40, (2, 9))
    padded = torch.nn.functional.pad(ids, (0, 5))
    mask = torch.nn.functional.pad(torch.ones_like(ids), (0, 5))
    alone, together = _states(encoder, ids, torch.ones_like(ids)), _states(encoder, padded, mask)
    assert torch.allclose(alone, together[:, :9], atol=1e-6)
    junk = padded.masked_fill(mask == 0, 7)
    assert torch.allclose(together[:, :9], _states(encoder, junk, mask)[:, :9], atol=1e-6)


def test_a_state_reads_its_neighbours_and_no_further(encoder: Any) -> None:
    """Three layers of three tokens reach three to each side."""
    ids = torch.randint(1, 40, (1, 20))
    other = ids.clone()
    other[0, 10] = (other[0, 10] + 1) % 39 + 1
    mask = torch.ones_like(ids)
    moved = (_states(encoder, ids, mask) - _states(encoder, other, mask)).abs().amax(-1)[0] > 1e-7
    assert moved.nonzero().flatten().tolist() == list(range(7, 14))


def test_transformers_finds_it_again(encoder: Any, tmp_path: Path) -> None:
    cnn.register()
    cnn.register()
    encoder.save_pretrained(tmp_path)
    assert AutoConfig.from_pretrained(tmp_path).kernel_size == 3
    again = AutoModel.from_pretrained(tmp_path).eval()
    ids = torch.randint(1, 40, (2, 9))
    mask = torch.ones_like(ids)
    assert torch.equal(_states(again, ids, mask), _states(encoder, ids, mask))


def test_it_is_trained_loaded_and_exported_like_any_other(
    tiny_dataset: DatasetRef, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    (tmp_path / "made").mkdir()
    model = ModelParams(base="scratch", config={"model_type": "cnn", "hidden_size": 32, "kernel_size": 3})
    made = loop.train(tiny_dataset, model, tiny_training, tmp_path / "made", cache=tmp_path / "cache")
    assert made.metrics["validation_accuracy"] > 0.8
    code = (
        "import sys; from daybreak.records import ModelRef; from daybreak.recipes import classify;"
        "classify.load_model(ModelRef.model_validate_json(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, made.model_dump_json()], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shipped = export(made, ExportingParams(), ["房间很好", "the staff was awful"], tmp_path / "exported")
    assert shipped.int8.bytes < shipped.fp32.bytes


def test_an_even_kernel_has_no_middle() -> None:
    with pytest.raises(ValueError, match="kernel_size is 4, and must be odd"):
        cnn.config_class()(kernel_size=4)
