"""The size gate."""

import pytest

from daybreak.gates.size import Params, check
from daybreak.records import Evidence, Outcome


@pytest.mark.parametrize(("limit", "outcome"), [(2.5, Outcome.PASS), (2.4, Outcome.FAIL)])
def test_mebibytes_are_counted(evidence: Evidence, limit: float, outcome: Outcome) -> None:
    verdict = check(evidence, Params(max_mib=limit))
    assert verdict.outcome is outcome
    assert "Size of onnx-int8: 2.5 MiB on 1 files" in verdict.reason
