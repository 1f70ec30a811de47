"""Everything an artifact is refused for before it answers."""

import json
import shutil
from pathlib import Path

import onnx
import pytest

from daybreak import digests, inference
from daybreak.errors import ModelError
from daybreak.inference import Predictor
from daybreak.records import ExportRef


@pytest.fixture
def folder(exported: ExportRef, tmp_path: Path) -> Path:
    """A copy of the INT8 artifact, to be spoiled."""
    return shutil.copytree(exported.int8.path, tmp_path / "artifact")


def rewrite_model(folder: Path, model: onnx.ModelProto) -> None:
    """Replace model.onnx and mend the manifest, as one would who wants to slip something in."""
    onnx.save_model(model, folder / inference.MODEL)
    manifest = json.loads((folder / inference.MANIFEST).read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        entry["sha256"] = digests.of_file(folder / entry["name"])
    (folder / inference.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


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

    @pytest.mark.parametrize("content", ["[]", "{}", '{"files": 3}', '{"files": [{"path": "x"}]}'])
    def test_a_manifest_of_something_else(self, folder: Path, content: str) -> None:
        (folder / inference.MANIFEST).write_text(content, encoding="utf-8")
        with pytest.raises(ModelError, match="lists no files; expected a manifest as it was written"):
            Predictor(folder)

    def test_a_linked_manifest_and_one_in_a_folder_below(self, folder: Path, tmp_path: Path) -> None:
        (folder / "more").mkdir()
        shutil.copy(folder / inference.MANIFEST, folder / "more" / inference.MANIFEST)
        with pytest.raises(ModelError, match=r"more.* is not of the artifact"):
            Predictor(folder)
        shutil.rmtree(folder / "more")
        shutil.move(folder / inference.MANIFEST, tmp_path / "elsewhere.json")
        (folder / inference.MANIFEST).symlink_to(tmp_path / "elsewhere.json")
        with pytest.raises(ModelError, match=r"manifest\.json .* is a link"):
            Predictor(folder)

    def test_weights_of_a_function_that_stand_outside(self, folder: Path) -> None:
        model = onnx.load_model(folder / inference.MODEL)
        outside = onnx.TensorProto(name="w", data_type=1, dims=[1], data_location=onnx.TensorProto.EXTERNAL)
        outside.external_data.add(key="location", value="../../secret")
        node = onnx.helper.make_node("Constant", [], ["w"], value=outside)
        model.functions.append(onnx.helper.make_function("own", "f", [], ["w"], [node], model.opset_import))
        rewrite_model(folder, model)
        with pytest.raises(ModelError, match=r"reads weights from '\.\./\.\./secret'"):
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
