"""`daybreak gates` names every gate and explains its verdicts."""

from pathlib import Path
from typing import Any

from making import Finished


def test_gates_are_listed_with_file_mode_and_limits(ask: Any) -> None:
    gates = {gate["gate"]: gate for gate in ask("gates", "list")["gates"]}
    assert {"fairness", "latency", "parity", "quality", "toxicity"} <= gates.keys()
    assert gates["quality"]["limits"] == {"margin": 0.3, "min_accuracy": 0.5, "critical": {}}
    assert gates["toxicity"]["mode"] == "warn"
    assert Path(gates["quality"]["file"]).is_file()


def test_gates_are_explained(ask: Any, finished: Finished) -> None:
    verdicts = ask("gates", "explain", finished.record.run_id)["verdicts"]
    assert {verdict["gate"] for verdict in verdicts} == {verdict.gate for verdict in finished.record.verdicts}
    assert all(verdict["reason"] for verdict in verdicts)


def test_gates_are_planned_by_the_rows_at_hand(ask: Any) -> None:
    found = ask("gates", "plan")["plan"]
    assert {"quality", "parity"} <= {each["gate"] for each in found}
    for each in found:
        assert each["settled"] == (each["needed"] is not None and each["rows"] >= each["needed"])
