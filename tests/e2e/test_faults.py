"""What happens to an unattended machine: each fault is done for real, and the next night needs nobody's hand."""

import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from e2e_shell import make_shell
from making import NIGHT
from stacking import until
from standing import PATIENCE_SECONDS, Standing, gone, kill, processes_below, standing

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("stack")]

LAST_STEPS = ("track", "seal")  # of milliseconds each: the kill may come when the model is out already
STEPS = ("prepare", "sweep", "train", "export", "evaluate", "judge", *LAST_STEPS)
NO_SEARCH = "tuning.trials=0"  # Ray takes longer than all the rest of a night
# Long enough to be interrupted in: the steps themselves still take seconds.
SLOW = {**NIGHT, "training": {**NIGHT["training"], "epochs": 60}, "tuning": {**NIGHT["tuning"], "trials": 0}}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(make_shell(tmp_path_factory.mktemp("faults"))) as up:
        yield up


def champion(stack: Standing) -> int | None:
    """The champion, where journal and alias agree about it."""
    moves = [move for move in stack.shell.json("model", "history")["moves"] if move["outcome"] == "done"]
    versions = [each["version"] for each in stack.shell.json("model", "versions")["versions"] if each["champion"]]
    assert versions == [move["to"] for move in moves[:1]]
    return versions[0] if versions else None


def releases(stack: Standing) -> int:
    return sum(move["outcome"] == "done" for move in stack.shell.json("model", "history")["moves"])


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def another(epochs: float, *more: str) -> dict[str, str]:
    """Parameters of a night that has something to do."""
    return {"overrides": "\n".join([f"training.epochs={epochs}", *more])}


def next_night_works(stack: Standing, flow_run: dict[str, Any]) -> None:
    """The same night again ends well, and journal and alias agree."""
    again = stack.wait(stack.start(**flow_run["parameters"]))
    assert again["state_type"] == "COMPLETED", again["state"]["message"]
    assert champion(stack) is not None


def test_kill_9_of_a_ray_worker_and_of_the_ray_head(stack: Standing) -> None:
    for place, name in enumerate(("ray::", "raylet")):
        run = stack.start(overrides=f"tuning.seed={40 + place}")
        stack.wait_for_step(run, "sweep")
        ray = wait_for_process(stack, name)
        kill(ray)
        ended = stack.wait(run)
        assert ended["state_type"] == "COMPLETED", ended["state"]
        assert champion(stack) is not None
        assert not [each for each in processes_below(stack.shell.project.root) if "raylet" in each.name()]


def wait_for_process(stack: Standing, name: str) -> psutil.Process:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for process in processes_below(stack.shell.project.root):
            with_name = [word for word in (process.name(), *process.cmdline()[:1]) if name in word]
            if with_name:
                return process
        time.sleep(0.2)
    raise AssertionError(f"no process {name}")


def test_kill_9_of_the_server_does_not_lose_the_night(stack: Standing) -> None:
    run = stack.start(**another(2.5, NO_SEARCH))
    stack.wait_for_step(run, "train")
    kill(stack.part("prefect"))
    ended = stack.wait(run)
    assert ended["state_type"] in ("COMPLETED", "CRASHED"), ended["state"]
    outcome = stack.shell.json("runs", "show")
    assert outcome["prefect"]["flow_run_id"] == run
    assert outcome["status"] in ("released", "refused", "crashed", "failed")
    next_night_works(stack, ended)


def test_kill_9_of_the_worker(stack: Standing) -> None:
    run = stack.start(**another(2.6, NO_SEARCH))
    stack.wait_for_step(run, "train")
    members = family(stack.flow_process(run))
    kill(stack.part("worker"))
    assert gone(members)
    ended = stack.wait(run)
    assert ended["state_type"] == "CRASHED", ended["state"]
    next_night_works(stack, ended)


def test_kill_9_of_the_flow_in_each_step(stack: Standing) -> None:
    """One night, killed in every step it has: each new attempt goes on where the last one was killed."""
    before, released = champion(stack), releases(stack)
    for step in STEPS:
        run = stack.start(**another(2.7))
        stack.wait_for_step(run, step)
        members = family(stack.flow_process(run))
        kill(members[0])
        assert gone(members), step
        assert stack.wait(run)["state_type"] == "CRASHED", step
        assert champion(stack) == before or step in LAST_STEPS, step
    ended = stack.wait(stack.start(**another(2.7)))
    assert ended["state_type"] == "COMPLETED", ended["state"]
    assert champion(stack) != before
    assert releases(stack) == released + 1
    record = stack.shell.json("runs", "show")
    assert {"prepare", "sweep", "train", "export", "evaluate"} <= set(record["reused"])


def test_cancelled_in_the_ui_the_work_stops_and_leaves_nothing(stack: Standing) -> None:
    run = stack.start(overrides="tuning.seed=77")
    stack.wait_for_step(run, "sweep")
    wait_for_process(stack, "raylet")
    members = family(stack.flow_process(run))
    stack.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}, "force": False})
    assert gone(members)
    ended = stack.wait(run)
    assert ended["state_type"] == "CANCELLED"
    assert not [each for each in processes_below(stack.shell.project.root) if "ray" in each.name()]
    assert stack.shell.json("runs", "show")["status"] == "cancelled"
    next_night_works(stack, ended)


def test_reboot(tmp_path_factory: pytest.TempPathFactory) -> None:
    shell = make_shell(tmp_path_factory.mktemp("reboot"), SLOW)
    with standing(shell) as before:
        run = before.start()
        before.wait_for_step(run, "train")
        for process in processes_below(shell.project.root):
            kill(process)
        until(lambda: processes_below(shell.project.root) == [], 60)
        with standing(shell) as after:
            assert after.wait(run)["state_type"] == "CRASHED"
            ended = after.wait(after.start(overrides="training.epochs=4"))
            assert ended["state_type"] == "COMPLETED", ended["state"]
            assert champion(after) == 1
