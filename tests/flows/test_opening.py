"""A night knows who started it, and its run in the UI carries a name that people can read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from making import Finished
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient

from daybreak import night as steps
from daybreak.night.judging import loosened_by
from flows import opening


def test_outside_a_flow_a_command_started_it(finished: Finished) -> None:
    assert opening.origin() == "command"
    assert opening.links(finished.night) == {}


def test_overrides_come_one_a_line(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    lines = "\n training.epochs=3 \n\ntuning.trials=1\n"
    night = opening.open_as("sample", lines, "c0ffee00-1234", datetime(2026, 11, 22, tzinfo=UTC), "schedule")
    assert night.overrides == ("training.epochs=3", "tuning.trials=1")
    assert night.run_id == "20261122-c0ffee00-1234"[:9] + "ee00-1234"[-8:]
    assert night.params.training.epochs == 3


def test_limits_that_the_form_loosens_block_the_release(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    lines = "gates.quality.min_accuracy=0.1\ngates.parity.mode=off"
    night = opening.open_as("sample", lines, "c0ffee00-1234", datetime(2026, 11, 22, tzinfo=UTC), "deployment")
    assert loosened_by(night) == [
        "gates.parity.mode is off, the commit says block",
        "gates.quality.min_accuracy is 0.1, the commit says 0.5",
    ]
    judged = night.store.run(steps.judge(night, finished.results.evidence, None)).value
    assert judged.blocked_by[0].code == "limits_loosened"


def test_a_night_of_the_stack_has_patience(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    began = datetime.now(UTC)
    assert opening.open_as("sample", "", "x" * 8, began).patience_seconds == 10
    assert opening.open_as("sample", "", "x" * 8, began, "deployment").patience_seconds > 3600


def test_a_run_is_named_after_its_data_and_tied_both_ways(
    finished: Finished, client: SyncPrefectClient, tmp_path: Path
) -> None:
    @flow(name="opens", flow_run_name=opening.run_name)
    def opens(project: str) -> dict[str, str]:
        assert project == "sample"
        opening.name_after_data(3)
        return opening.links(finished.night)

    links = opens("sample")
    (run,) = client.read_flow_runs()
    assert run.name.endswith(" sample data 3")
    assert links["flow_run_id"] == str(run.id)


@pytest.mark.parametrize(("tags", "expected"), [([], "deployment"), ([opening.LATE], "schedule")])
def test_a_late_run_counts_as_the_schedules(client: SyncPrefectClient, tags: list[str], expected: str) -> None:
    from prefect.context import FlowRunContext

    seen: list[str] = []

    @flow(name="asks-origin")
    def asks() -> None:
        context = FlowRunContext.get()
        assert context is not None
        assert context.flow_run is not None
        context.flow_run.deployment_id = context.flow_run.id
        context.flow_run.tags = tags
        seen.append(opening.origin())

    asks()
    assert seen == [expected]
