"""What every exported artifact must keep to: an exporter's author subclasses `ExporterContract` for these tests."""

# ruff: noqa: S101

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from daybreak.errors import ModelError
from daybreak.evaluation.parity import torch_logits
from daybreak.inference import MANIFEST, Batch, Predictor, verify
from daybreak.recipes.classify import load_model
from daybreak.records import ArtifactRef, ModelRef

SHAPES = [(1, 1), (1, 8), (2, 8), (7, 31), (32, 48)]

WITHOUT_TORCH = """
import pathlib, sys
sys.modules["torch"] = sys.modules["transformers"] = None
from daybreak.inference import Predictor
print(Predictor(pathlib.Path(sys.argv[1])).predict(["很好"]).labels)
"""


class ExporterContract:
    """Override `model`, `artifact` and, for an artifact that is not exact, `tolerance` in logits."""

    tolerance = 1e-4

    @pytest.fixture
    def model(self) -> ModelRef:
        raise NotImplementedError

    @pytest.fixture
    def artifact(self, model: ModelRef) -> ArtifactRef:
        raise NotImplementedError

    @pytest.mark.parametrize("shape", SHAPES)
    def test_answers_as_torch_at_every_batch_and_length(
        self, model: ModelRef, artifact: ArtifactRef, shape: tuple[int, int]
    ) -> None:
        network, predictor = load_model(model), Predictor.of(artifact)
        draw = np.random.default_rng(17)
        ids = draw.integers(1, predictor.tokenizer.get_vocab_size(), shape)
        lengths = draw.integers(1, shape[1] + 1, shape[0])
        mask = (np.arange(shape[1]) < lengths[:, None]).astype(np.int64)
        batch = Batch(list(range(shape[0])), np.where(mask == 1, ids, predictor.pad_id), mask)
        assert np.abs(predictor.logits(batch) - torch_logits(network, batch)).max() <= self.tolerance

    def test_padding_does_not_change_an_answer(self, artifact: ArtifactRef) -> None:
        predictor = Predictor.of(artifact)
        alone = predictor.predict(["很好"]).logits[0]
        padded = predictor.predict(["很好", "房间又脏又吵，非常失望，不会再来"]).logits[0]
        assert np.abs(alone - padded).max() <= self.tolerance

    def test_loads_without_torch(self, artifact: ArtifactRef) -> None:
        command = [sys.executable, "-c", WITHOUT_TORCH, str(artifact.path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()

    def test_manifest_names_every_file_and_where_it_comes_from(self, model: ModelRef, artifact: ArtifactRef) -> None:
        manifest = verify(artifact.path)
        names = {entry["name"] for entry in manifest["files"]}
        assert names | {MANIFEST} == {path.name for path in artifact.path.iterdir()}
        assert {file.name for file in artifact.files} == names | {MANIFEST}
        assert manifest["source_model_sha256"] == model.sha256
        assert {"exporter", "opset", "versions", "cpu_class", "recipe", "provider", "fused"} <= manifest.keys()

    def test_an_altered_file_is_refused(self, artifact: ArtifactRef, tmp_path: Path) -> None:
        for file in artifact.files:
            copy = tmp_path / file.name.replace(".", "-")
            shutil.copytree(artifact.path, copy)
            with (copy / file.name).open("ab") as stream:
                stream.write(b" ")
            with pytest.raises(ModelError):
                Predictor.of(artifact.model_copy(update={"path": copy}))
