"""How a cluster is divided into trials."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from daybreak.errors import BadInput, ParamsError
from daybreak.leash import Child, leashed
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import cluster, search
from daybreak.tuning.params import Range, TuningParams
from daybreak.tuning.request import Request

MakeRequest = Callable[..., Request]


def _node(cpus: float, gpus: float = 0, *, alive: bool = True) -> dict[str, Any]:
    return {"Alive": alive, "Resources": {"CPU": cpus, "GPU": gpus}}


def _share(make_request: MakeRequest, *nodes: dict[str, Any], address: str = "", **tuning: Any) -> cluster.Share:
    request = make_request(TuningParams(trials=12, **tuning))
    return cluster.share(request.model_copy(update={"address": address}), list(nodes))


@pytest.mark.parametrize(
    ("nodes", "tuning", "share"),
    [
        ([_node(2)], {}, (1, 0.0, 2)),
        ([_node(2), _node(4), _node(64, alive=False)], {}, (1, 0.0, 6)),
        ([_node(64)], {}, (1, 0.0, 12)),
        ([_node(64)], {"at_once": 3}, (1, 0.0, 3)),
        ([_node(7)], {"cpus_per_trial": 2}, (2, 0.0, 3)),
        ([_node(16, 1)], {}, (1, 1.0, 1)),
        ([_node(16, 1)], {"gpus_per_trial": 0.25}, (1, 0.25, 4)),
        ([_node(16, 1)], {"gpus_per_trial": 0.1}, (1, 0.1, 10)),
        ([_node(2, 1)], {"gpus_per_trial": 0.25}, (1, 0.25, 2)),
        ([_node(16, 1)], {"gpus_per_trial": 0}, (1, 0.0, 12)),
        ([_node(16, 4)], {"gpus_per_trial": 2}, (1, 2.0, 2)),
    ],
)
def test_as_many_trials_as_cpus_and_gpus_allow(
    make_request: MakeRequest, nodes: list[dict[str, Any]], tuning: dict[str, Any], share: tuple[float, ...]
) -> None:
    assert _share(make_request, *nodes, **tuning) == share


def test_a_cluster_that_others_may_enlarge_is_not_counted(make_request: MakeRequest) -> None:
    assert _share(make_request, _node(2), address="auto").at_once == 0
    assert _share(make_request, _node(2), address="auto", at_once=5).at_once == 5


@pytest.mark.parametrize("tuning", [{"cpus_per_trial": 3}, {"gpus_per_trial": 1}, {"gpus_per_trial": 2}])
def test_a_trial_that_no_node_can_take_is_refused(make_request: MakeRequest, tuning: dict[str, Any]) -> None:
    message = r"a trial takes \d CPUs and \d GPUs; expected a node that has them; the largest has 2 and 0"
    with pytest.raises(ParamsError, match=message):
        _share(make_request, _node(2), _node(2), **tuning)


def test_a_trial_on_the_processor_takes_no_gpu() -> None:
    assert cluster.gpus_of_a_trial(TrainingParams(device="cpu"), TuningParams(), 4) == 0
    assert cluster.gpus_of_a_trial(TrainingParams(), TuningParams(), 4) == 1
    assert cluster.gpus_of_a_trial(TrainingParams(), TuningParams(), 0) == 0


def test_an_address_where_nothing_answers_is_bad_input(make_request: MakeRequest) -> None:
    request = make_request().model_copy(update={"address": "no-such-address"})
    with pytest.raises(BadInput, match=r"RAY_ADDRESS is no-such-address, and Ray cannot join"), cluster.joined(request):
        pass


SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.0, high=0.3),
}


class Ground(NamedTuple):
    """What sweeps are run on: trials of some seconds, which report often."""

    dataset: DatasetRef
    model: ModelParams
    training: TrainingParams
    folder: Path

    def sweep(self, report: Callable[[str], None] = lambda note: None, address: str = "", **update: Any) -> SweepRef:
        asked: dict[str, Any] = {"trials": 3, "epochs": 60, "grace": 3, "scheduler": "none", **update}
        (self.folder / "sweep").mkdir()
        return search.sweep(
            self.dataset,
            self.model,
            self.training,
            TuningParams(fraction=0.5, space=SPACE, **asked),
            self.folder / "sweep",
            cache=self.folder / "cache",
            threads_total=1,
            address=address,
            report=lambda share, note: report(note),
        )

    def events(self) -> list[dict[str, Any]]:
        """What the sweep's journal says."""
        (journal,) = self.folder.glob("cache/sweeps/*/trials.jsonl")
        return [json.loads(line) for line in journal.read_text("utf-8").splitlines()]


@pytest.fixture
def ground(tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path) -> Ground:
    return Ground(tiny_dataset, tiny_model, tiny_training, tmp_path)


@pytest.mark.slow
def test_a_trial_whose_worker_is_killed_begins_again(ground: Ground) -> None:
    killed: list[int] = []

    def kill_once(note: str) -> None:
        if note.startswith("trial 1:") and not killed:
            family = psutil.Process().children(recursive=True)
            workers = [process for process in family if any("Trainable" in part for part in process.cmdline())]
            for process in workers:
                process.kill()
            killed.extend(process.pid for process in workers)

    swept = ground.sweep(kill_once, trials=2)
    assert killed
    assert [trial.state for trial in swept.trials] == ["completed", "completed"]
    assert [trial.retries for trial in swept.trials] == [1, 0]
    assert swept.trials[0].history[0][0] == 3.0
    assert len(swept.trials[0].history) == 20
    log = (ground.folder / "sweep" / "logs" / "trial-1.log").read_text("utf-8")
    assert "died" in log


