"""INT8 carries a certificate for each class of processor, and says which one is empty."""

import pytest

from daybreak.exporting import certifying, encoder
from daybreak.exporting.certifying import certify
from daybreak.exporting.source import Source
from daybreak.inference import verify
from daybreak.inference.processors import TWINS, cpu_class
from daybreak.records import ExportRef, ModelRef

TEXTS = ["房间很好", "服务很差，非常失望", "the room was dirty", ""]
SIGNS = {"onnx-int8": -1, "onnx-fp32": 1}


def test_this_class_is_measured_and_its_twin_is_not_judged(exported: ExportRef) -> None:
    here, twin = verify(exported.int8.path)["certificates"]
    assert (here["cpu_class"], here["judged"], here["weight_bits"]) == (cpu_class(), True, 7)
    assert (here["rows"], here["flips"]) == (4, 0)
    assert 0 < here["largest_difference"] < 0.2
    assert (twin["cpu_class"], twin["judged"]) == (TWINS[cpu_class()], False)
    assert twin["reason"] == f"made on {cpu_class()}; weights of 7 bits sum exactly there too"
    assert not {"rows", "flips", "largest_difference"} & twin.keys()


def test_exact_kinds_need_none(exported: ExportRef) -> None:
    assert "certificates" not in verify(exported.fp32.path)


def test_a_processor_without_a_twin_has_one_certificate(
    classifier: ModelRef, exported: ExportRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifying, "cpu_class", lambda: "riscv64")
    (only,) = certify(Source.of(classifier, TEXTS), exported.int8, exported.fp32, bits=7)
    assert only["cpu_class"] == "riscv64"


def test_full_range_promises_nothing_of_its_twin(classifier: ModelRef, exported: ExportRef) -> None:
    _, twin = certify(Source.of(classifier, TEXTS), exported.int8, exported.fp32, bits=8)
    assert twin["reason"] == f"made on {cpu_class()}"


def test_a_language_model_has_one_too(written: ExportRef) -> None:
    here, _ = verify(written.of("onnx-int8").path)["certificates"]
    assert here["rows"] == 2
    assert here["largest_difference"] > 0


def test_wrong_answers_are_counted(classifier: ModelRef, exported: ExportRef, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source.of(classifier, TEXTS)
    answers = encoder.answers
    monkeypatch.setattr(encoder, "answers", lambda source, made: answers(source, made) * SIGNS[made.kind])
    here, _ = certify(source, exported.int8, exported.fp32, bits=7)
    assert here["flips"] == here["rows"] == 4
