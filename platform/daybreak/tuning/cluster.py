"""The Ray cluster that a sweep runs on: one of its own on this machine, or one that runs already."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psutil
import ray

from daybreak import leash
from daybreak.errors import BadInput, ParamsError
from daybreak.training.params import TrainingParams
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Request

STARTS = 4  # attempts
OBJECT_STORE_BYTES = 80 * 2**20  # nothing but requests goes through it; Ray's least is 75 MiB


class Share(NamedTuple):
    """What each trial holds, and how many run at once; 0: as many as the cluster takes, now or when it has grown."""

    cpus: int
    gpus: float
    at_once: int


@contextmanager
def joined(request: Request) -> Iterator[Share]:
    """Start a cluster, or join the one at `request.address`, which stays; the logs of our own one are kept.

    BadInput where nothing answers at the address, ParamsError for trials that no node of the cluster can take.
    """
    if request.address:
        _connect(request.address)
    else:
        _start(request)
    try:
        yield share(request, ray.nodes())
    finally:
        ray.shutdown()
        if not request.address:
            _keep_logs(request)


def share(request: Request, nodes: list[dict[str, object]]) -> Share:
    """Divide living nodes, as `ray.nodes` tells of them, into trials."""
    tuning, held = request.tuning, [_resources(node) for node in nodes if node["Alive"]]
    cpus, gpus = tuning.cpus_per_trial, gpus_of_a_trial(request.training, tuning, sum(gpus for _, gpus in held))
    places = sum(_places(here, cpus, gpus) for here in held)
    if not places:
        most, found = max((here for here in held), default=(0.0, 0.0)), f"a trial takes {cpus} CPUs and {gpus:g} GPUs"
        remedy = "Lower tuning.cpus_per_trial or tuning.gpus_per_trial"
        raise ParamsError(found, f"a node that has them; the largest has {most[0]:g} and {most[1]:g}", remedy)
    limit = min(tuning.at_once or tuning.trials, tuning.trials)
    return Share(cpus, gpus, tuning.at_once if request.address else min(places, limit))


def gpus_of_a_trial(training: TrainingParams, tuning: TuningParams, there: float) -> float:
    """GPUs that a trial takes, where so many are there."""
    if tuning.gpus_per_trial is None:
        return 1.0 if there >= 1 and training.device != "cpu" else 0.0
    return tuning.gpus_per_trial


def _resources(node: dict[str, object]) -> tuple[float, float]:
    held = node["Resources"]
    return (float(held.get("CPU", 0)), float(held.get("GPU", 0))) if isinstance(held, dict) else (0.0, 0.0)


def _places(held: tuple[float, float], cpus: float, gpus: float) -> int:
    by_cpu = int(held[0] // cpus)
    return min(by_cpu, int(held[1] / gpus + 1e-9)) if gpus else by_cpu


def _connect(address: str) -> None:
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # Ray raises a dozen kinds, of the network, of versions and of tokens
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        found = f"RAY_ADDRESS is {address}, and Ray cannot join a cluster there ({reason})"
        raise BadInput(found, "a running cluster of this Ray", "Start it, or unset RAY_ADDRESS") from None


def _start(request: Request) -> None:
    """Ray gives a new node 30 seconds to report, which a busy machine may need longer for: then it is started again."""
    for attempt in range(STARTS):
        try:
            _init(request)
            return
        except Exception as error:  # Ray raises no kind of its own
            if "timed out during startup" not in str(error) or attempt == STARTS - 1:
                raise
            ray.shutdown()
            leash.end(psutil.Process().children(recursive=True))


def _init(request: Request) -> None:
    wants_gpus = request.training.device != "cpu" and request.tuning.gpus_per_trial != 0
    ray.init(
        address="local",
        num_cpus=request.cpus,
        num_gpus=None if wants_gpus else 0,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=OBJECT_STORE_BYTES,
        _temp_dir=str(request.scratch),
    )


def _keep_logs(request: Request) -> None:
    for path in request.scratch.glob("session_latest/logs/*"):
        if path.is_file() and path.stat().st_size:
            (request.folder / "ray-logs").mkdir(exist_ok=True)
            shutil.copyfile(path, request.folder / "ray-logs" / path.name)
