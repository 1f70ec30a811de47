"""The folder that ships."""

import json
import platform

from daybreak import digests, inference
from daybreak.exporting import artifact
from daybreak.inference import LABELS, verify
from daybreak.records import ExportRef, ModelRef


def test_the_reference_is_that_of_the_folder(exported: ExportRef) -> None:
    for each in (exported.fp32, exported.int8):
        assert each.sha256 == inference.digest(each.path)
        assert each.bytes == sum(path.stat().st_size for path in each.path.iterdir())
        assert all(digests.of_file(each.path / file.name) == file.sha256 for file in each.files)


def test_the_manifest_tells_where_it_was_made(exported: ExportRef, classifier: ModelRef) -> None:
    manifest = verify(exported.int8.path)
    assert manifest["kind"] == "onnx-int8"
    assert manifest["source_model_sha256"] == classifier.sha256
    assert manifest["cpu_class"] == artifact.cpu_class()
    assert set(manifest["versions"]) == {"python", "torch", "onnx", "onnxruntime"}


def test_the_cpu_class_tells_whether_there_is_vnni() -> None:
    known = {"x86-vnni", "x86-avx2"}
    assert artifact.cpu_class() in (known if platform.machine() == "x86_64" else {platform.machine()})


def test_both_artifacts_share_one_tokenizer(exported: ExportRef) -> None:
    names = [{file.name: file.sha256 for file in each.files} for each in (exported.fp32, exported.int8)]
    assert names[0]["tokenizer.json"] == names[1]["tokenizer.json"]


def test_labels_tell_how_to_answer(exported: ExportRef) -> None:
    described = json.loads((exported.fp32.path / LABELS).read_text(encoding="utf-8"))
    assert described == {"recipe": "classify", "labels": ["negative", "positive"], "max_length": 48, "pad_id": 0}
