"""How a gate reads a measurement."""

import pytest

from daybreak.errors import DataError
from daybreak.gates import discover
from daybreak.gates.base import GateParams, read
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
    assert modes.pop("toxicity") == "warn"
    assert set(modes.values()) == {"block"}
