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
from daybreak.records import DatasetRef, Record, SweepRef
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


class Story(NamedTuple):
    """A sweep whose parent was killed once its first trial was over, and the same sweep started again."""

    swept: SweepRef
    folder: Path
    said: list[tuple[float, str]]
    survivors: list[str]
    before: list[dict[str, Any]]


@pytest.fixture(scope="module")
def story(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tiny_training: TrainingParams,
    tmp_path_factory: pytest.TempPathFactory,
) -> Story:
    root = tmp_path_factory.mktemp("story")
    folder = root / "sweep"
    folder.mkdir()
    write_request(root / "a.json", root, dataset=tiny_dataset, model=tiny_model, training=tiny_training, tuning=TUNING)
    survivors = kill_when(root / "a.json", "is done")
    (journal,) = (root / "cache" / "sweeps").glob("*/trials.jsonl")
    before = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    shutil.rmtree(folder)
    folder.mkdir()
    said: list[tuple[float, str]] = []
    swept = search.sweep(
        tiny_dataset,
        tiny_model,
        tiny_training,
        TUNING,
        folder,
        cache=root / "cache",
        threads_total=2,
        report=lambda share, note: said.append((share, note)),
    )
    return Story(swept, root, said, survivors, before)


def kill_when(asked: Path, words: str) -> list[str]:
    """Kill -9 a sweeping process once it says these words; gives what of its family lives on after 30 seconds."""
    with subprocess.Popen([sys.executable, "-c", SWEEPING, str(asked)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert any(words in line for line in parent.stdout)
        family = psutil.Process(parent.pid).children(recursive=True)
        assert any("raylet" in process.name() for process in family)
        parent.kill()
        parent.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    return [process.name() for process in alive]


def test_kill_nine_of_the_sweep_s_parent_leaves_no_ray(story: Story) -> None:
    assert story.survivors == []


def test_a_killed_sweep_ends_with_the_trials_it_would_have_had(story: Story) -> None:
    over = {event["number"] for event in story.before if event["what"] == "ended"}
    assert over
    assert len(over) < TUNING.trials
    assert [trial.number for trial in story.swept.trials] == list(range(1, TUNING.trials + 1))
    points = [tuple(sorted(trial.config.items())) for trial in story.swept.trials]
    assert len(set(points)) == TUNING.trials, "no point was tried twice"


def test_what_was_over_before_the_kill_is_not_done_again(story: Story) -> None:
    over = {event["number"] for event in story.before if event["what"] == "ended"}
    scores = [(event["number"], event["epoch"], event["score"]) for event in story.before if event["what"] == "score"]
    for number in over:
        trial = story.swept.trials[number - 1]
        assert trial.history == tuple((epoch, score) for each, epoch, score in scores if each == number)
        assert not any(note.startswith(f"trial {number}:") for _, note in story.said)
    assert f"; {len(over)} trials are over already" in story.said[0][1]


def test_what_was_drawn_before_the_kill_is_tried_with_the_same_point(story: Story) -> None:
    drawn = {event["number"]: event["config"] for event in story.before if event["what"] == "drawn"}
    for number, config in drawn.items():
        assert story.swept.trials[number - 1].config == config


def test_every_trial_stands_in_the_table(story: Story) -> None:
    for trial in story.swept.trials:
        epochs = [epoch for epoch, _ in trial.history]
        assert epochs == [0.4, 0.8, 1.0][: len(epochs)]
        assert trial.state == ("completed" if epochs[-1] == 1.0 else "pruned")
        assert trial.score == trial.history[-1][1]
        assert 1e-4 <= float(trial.config["learning_rate"]) <= 1e-2
        assert trial.seconds > 0
        assert trial.cpu_hours == pytest.approx(trial.seconds / 3600, abs=1e-5)
    assert story.swept.cpu_hours == pytest.approx(sum(trial.cpu_hours for trial in story.swept.trials), abs=1e-5)


def test_the_params_own_point_comes_first(story: Story, tiny_training: TrainingParams) -> None:
    assert story.swept.trials[0].config == {key: getattr(tiny_training, key) for key in SPACE}


def test_the_best_is_one_of_those_that_ran_to_their_end(story: Story) -> None:
    complete = [trial for trial in story.swept.trials if trial.state == "completed"]
    assert story.swept.best_score == max(trial.score or 0 for trial in complete)
    assert story.swept.best in [trial.config for trial in complete]


def test_says_how_far_it_has_come(story: Story) -> None:
    assert story.said[0][1].startswith("Ray is up, 2 trials at a time")
    assert any("best so far" in note for _, note in story.said)
    assert all(0 <= share <= 1 for share, _ in story.said)


def test_leaves_request_result_and_logs_but_no_secret(story: Story) -> None:
    folder = story.folder / "sweep"
    assert SweepRef.model_validate_json((folder / search.RESULT).read_text("utf-8")) == story.swept
    assert {search.REQUEST, search.LOG, "ray", "ray-logs"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("token"))


def test_leaves_no_process(story: Story) -> None:
    assert story.swept.trials
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
