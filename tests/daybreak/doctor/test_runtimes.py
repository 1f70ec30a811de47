"""Two wheels of onnxruntime in one folder are noticed."""

import pytest

from daybreak.doctor import Patient, runtimes


def test_this_environment_has_one(patient: Patient) -> None:
    (found,) = runtimes.check(patient)
    assert found.ok, found


@pytest.mark.parametrize(
    ("installed", "ok"),
    [
        (["onnxruntime-gpu", "onnx"], True),
        (["onnxruntime"], True),
        (["onnxruntime", "onnxruntime-gpu"], False),
        (["onnxruntime_gpu", "onnxruntime"], False),
        (["onnxruntime-gpu", "onnxruntime-extensions", "onnxruntime-genai"], True),
        (["onnx"], False),
    ],
)
def test_one_and_only_one(installed: list[str], ok: bool) -> None:
    found = runtimes.judge(installed)
    assert found.ok is ok
    assert ok or found.remedy


def test_the_remedy_names_both() -> None:
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in runtimes.judge(["onnxruntime-gpu", "onnxruntime"]).remedy
