"""What the ledger's tests write into it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daybreak.ledger import Ledger, Proposal
from daybreak.records import ArtifactRef, FileDigest, Outcome, RunRecord, Verdict

DAWN = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Ledger:
    return Ledger(url)


@pytest.fixture
def make_run() -> Callable[..., RunRecord]:
    """A run of the sample's night number `night`; anything else by name."""

    def make(night: int = 1, **changes: Any) -> RunRecord:
        verdict = Verdict(
            gate="quality",
            outcome=Outcome.PASS,
            measured=0.86,
            limit=0.84,
            bound=0.85,
            samples=1700,
            reason="不低于基线",
        )
        defaults = {
            "run_id": f"night-{night}",
            "project": "sample",
            "status": "released",
            "released": True,
            "started_at": DAWN + timedelta(days=night),
            "finished_at": DAWN + timedelta(days=night, minutes=4),
            "verdicts": (verdict,),
            "metrics": {"accuracy": 0.86},
            "key": "k1",
        }
        return RunRecord.model_validate({**defaults, **changes})

    return make


@pytest.fixture
def make_proposal(tmp_path: Path) -> Callable[..., Proposal]:
    """A proposal to move the champion to a version."""

    def make(version: int = 1, **changes: Any) -> Proposal:
        sha256 = f"{version:064x}"
        file = FileDigest(name="model.onnx", sha256=sha256, bytes=9)
        artifact = ArtifactRef(path=tmp_path / "model", kind="onnx-int8", sha256=sha256, bytes=9, files=(file,))
        defaults = {
            "to_version": version,
            "artifact": artifact,
            "run_id": f"night-{version}",
            "data_version": 3,
            "commit": "c0ffee",
            "actor": "the night",
            "reason": "every gate passed",
            "evidence": "e" * 64,
        }
        return Proposal.model_validate({**defaults, **changes})

    return make
