"""How a gate reads a measurement and its mode."""

from pathlib import Path

import pytest

from daybreak.errors import DataError, ParamsError
from daybreak.gates import discover
from daybreak.gates.base import GateParams, read
from daybreak.params import load_params
from daybreak.records import Evidence


def test_reads_one_measurement(evidence: Evidence) -> None:
    assert read(evidence.candidate, "parity")["shipped"] == "onnx-int8"


@pytest.mark.parametrize("content", [None, "{", "nonsense"])
def test_what_was_not_measured_cannot_be_read(evidence: Evidence, content: str | None) -> None:
    path = evidence.candidate.path / "parity.json"
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="the measurement parity cannot be read"):
        read(evidence.candidate, "parity")


def test_a_gate_blocks_unless_it_says_otherwise() -> None:
    assert GateParams().mode == "block"
    modes = {name: gate.Params().mode for name, gate in discover().items()}
    blocking = {name for name, mode in modes.items() if mode == "block"}
    assert blocking == {"quality", "golden", "parity", "fairness", "licence", "latency"}
    assert set(modes.values()) == {"block", "warn"}


@pytest.mark.parametrize("gate", ["toxicity", "quality"])
@pytest.mark.parametrize("off", ["off", "'off'", "Off"])
def test_off_needs_no_quotes(tmp_path: Path, gate: str, off: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"gates: {{{gate}: {{mode: {off}}}}}", encoding="utf-8")
    assert getattr(load_params(path).gates, gate).mode == "off"
    path.write_text("{}", encoding="utf-8")
    assert getattr(load_params(path, [f"gates.{gate}.mode={off}"]).gates, gate).mode == "off"


@pytest.mark.parametrize("odd", ["on", "0", "''", "null"])
def test_what_only_resembles_off_is_refused(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"gates: {{toxicity: {{mode: {odd}}}}}", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"mode is .*expected input should be"):
        load_params(path)
