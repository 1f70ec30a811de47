"""A plan says what runs again and why, and touches nothing."""

from making import Finished

from daybreak import recording
from daybreak.night import open_night
from daybreak.planning import ORDER, Plan, opponent, plan
from daybreak.records import Project


def plan_of(finished: Finished, *overrides: str) -> Plan:
    night = open_night(None, overrides, finished.night.project.root)
    return plan(night, recording.open_ledger(night))


def test_a_new_project_runs_everything(project: Project) -> None:
    night = open_night(None, (), project.root)
    found = plan(night, recording.open_ledger(night))
    assert [step.step for step in found.steps] == [name for name in ORDER if name != "compare"]
    assert {step.step for step in found.steps if step.action == "skip"} == {"evaluate-champion"}
    assert {step.action for step in found.steps} == {"run", "skip"}
    assert found.steps[1].why == "follows prepare"
    assert found.results is None


def test_with_nothing_changed_everything_is_reused(finished: Finished) -> None:
    found = plan_of(finished)
    assert {step.action for step in found.steps} == {"reuse"}
    assert found.results == finished.results
    assert found.seconds == 0.0
    assert found.steps[-1].why == f"decided by run {finished.record.run_id}"


def test_a_stricter_limit_runs_judge_and_release(finished: Finished) -> None:
    found = plan_of(finished, "gates.quality.min_accuracy=0.6")
    assert [step.step for step in found.steps if step.action == "run"] == ["judge", "release"]


def test_another_seed_runs_from_the_sweep_on_and_knows_how_long(finished: Finished) -> None:
    found = plan_of(finished, "training.seed=99")
    running = {step.step: step for step in found.steps if step.action == "run"}
    assert list(running)[:2] == ["sweep", "train"]
    assert running["sweep"].why == "changed: params training"
    assert running["train"].seconds is not None
    assert found.seconds >= running["train"].seconds


def test_a_new_data_setting_runs_everything(finished: Finished) -> None:
    params = finished.night.project.params_file
    text = params.read_text(encoding="utf-8")
    try:
        params.write_text(text.replace("threshold: 0.8", "threshold: 0.7"), encoding="utf-8")
        assert plan_of(finished).steps[0].action == "run"
    finally:
        params.write_text(text, encoding="utf-8")


def test_the_champion_is_judged_against_its_predecessor(finished: Finished) -> None:
    ledger = recording.open_ledger(finished.night)
    shipped = finished.results.exported.shipped.sha256
    assert opponent(ledger, finished.night, shipped) is None
    rival = opponent(ledger, finished.night, "another model")
    assert rival is not None
    assert rival.version == 1
