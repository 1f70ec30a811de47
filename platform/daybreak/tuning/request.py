"""What the sweeping process is asked, and what it says while it works: lines of JSON on a pipe."""

from collections.abc import Callable
from pathlib import Path

from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, Record, Trial
from daybreak.training.params import TrainingParams
from daybreak.tuning.params import TuningParams

# (share done in 0..1, note in words)
Report = Callable[[float, str], None]
# a trial that is over
Over = Callable[[Trial], None]


class Request(Record):
    """One sweep. `journal` is where what happened is kept until it is over; `scratch` a short path for Ray's sockets.

    `address` names a running Ray cluster; without one, a local one is given `cpus` CPUs, and the GPUs that it finds.
    """

    dataset: DatasetRef
    model: ModelParams
    training: TrainingParams
    tuning: TuningParams
    metric: str
    folder: Path
    cache: Path
    journal: Path
    scratch: Path
    cpus: int
    address: str = ""


class Word(Record):
    """One line from the sweeping process: progress (`share` in 0..1), a trial that is over, or what ended it all."""

    share: float = 0.0
    note: str = ""
    trial: Trial | None = None
    error: str = ""
    arguments: tuple[str, ...] = ()
