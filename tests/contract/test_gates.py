"""Every gate in its folder keeps the contract."""

from types import ModuleType

import pytest

from daybreak import gates
from daybreak.testing.gate_contract import GateContract


class TestGates(GateContract):
    @pytest.fixture(params=sorted(gates.discover()))
    def gate(self, request: pytest.FixtureRequest) -> ModuleType:
        return gates.discover()[request.param]


def test_the_first_gates_are_there() -> None:
    assert {"quality", "parity", "fairness", "toxicity", "latency"} <= gates.discover().keys()
