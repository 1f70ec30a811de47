"""Where else the curves of a training are written: event files of TensorBoard, offline runs of Weights & Biases."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from daybreak.errors import ParamsError

T = TypeVar("T")
RunStatus = Literal["FINISHED", "FAILED", "KILLED"]


class Point(NamedTuple):
    """Some numbers at one step, and when they were known, in seconds since the epoch."""

    step: int
    values: Mapping[str, float]
    at: float


class Target(NamedTuple, Generic[T]):
    """Takes what is followed, oldest first, until it is closed with word of how the work ended."""

    write: Callable[[Sequence[T]], None]
    close: Callable[[RunStatus], None]


def require(names: Iterable[str]) -> None:
    """ParamsError for a target of `tracking.report_to` whose package is not installed."""
    for name in names:
        if find_spec(name) is None:
            found = f"tracking.report_to names {name}, and the package {name} is not installed"
            remedy = f"Run pip install {name}, or take it out of tracking.report_to"
            raise ParamsError(found, f"the package {name}", remedy)


def open_target(name: str, folder: Path, project: str, run: str) -> Target[Point]:
    """Begin to write below `folder`; ParamsError where the package is not installed."""
    require((name,))
    return {"tensorboard": _tensorboard, "wandb": _wandb}[name](folder, project, run)


def _tensorboard(folder: Path, project: str, run: str) -> Target[Point]:
    """Read by `tensorboard --logdir`; a training that is begun again adds a file beside the first."""
    from torch.utils.tensorboard import SummaryWriter

    writer: Any = SummaryWriter(str(folder / "tensorboard"), flush_secs=5)

    def write(points: Sequence[Point]) -> None:
        for point in points:
            for name, value in point.values.items():
                writer.add_scalar(name, value, point.step, point.at)
        writer.flush()

    return Target(write, lambda _: writer.close())


def _wandb(folder: Path, project: str, run: str) -> Target[Point]:
    """Offline: nothing is sent until a person runs `wandb sync` on the folder."""
    import wandb

    folder.mkdir(parents=True, exist_ok=True)
    quiet = wandb.Settings(console="off", silent=True, disable_git=True, save_code=False)
    begun: Any = wandb.init(project=project, name=run, dir=str(folder), mode="offline", settings=quiet)

    def write(points: Sequence[Point]) -> None:
        for point in points:
            begun.log({**point.values, "timestamp": point.at}, step=point.step)

    return Target(write, lambda status: begun.finish(exit_code=0 if status == "FINISHED" else 1))