@pytest.mark.slow
def test_a_population_learns_from_its_best(ground: Ground) -> None:
    swept = ground.sweep(trials=3, scheduler="pbt", epochs=12, grace=2)
    assert [trial.state for trial in swept.trials] == ["completed"] * 3
    assert all(len(trial.history) >= 6 for trial in swept.trials)
    first = {event["number"]: event["config"] for event in ground.events() if event["what"] == "drawn"}
    assert any(trial.config != first[trial.number] for trial in swept.trials), "somebody took over from another"
    assert len(list(ground.folder.glob("sweep/ray/sweep/Trial_*"))) == 3
    assert not list(ground.folder.glob("sweep/ray/**/checkpoint_*")), "the members' weights are gone with the sweep"
    for trial in swept.trials:
        assert 1e-4 <= float(trial.config["learning_rate"]) <= 1e-2


@pytest.mark.slow
def test_a_budget_stops_the_sweep_with_what_it_has(ground: Ground) -> None:
    prices: dict[str, Any] = {"price_per_cpu_hour": 14400.0, "budget": {"cost": 120.0}}
    swept = ground.sweep(trials=50, epochs=300, grace=3, **prices)
    assert swept.stopped == "tuning.budget.cost of 120 was used up"
    assert 120 <= swept.cost < 240, "half a minute more at most"
    assert len(swept.trials) < 50
    assert swept.best in [trial.config for trial in swept.trials]


@contextmanager
def node(temp: Path, *options: str, within: Sequence[str] = ()) -> Iterator[Child]:
    """A node of a Ray cluster in a session of its own, with one CPU."""
    ray = str(Path(sys.executable).with_name("ray"))
    ports = ["--min-worker-port=0", "--max-worker-port=0", "--disable-usage-stats"]
    command = [*within, ray, "start", "--block", "--num-cpus=1", "--num-gpus=0", "--object-store-memory=80000000"]
    with Child(leashed([*command, *ports, *options]), log=temp / f"node-{len(list(temp.iterdir()))}.log") as child:
        yield child


class Net(NamedTuple):
    """Where a second node stands: its command goes through `within`, its address and ours are of one link."""

    ours: str
    theirs: str
    within: tuple[str, ...] = ()


@contextmanager
def namespace() -> Iterator[Net]:
    """A network of its own, joined to ours by one cable; skips where this machine lets nobody make one."""
    name, net = f"daybreak{os.getpid()}", f"198.18.{os.getpid() % 256}"  # the range set aside for measuring networks
    try:
        _ip("netns", "add", name)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or "there is no ip(8); the package iproute2 has it"
        pytest.skip(f"no network namespace can be made: {reason.strip()}")
    try:
        _ip("link", "add", f"db{os.getpid()}", "type", "veth", "peer", "name", "cable", "netns", name)
        _ip("address", "add", f"{net}.1/30", "dev", f"db{os.getpid()}")
        _ip("-n", name, "address", "add", f"{net}.2/30", "dev", "cable")
        for link in (("link", "set", f"db{os.getpid()}"), ("-n", name, "link", "set", "cable")):
            _ip(*link, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield Net(f"{net}.1", f"{net}.2", ("ip", "netns", "exec", name))
    finally:
        _ip("netns", "delete", name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _lose_the_second_node(ground: Ground, net: Net, *, local: bool) -> str:
    """A sweep on two nodes, the second of which is killed once both work; gives what the second one said."""
    with tempfile.TemporaryDirectory(prefix="daybreak-", dir="/tmp", ignore_cleanup_errors=True) as short:
        temp, port = Path(short), _free_port()
        head = ["--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={temp / 'ray'}"]
        join, address = [f"--address={net.ours}:{port}"], f"{net.ours}:{port}"
        if not local:
            head, join = [*head, f"--node-ip-address={net.ours}"], [*join, f"--node-ip-address={net.theirs}"]
        with node(temp, *head), node(temp, *join, within=net.within) as second:
            seen: set[str] = set()

            def kill_when_both_work(note: str) -> None:
                seen.add(note.partition(":")[0])
                if {"trial 1", "trial 2"} <= seen and second.returncode is None:
                    second.stop(grace=0)

            swept = ground.sweep(kill_when_both_work, address=address, epochs=240, grace=10)
        said = "".join(path.read_text("utf-8") for path in sorted(temp.glob("node-*.log"))[1:])
    assert [trial.state for trial in swept.trials] == ["completed"] * 3
    assert sum(trial.retries for trial in swept.trials) >= 1
    assert len({event["node"] for event in ground.events() if event.get("node")}) == 2
    assert len({trial.node for trial in swept.trials}) == 1
    return said


@pytest.mark.slow
def test_a_second_node_takes_trials_and_its_death_moves_them(ground: Ground) -> None:
    _lose_the_second_node(ground, Net("127.0.0.1", "127.0.0.1"), local=True)


@pytest.mark.slow
def test_so_does_a_node_in_a_network_of_its_own(ground: Ground) -> None:
    with namespace() as net:
        said = _lose_the_second_node(ground, net, local=False)
        assert f"Local node IP: {net.theirs}" in said
