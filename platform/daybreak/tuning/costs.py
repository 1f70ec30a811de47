"""What trials use: hours of processors, and the money that they cost."""

from typing import NamedTuple

from daybreak.records import SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning.params import TuningParams

HOUR = 3600.0


class Used(NamedTuple):
    """GPU-hours, CPU-hours and money; hours are those that a trial holds its processors for, busy or not."""

    gpu_hours: float = 0.0
    cpu_hours: float = 0.0
    cost: float = 0.0


class Rates(NamedTuple):
    """What a trial holds while it runs, and the prices of an hour."""

    cpus: float
    gpus: float
    per_gpu_hour: float
    per_cpu_hour: float

    def of(self, seconds: float) -> Used:
        """What so many seconds use."""
        gpu_hours, cpu_hours = seconds * self.gpus / HOUR, seconds * self.cpus / HOUR
        cost = gpu_hours * self.per_gpu_hour + cpu_hours * self.per_cpu_hour
        return Used(round(gpu_hours, 6), round(cpu_hours, 6), round(cost, 6))


def of_night(
    swept: SweepRef | None, training: TrainingParams, tuning: TuningParams, seconds: float
) -> dict[str, float]:
    """What a night's sweep, if it had one, and its winner's training of so many seconds used together.

    {} for a night that did neither. A training holds a GPU a process where torch finds one that it may use.
    """
    if swept is None and not seconds:
        return {}
    used = rates(tuning, training.threads * training.processes, _gpus(training) if seconds else 0).of(seconds)
    swept_used = (swept.gpu_hours, swept.cpu_hours, swept.cost) if swept else Used()
    total = (round(each + other, 6) for each, other in zip(used, swept_used, strict=True))
    return dict(zip(Used._fields, total, strict=True))


def _gpus(training: TrainingParams) -> int:
    import torch

    return training.processes if training.device != "cpu" and torch.cuda.is_available() else 0


def rates(tuning: TuningParams, cpus: float, gpus: float) -> Rates:
    """The section's prices for something that holds so many processors."""
    return Rates(cpus, gpus, tuning.price_per_gpu_hour, tuning.price_per_cpu_hour)
