"""A real sweep: Ray in a leashed process, Optuna's draws, ASHA's rungs; and sweeps that must not start."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from daybreak.errors import ModelError, ParamsError, StepFailed
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import search
from daybreak.tuning.params import Range, TuningParams
from daybreak.tuning.request import Request

SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.0, high=0.3),
}
TUNING = TuningParams(trials=3, fraction=0.5, epochs=1, grace=0.4, space=SPACE)


@pytest.mark.parametrize("update", [{"trials": 0}, {"space": {}}])
def test_nothing_to_search_starts_nothing(tmp_path: Path, update: dict[str, object]) -> None:
    nowhere = DatasetRef(project="x", version=1, digest="", path=tmp_path, labels=(), rows={})
    tuning = TUNING.model_copy(update=update)
    swept = search.sweep(nowhere, ModelParams(), TrainingParams(), tuning, tmp_path, cache=tmp_path)
    assert swept == SweepRef(metric="accuracy", trials=(), best={}, best_score=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (
            {"metric": "acuracy"},
            "tuning.metric is 'acuracy', which classify does not measure; expected one of accuracy",
        ),
        ({"space": {"dropout": Range(draw="uniform", low=0, high=2)}}, "tuning.space.dropout reaches 2"),
    ],
)
def test_a_wrong_search_is_refused_before_anything_starts(
    tiny_dataset: DatasetRef, tmp_path: Path, update: dict[str, object], message: str
) -> None:
    tuning = TUNING.model_copy(update=update)
    with pytest.raises(ParamsError, match=message):
        search.sweep(tiny_dataset, ModelParams(), TrainingParams(), tuning, tmp_path, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_base_keeps_its_own_error(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        search.sweep(tiny_dataset, ModelParams(base="./no"), TrainingParams(), TUNING, tmp_path, cache=tmp_path)


def test_scratch_is_short_private_and_gone_afterwards() -> None:
    with search.scratch_folder() as scratch:
        assert len(str(scratch)) <= search.SHORT + 20
        assert (scratch / "token").stat().st_mode & 0o777 == 0o600
        assert len((scratch / "token").read_text("utf-8")) == 64
    assert not scratch.exists()


Swept = tuple[SweepRef, Path, list[tuple[float, str]]]


@pytest.fixture(scope="module")
def swept(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tiny_training: TrainingParams,
    tmp_path_factory: pytest.TempPathFactory,
) -> Swept:
    """One sweep of three trials: what came of it, the folder it left, and what it said."""
    said: list[tuple[float, str]] = []
    folder, cache = tmp_path_factory.mktemp("sweep"), tmp_path_factory.mktemp("cache")
    found = search.sweep(
        tiny_dataset,
        tiny_model,
        tiny_training,
        TUNING,
        folder,
        cache=cache,
        threads_total=2,
        report=lambda share, note: said.append((share, note)),
    )
    return found, folder, said


def test_every_trial_stands_in_the_table(swept: Swept) -> None:
    trials = swept[0].trials
    assert [trial.number for trial in trials] == [1, 2, 3]
    for trial in trials:
        epochs = [epoch for epoch, _ in trial.history]
        assert epochs == [0.4, 0.8, 1.0][: len(epochs)]
        assert trial.state == ("completed" if epochs[-1] == 1.0 else "pruned")
        assert trial.score == trial.history[-1][1]
        assert 1e-4 <= float(trial.config["learning_rate"]) <= 1e-2


def test_the_params_own_point_comes_first(swept: Swept, tiny_training: TrainingParams) -> None:
    assert swept[0].trials[0].config == {key: getattr(tiny_training, key) for key in SPACE}


def test_the_best_is_one_of_those_that_ran_to_their_end(swept: Swept) -> None:
    complete = [trial for trial in swept[0].trials if trial.state == "completed"]
    assert swept[0].best_score == max(trial.score or 0 for trial in complete)
    assert swept[0].best in [trial.config for trial in complete]


def test_says_how_far_it_has_come(swept: Swept) -> None:
    said = swept[2]
    assert said[0] == (0.0, "Ray is up, 2 trials at a time")
    assert any("best so far" in note for _, note in said)
    assert all(0 <= share <= 1 for share, _ in said)


def test_leaves_request_result_and_logs_but_no_secret(swept: Swept) -> None:
    found, folder, _ = swept
    assert SweepRef.model_validate_json((folder / search.RESULT).read_text("utf-8")) == found
    assert {search.REQUEST, search.LOG, "ray", "ray-logs"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("token"))


def test_leaves_no_process(swept: Swept) -> None:
    assert swept[0].trials
    assert not [child for child in psutil.Process().children(recursive=True) if "ray" in child.name()]


def test_when_every_trial_fails_the_reason_is_told(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    folder, cache = tmp_path / "sweep", tmp_path / "cache"
    folder.mkdir()
    too_long = {"max_length": Range(draw="integer", low=65, high=66)}  # the model has 64 positions
    tuning = TUNING.model_copy(update={"trials": 1, "space": too_long})
    with pytest.raises(StepFailed, match=r"all 1 trials failed, 1 with .*ModelError: .*training\.max_length is 6"):
        search.sweep(tiny_dataset, tiny_model, tiny_training, tuning, folder, cache=cache, threads_total=1)


SWEEPING = """
import sys
from daybreak.tuning import search
from daybreak.tuning.request import Request
request = Request.model_validate_json(open(sys.argv[1], encoding="utf-8").read())
search.ask(request, lambda share, note: print(note, flush=True))
"""


def test_kill_nine_of_the_sweep_s_parent_leaves_no_ray(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    with search.scratch_folder() as scratch:
        asked = Request(
            dataset=tiny_dataset,
            model=tiny_model,
            training=tiny_training,
            tuning=TUNING.model_copy(update={"trials": 50}),
            folder=tmp_path,
            cache=tmp_path / "cache",
            scratch=scratch,
            workers=1,
        )
        (tmp_path / "asked.json").write_text(asked.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-c", SWEEPING, str(tmp_path / "asked.json")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            parent.stdout.readline()
            family = psutil.Process(parent.pid).children(recursive=True)
            assert any("raylet" in process.name() for process in family)
            parent.kill()
            parent.wait()
        began = time.monotonic()
        _, alive = psutil.wait_procs(family, timeout=20)
        assert not alive, [process.name() for process in alive]
        assert time.monotonic() - began < 20
