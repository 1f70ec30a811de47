"""News as nights leave them, and channels on loopback to tell them to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from listening import Listener, Mailbox, listening, mailing

from daybreak.notifying import Note, note
from daybreak.records import ArtifactRef, Champion, Outcome, RunModel, RunRecord, Verdict

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailing() as found:
        yield found


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def champion(tmp_path: Path) -> Champion:
    """Version 2, three days old."""
    artifact = ArtifactRef(path=tmp_path, kind="onnx-int8", sha256="c" * 64, bytes=1, files=())
    return Champion(
        version=2, sha256="c" * 64, artifact=artifact, run_id="r2", data_version=1, at=NOW - timedelta(days=3, hours=1)
    )


def verdict(gate: str, outcome: Outcome = Outcome.PASS, **changes: Any) -> Verdict:
    given = {"measured": 0.8412, "limit": 0.7, "bound": 0.8211, "samples": 1702, "reason": "enough", **changes}
    return Verdict(gate=gate, outcome=outcome, **given)


@pytest.fixture
def refused() -> RunRecord:
    """A night that latency and quality stopped, in this order."""
    slow = verdict("latency", Outcome.FAIL, measured=61.5, limit=50.0, bound=None, reason="too slow")
    worse = verdict("quality", Outcome.INCONCLUSIVE, measured=-0.01, limit=-0.025, bound=-0.03, reason="效果变差")
    return RunRecord(
        run_id="20261120-ab12",
        project="hotels",
        status="refused",
        released=False,
        started_at=NOW - timedelta(minutes=30),
        finished_at=NOW,
        reason="latency: too slow; quality: 效果变差 <&>",
        model=RunModel(name="daybreak-hotels", version=3, alias=None, sha256="d" * 64),
        verdicts=(verdict("parity"), slow, worse),
        artifacts={"report": "/srv/daybreak/report.html"},
        prefect={"flow_run_id": "p1", "flow_run_url": "http://127.0.0.1:4200/runs/flow-run/p1"},
    )


@pytest.fixture
def news(refused: RunRecord, champion: Champion) -> Note:
    found = note.of_run(refused, champion)
    assert found
    return found
