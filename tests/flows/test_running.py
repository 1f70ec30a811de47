"""`daybreak run` says what is wrong before anything starts, and what a flow is given is of the right type."""

from pathlib import Path

import pytest
from making import make_founder
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.errors import BadInput
from daybreak.records import Project
from flows import running, starting

assert running


def run(*arguments: str) -> None:
    CliRunner().invoke(app, ["run", *arguments], catch_exceptions=False)


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project.root)
    return project.root


def test_an_unknown_flow_is_named_with_those_there_are(here: Path) -> None:
    with pytest.raises(BadInput, match=r"no flow 'retrain'.*retrain-and-release"):
        run("retrain")
    assert not (here / ".daybreak").exists()


def test_a_wrong_key_is_named_with_its_nearest(here: Path) -> None:
    with pytest.raises(BadInput, match=r"training\.learning_rat .*training\.learning_rate"):
        run("-p", "training.learning_rat=1")
    assert not (here / ".daybreak").exists()


def test_pairs_become_parameters_of_the_right_type() -> None:
    given = starting.parameters_of("rollback-data", ["version=3", "reason=too old"])
    assert (given["version"], given["reason"]) == (3, "too old")


def test_overrides_of_a_training_stay_together() -> None:
    given = starting.parameters_of("train-model", ["training.epochs=1", "tuning.trials=2"])
    assert given == {"overrides": "training.epochs=1\ntuning.trials=2"}


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["version=3"], "needs reason"),
        (["version=three", "reason=x"], "version"),
        (["versoin=3", "reason=x"], "no parameter 'versoin'"),
    ],
)
def test_wrong_parameters_are_named(pairs: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        starting.parameters_of("rollback-data", pairs)


def test_a_base_for_others_is_not_released_and_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_founder(tmp_path / "checkout").root
    monkeypatch.chdir(root)
    for arguments in ((), ("--plan",)):
        with pytest.raises(BadInput, match=r"not released; .*Run daybreak run train-model --project sample"):
            run(*arguments)
    assert not (root / ".daybreak").exists()
