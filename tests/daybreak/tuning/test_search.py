"""A real sweep: Ray in a leashed process, Optuna's draws, ASHA's rungs; and sweeps that must not start."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from daybreak.errors import ModelError, ParamsError, StepFailed
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, Record, SweepRef, Trial
from daybreak.training import surroundings
from daybreak.training.params import TrainingParams
from daybreak.tuning import search
from daybreak.tuning.params import Range, TuningParams

SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.0, high=0.3),
}
TUNING = TuningParams(trials=4, fraction=0.5, epochs=1, grace=0.4, space=SPACE)


@pytest.mark.parametrize("update", [{"trials": 0}, {"space": {}}])
def test_nothing_to_search_starts_nothing(tmp_path: Path, update: dict[str, object]) -> None:
    nowhere = DatasetRef(project="x", version=1, digest="", path=tmp_path, labels=(), rows={})
    tuning = TUNING.model_copy(update=update)
    swept = search.sweep(nowhere, ModelParams(), TrainingParams(), tuning, tmp_path, cache=tmp_path)
    assert swept == SweepRef(metric="", trials=(), best={}, best_score=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (
            {"metric": "acuracy"},
            "tuning.metric is 'acuracy', which classify does not measure; expected one of accuracy",
        ),
        ({"space": {"dropout": Range(draw="uniform", low=0, high=2)}}, "tuning.space.dropout reaches 2"),
        ({"gpus_per_trial": 0.5}, "tuning.gpus_per_trial is 0.5 and training.device is cpu"),
        (
            {"scheduler": "pbt", "space": {"batch_size": Range(draw="integer", low=4, high=8)}},
            "tuning.scheduler is pbt, which changes batch_size in a trial that runs",
        ),
    ],
)
def test_a_wrong_search_is_refused_before_anything_starts(
    tiny_dataset: DatasetRef, tmp_path: Path, update: dict[str, object], message: str
) -> None:
    tuning, training = TUNING.model_copy(update=update), TrainingParams(device="cpu")
    with pytest.raises(ParamsError, match=message):
        search.sweep(tiny_dataset, ModelParams(), training, tuning, tmp_path, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_gpu_that_trials_must_have_and_may_not_is_a_contradiction() -> None:
    with pytest.raises(ParamsError, match=r"gpus_per_trial is 0 and training\.device is cuda"):
        search.check(ModelParams(), TrainingParams(device="cuda"), TUNING.model_copy(update={"gpus_per_trial": 0}))


def test_a_sweep_over_nothing_is_not_checked() -> None:
    odd = TUNING.model_copy(update={"metric": "perplexity"})
    search.check(ModelParams(), TrainingParams(), odd.model_copy(update={"trials": 0}))
    search.check(ModelParams(), TrainingParams(), odd.model_copy(update={"space": {}}))


def test_what_changes_no_score_changes_no_key() -> None:
    model, training, tuning = ModelParams(), TrainingParams(), TUNING
    same = search.hangs_on(model, training.model_copy(update={"seeds": 3}), tuning.model_copy(update={"when": "never"}))
    assert search.hangs_on(model, training, tuning) == same
    assert search.hangs_on(model, training.model_copy(update={"seed": 3}), tuning) != same


def test_a_journal_of_other_libraries_or_another_class_of_machine_is_not_gone_on_with(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, known = (tiny_dataset, tiny_model, TrainingParams(), TUNING), surroundings.versions()
    here = search._key(*asked)
    assert search._key(*asked) == here
    for name, other in {
        "versions": lambda: {**known, "torch": "9.9"},
        "processor": lambda: "AnotherVendor avx512f",
        "graphics": lambda training: "NVIDIA X1",
    }.items():
        with monkeypatch.context() as patch:
            patch.setattr(surroundings, name, other)
            assert search._key(*asked) != here


def test_a_wrong_base_keeps_its_own_error(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        search.sweep(tiny_dataset, ModelParams(base="./no"), TrainingParams(), TUNING, tmp_path, cache=tmp_path)


def test_scratch_is_short_private_and_gone_afterwards() -> None:
    with search.scratch_folder() as scratch:
        assert len(str(scratch)) <= search.SHORT + 20
        assert (scratch / "token").stat().st_mode & 0o777 == 0o600
        assert len((scratch / "token").read_text("utf-8")) == 64
    assert not scratch.exists()


def write_request(path: Path, folder: Path, **given: object) -> None:
    """What `SWEEPING` reads."""
    given = {
        name: value.model_dump(mode="json") if isinstance(value, Record) else value for name, value in given.items()
    }
    path.write_text(json.dumps({**given, "folder": str(folder)}), encoding="utf-8")


SWEEPING = """
import json, sys
from pathlib import Path
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import search
from daybreak.tuning.params import TuningParams
asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
folder = Path(asked["folder"])
search.sweep(
    DatasetRef(**asked["dataset"]), ModelParams(**asked["model"]), TrainingParams(**asked["training"]),
    TuningParams(**asked["tuning"]), folder / "sweep", cache=folder / "cache", threads_total=2,
    report=lambda share, note: print(note, flush=True),
)
"""


class Swept(NamedTuple):
    """A sweep, what it said, and the trials that it told of when they were over."""

    swept: SweepRef
    folder: Path
    said: list[tuple[float, str]]
    over: list[Trial]


class Story(NamedTuple):
    """A sweep that was killed with its parent once its first trial was over, and the same sweep started again."""

    again: Swept
    survivors: list[str]
    before: list[dict[str, Any]]


Given = tuple[DatasetRef, ModelParams, TrainingParams, TuningParams]


def sweep_in(root: Path, given: Given) -> Swept:
    folder = root / "sweep"
    folder.mkdir()
    said: list[tuple[float, str]] = []
    over: list[Trial] = []
    swept = search.sweep(
        *given,
        folder,
        cache=root / "cache",
        threads_total=2,
        report=lambda share, note: said.append((share, note)),
        over=over.append,
    )
    return Swept(swept, root, said, over)


@pytest.fixture(scope="module")
def plain(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tiny_training: TrainingParams,
    tmp_path_factory: pytest.TempPathFactory,
) -> Swept:
    given = (tiny_dataset, tiny_model, tiny_training, TUNING.model_copy(update={"trials": 3}))
    return sweep_in(tmp_path_factory.mktemp("plain"), given)


@pytest.fixture(scope="module")
def story(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tiny_training: TrainingParams,
    tmp_path_factory: pytest.TempPathFactory,
) -> Story:
    root = tmp_path_factory.mktemp("story")
    write_request(root / "a.json", root, dataset=tiny_dataset, model=tiny_model, training=tiny_training, tuning=TUNING)
    (root / "sweep").mkdir()
    survivors = kill_when(root / "a.json", "is done")
    (journal,) = (root / "cache" / "sweeps").glob("*/trials.jsonl")
    before = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    shutil.rmtree(root / "sweep")
    again = sweep_in(root, (tiny_dataset, tiny_model, tiny_training, TUNING))
    return Story(again, survivors, before)


def kill_when(asked: Path, words: str) -> list[str]:
    """Kill -9 parent and sweep at once when these words are said; gives what of their family lives on 30 s later."""
    with subprocess.Popen([sys.executable, "-c", SWEEPING, str(asked)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert any(words in line for line in parent.stdout)
        family = psutil.Process(parent.pid).children(recursive=True)
        assert any("raylet" in process.name() for process in family)
        (sweeping,) = (process for process in family if process.cmdline()[1:3] == ["-m", "daybreak.tuning.study"])
        sweeping.kill()
        parent.kill()
        parent.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    return [process.name() for process in alive]


@pytest.mark.slow
def test_kill_nine_of_the_sweep_and_its_parent_leaves_no_ray(story: Story) -> None:
    assert story.survivors == []


@pytest.mark.slow
def test_a_killed_sweep_ends_with_the_trials_it_would_have_had(story: Story) -> None:
    over = {event["number"] for event in story.before if event["what"] == "ended"}
    assert over
    assert len(over) < TUNING.trials
    assert [trial.number for trial in story.again.swept.trials] == list(range(1, TUNING.trials + 1))
    points = [tuple(sorted(trial.config.items())) for trial in story.again.swept.trials]
    assert len(set(points)) == TUNING.trials, "no point was tried twice"


@pytest.mark.slow
def test_what_was_over_before_the_kill_is_not_done_again(story: Story) -> None:
    over = {event["number"] for event in story.before if event["what"] == "ended"}
    scores = [(event["number"], event["epoch"], event["score"]) for event in story.before if event["what"] == "score"]
    for number in over:
        trial = story.again.swept.trials[number - 1]
        assert trial.history == tuple((epoch, score) for each, epoch, score in scores if each == number)
        assert not any(note.startswith(f"trial {number}:") for _, note in story.again.said)
    assert f"; {len(over)} trials are over already" in story.again.said[0][1]


@pytest.mark.slow
def test_of_trials_of_an_earlier_life_is_told_first(story: Story) -> None:
    known = [event["number"] for event in story.before if event["what"] == "ended"]
    assert [trial.number for trial in story.again.over[: len(known)]] == sorted(known)
    assert sorted(story.again.over, key=lambda trial: trial.number) == list(story.again.swept.trials)


@pytest.mark.slow
def test_what_was_drawn_before_the_kill_is_tried_with_the_same_point(story: Story) -> None:
    drawn = {event["number"]: event["config"] for event in story.before if event["what"] == "drawn"}
    for number, config in drawn.items():
        assert story.again.swept.trials[number - 1].config == config


def test_each_trial_is_told_of_once_when_it_is_over(plain: Swept) -> None:
    assert sorted(plain.over, key=lambda trial: trial.number) == list(plain.swept.trials)


def test_every_trial_stands_in_the_table(plain: Swept) -> None:
    for trial in plain.swept.trials:
        epochs = [epoch for epoch, _ in trial.history]
        assert epochs == [0.4, 0.8, 1.0][: len(epochs)]
        assert trial.state == ("completed" if epochs[-1] == 1.0 else "pruned")
        assert trial.score == trial.history[-1][1]
        assert 1e-4 <= float(trial.config["learning_rate"]) <= 1e-2
        assert trial.seconds > 0
        assert trial.cpu_hours == pytest.approx(trial.seconds / 3600, abs=1e-5)
    assert plain.swept.cpu_hours == pytest.approx(sum(trial.cpu_hours for trial in plain.swept.trials), abs=1e-5)


def test_the_params_own_point_comes_first(plain: Swept, tiny_training: TrainingParams) -> None:
    assert plain.swept.trials[0].config == {key: getattr(tiny_training, key) for key in SPACE}


def test_the_best_is_one_of_those_that_ran_to_their_end(plain: Swept) -> None:
    complete = [trial for trial in plain.swept.trials if trial.state == "completed"]
    assert plain.swept.best_score == max(trial.score or 0 for trial in complete)
    assert plain.swept.best in [trial.config for trial in complete]


def test_says_how_far_it_has_come(plain: Swept) -> None:
    assert plain.said[0][1].startswith("Ray is up, 2 trials at a time")
    assert any("best so far" in note for _, note in plain.said)
    assert all(0 <= share <= 1 for share, _ in plain.said)


def test_leaves_request_result_and_logs_but_no_secret(plain: Swept) -> None:
    folder = plain.folder / "sweep"
    assert SweepRef.model_validate_json((folder / search.RESULT).read_text("utf-8")) == plain.swept
    assert {search.REQUEST, search.LOG, "ray", "ray-logs"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("token"))


def test_leaves_no_process(plain: Swept) -> None:
    assert plain.swept.trials
    assert not [child for child in psutil.Process().children(recursive=True) if "ray" in child.name()]


def test_when_every_trial_fails_the_reason_and_the_logs_are_told(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    folder, cache = tmp_path / "sweep", tmp_path / "cache"
    folder.mkdir()
    too_long = {"max_length": Range(draw="integer", low=65, high=66)}  # the model has 64 positions
    tuning = TUNING.model_copy(update={"trials": 2, "space": too_long})
    message = r"all 2 trials failed, 1 with .*ModelError: .*training\.max_length is 6.*trial-1\.log and .*trial-2\.log"
    with pytest.raises(StepFailed, match=message):
        search.sweep(tiny_dataset, tiny_model, tiny_training, tuning, folder, cache=cache, threads_total=1)
    assert "Traceback" in (folder / "logs" / "trial-1.log").read_text("utf-8")
    assert not list(cache.glob("sweeps/*/trials.jsonl")), "another night tries anew"
