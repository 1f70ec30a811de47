"""A run's record says what came of it, and whether a gate stands against it."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from vocabulary import verdict

from daybreak.records import Outcome, RunRecord


def test_a_run_that_changed_nothing_needs_little() -> None:
    now = datetime.now(UTC)
    run = RunRecord(
        run_id="r2", project="sample", status="unchanged", released=False, started_at=now, finished_at=now, same_as="r1"
    )
    assert json.loads(run.model_dump_json())["same_as"] == "r1"
    with pytest.raises(ValidationError, match="status"):
        RunRecord.model_validate({**run.model_dump(), "status": "perhaps"})


def test_a_run_is_denied_where_a_gate_blocks_it_tonight_or_in_the_night_it_is_the_same_as() -> None:
    now = datetime.now(UTC)
    run = RunRecord(run_id="r", project="sample", status="held", released=False, started_at=now, finished_at=now)
    assert not run.denied
    assert run.model_copy(update={"status": "refused"}).denied
    assert run.model_copy(update={"status": "unchanged", "verdicts": (verdict(Outcome.FAIL),)}).denied
