"""A GPU that nobody can use is a fault; none at all is not."""

from pathlib import Path

import pytest

from daybreak.doctor import Patient, accelerator


@pytest.mark.parametrize(
    ("case", "said", "ok"),
    [
        (([], 0, None, "13.0"), "no NVIDIA GPU", True),
        ((["H200"], 0, None, "13.0"), "torch is a CPU build", False),
        ((["H200"], 0, "13.0", "13.0"), "cannot use H200", False),
        ((["H200"], 1, "12.8", "13.0"), "torch is built for CUDA 12.8, onnxruntime for 13.0", False),
        ((["H200"], 1, "13.2", "13.0"), "1 x H200, CUDA 13.2", True),
        ((["H200"], 1, "13.2", None), "1 x H200", True),
    ],
)
def test_every_case(case: tuple[list[str], int, str | None, str | None], said: str, ok: bool) -> None:
    found = accelerator.judge(*case)
    assert said in found.found
    assert found.ok is ok
    assert ok or found.remedy


def test_this_machine_is_looked_at(patient: Patient) -> None:
    (found,) = accelerator.check(patient)
    assert found.check == "gpu"


def test_the_driver_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA H200'\necho 'NVIDIA H200'\n", encoding="utf-8")
    program.chmod(0o755)
    assert accelerator.present() == ["NVIDIA H200"] * 2
    program.write_text("#!/bin/sh\necho 'no devices were found'; exit 6\n", encoding="utf-8")
    assert accelerator.present() == []


def test_the_wheel_of_onnxruntime_names_its_cuda() -> None:
    found = accelerator.cuda_of_onnxruntime()
    assert found is None or found.split(".")[0].isdigit()
