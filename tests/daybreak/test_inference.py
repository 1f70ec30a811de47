"""The predictor: order, batches, and everything it refuses."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from daybreak import digests, inference
from daybreak.errors import ModelError
from daybreak.inference import Predictor
from daybreak.records import ArtifactRef, ExportRef

TEXTS = ["房间很好 12", "the service was dirty and is very bad", "", "早餐 非常失望", "这本书 值得推荐 7", "很差"]


@pytest.fixture
def folder(exported: ExportRef, tmp_path: Path) -> Path:
    """A copy of the INT8 artifact, to be spoiled."""
    return shutil.copytree(exported.int8.path, tmp_path / "artifact")


@pytest.fixture(scope="session")
def predictor(exported: ExportRef) -> Predictor:
    return Predictor.of(exported.fp32, threads=1)


def rewrite_model(folder: Path, model: onnx.ModelProto) -> None:
    """Replace model.onnx and mend the manifest, as one would who wants to slip something in."""
    onnx.save_model(model, folder / inference.MODEL)
    manifest = json.loads((folder / inference.MANIFEST).read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        entry["sha256"] = digests.of_file(folder / entry["name"])
    (folder / inference.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


class TestPredict:
    def test_answers_come_in_the_order_of_the_texts(self, predictor: Predictor) -> None:
        together = predictor.predict(TEXTS, batch_size=4)
        alone = [predictor.predict([text]).logits[0] for text in TEXTS]
        np.testing.assert_allclose(together.logits, alone, atol=1e-5)
        assert together.logits.dtype == np.float32
        assert together.logits.shape == (len(TEXTS), 2)

    def test_labels_follow_the_largest_logit_and_probabilities_sum_to_one(self, predictor: Predictor) -> None:
        found = predictor.predict(TEXTS)
        assert found.labels == [predictor.labels[place] for place in found.logits.argmax(1)]
        np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-5)
        assert found.probabilities.dtype == np.float32

    def test_has_learned_something(self, predictor: Predictor) -> None:
        assert predictor.predict(["房间 非常满意", "早餐 非常失望"]).labels == ["positive", "negative"]

    def test_no_texts_no_answers(self, predictor: Predictor) -> None:
        assert predictor.predict([]).labels == []

    def test_the_same_texts_answer_the_same_to_the_last_bit(self, exported: ExportRef) -> None:
        int8 = Predictor.of(exported.int8, threads=1)
        np.testing.assert_array_equal(int8.predict(TEXTS * 9).logits, int8.predict(TEXTS * 9).logits)

    def test_long_texts_are_cut(self, predictor: Predictor) -> None:
        (batch,) = predictor.batches(["好" * 500])
        assert batch.input_ids.shape == (1, predictor.max_length)


class TestBatches:
    def test_every_row_once_and_short_ones_first(self, predictor: Predictor) -> None:
        batches = list(predictor.batches(TEXTS, 4))
        assert sorted(row for batch in batches for row in batch.rows) == list(range(len(TEXTS)))
        assert [batch.input_ids.shape[1] for batch in batches] == sorted(batch.input_ids.shape[1] for batch in batches)

    def test_padding_is_on_the_right_and_masked(self, predictor: Predictor) -> None:
        for batch in predictor.batches(TEXTS, 4):
            assert ((batch.attention_mask == 1) | (batch.input_ids == predictor.pad_id)).all()
            assert (np.diff(batch.attention_mask, axis=1) <= 0).all()


class TestRefuses:
    @pytest.mark.parametrize("name", [inference.MODEL, inference.TOKENIZER, inference.LABELS])
    def test_an_altered_file(self, folder: Path, name: str) -> None:
        with (folder / name).open("ab") as stream:
            stream.write(b" ")
        with pytest.raises(ModelError, match=f"{name} .* was altered; expected digest .*; Export the model again"):
            Predictor(folder)

    @pytest.mark.parametrize("name", [inference.MODEL, inference.MANIFEST])
    def test_a_missing_file(self, folder: Path, name: str) -> None:
        (folder / name).unlink()
        with pytest.raises(ModelError, match=name):
            Predictor(folder)

    def test_a_manifest_that_is_not_json(self, folder: Path) -> None:
        (folder / inference.MANIFEST).write_text("{", encoding="utf-8")
        with pytest.raises(ModelError, match="not JSON"):
            Predictor(folder)

    def test_a_file_that_is_not_in_the_manifest(self, folder: Path) -> None:
        (folder / "extra.bin").write_bytes(b"x")
        with pytest.raises(ModelError, match=r"extra\.bin .* is not of the artifact"):
            Predictor(folder)

    def test_a_link_in_place_of_a_file(self, folder: Path, tmp_path: Path) -> None:
        shutil.move(folder / inference.MODEL, tmp_path / "elsewhere.onnx")
        (folder / inference.MODEL).symlink_to(tmp_path / "elsewhere.onnx")
        with pytest.raises(ModelError, match="plain files"):
            Predictor(folder)

    @pytest.mark.parametrize("place", ["../secret.bin", "/etc/hostname", "not-listed.bin"])
    def test_weights_outside_the_folder(self, folder: Path, place: str) -> None:
        model = onnx.load_model(folder / inference.MODEL)
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=place)
        rewrite_model(folder, model)
        with pytest.raises(ModelError, match="reads weights from"):
            Predictor(folder)

    def test_what_is_not_onnx(self, folder: Path) -> None:
        model = onnx.ModelProto()
        rewrite_model(folder, model)
        with pytest.raises(ModelError, match="onnxruntime cannot open"):
            Predictor(folder)

    def test_a_reference_to_other_files(self, exported: ExportRef) -> None:
        wrong: ArtifactRef = exported.int8.model_copy(update={"path": exported.fp32.path})
        with pytest.raises(ModelError, match="has digest"):
            Predictor.of(wrong)

    @pytest.mark.parametrize("name", ["CUDAExecutionProvider", "NoSuchExecutionProvider"])
    def test_a_provider_that_is_not_used(self, folder: Path, name: str) -> None:
        with pytest.raises(ModelError, match=name):
            Predictor(folder, providers=(name,))
        with pytest.raises(ModelError, match=name):
            Predictor(folder, providers=(name, inference.CPU))
