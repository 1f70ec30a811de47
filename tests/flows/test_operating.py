"""The real stack, up and down: healthy, on loopback alone, back after every death, and gone without a trace."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from making import NIGHT, commit_all, make_checkout, make_project, write_params
from stacking import free_port, is_alive, until

from daybreak import locks, stack
from daybreak.records import Project
from daybreak.settings import Settings
from daybreak.stack import heartbeat, leftovers, ports
from flows.stack import ask, is_healthy

pytestmark = pytest.mark.xdist_group("stack")

START_SECONDS, END_SECONDS = 900, 60  # on a machine with nothing else to do: 30, and 6 in the middle of a night


class House:
    """A checkout with its own home and ports, and the command in it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.settings = Settings(home=project.root / ".daybreak")
        self.numbers = {"PREFECT": free_port(), "MLFLOW": free_port()}

    def start(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        asked = {f"DAYBREAK_{name}_PORT": str(port) for name, port in self.numbers.items()}
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("DAYBREAK_", "PREFECT_"))}
        return subprocess.Popen(
            [sys.executable, "-m", "flows", *words],
            cwd=self.project.root,
            env={**plain, **asked, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **variables: str) -> Any:
        process = self.start(*words, "--json", **variables)
        out, err = process.communicate(timeout=START_SECONDS)
        assert process.returncode == 0, err
        return json.loads(out)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.numbers['PREFECT']}/api"

    def part(self, name: str) -> stack.PartState:
        found = stack.living(self.settings.stack)
        assert found
        return found.parts[name]

    def is_up(self) -> bool:
        return (self.settings.home / "stack.json").exists()


def make_house(folder: Path) -> House:
    make_checkout(folder / "checkout", warm=False)
    project = make_project(folder / "checkout", rows=600)
    write_params(project.root, NIGHT)
    commit_all(project.root, "Tiny nights")
    return House(project)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = make_house(tmp_path_factory.mktemp("house"))
    made.run("up")
    yield made
    stack.stop(made.settings.stack)


@pytest.mark.slow
def test_everything_is_up_and_on_loopback_alone(house: House) -> None:
    told = house.run("status")
    assert {name: part["state"] for name, part in told["parts"].items()} == dict.fromkeys(
        ("prefect", "mlflow", "worker", "watcher"), "up"
    )
    pids = [process.pid for process in leftovers.marked(house.settings.stack)]
    opened = [each for each in psutil.net_connections("tcp") if each.pid in pids and each.status == psutil.CONN_LISTEN]
    assert {each.laddr.ip for each in opened} == {"127.0.0.1"}
    assert set(house.numbers.values()) <= {each.laddr.port for each in opened}
    assert heartbeat.last(house.settings.stack)


@pytest.mark.slow
def test_both_pages_are_served_and_need_no_network(house: House) -> None:
    for port in house.numbers.values():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
            assert "<html" in answer.read().decode().lower()
    with urllib.request.urlopen(f"http://127.0.0.1:{house.numbers['PREFECT']}/ui-settings", timeout=60) as answer:
        assert json.load(answer)["api_url"] == house.api


@pytest.mark.slow
def test_a_second_up_doubles_nothing_and_says_what_runs(house: House) -> None:
    before = stack.living(house.settings.stack)
    told = house.run("up")
    after = stack.living(house.settings.stack)
    assert before and after
    assert not told["new"]
    assert (told["pid"], {n: p.pid for n, p in after.parts.items()}) == (
        before.pid,
        {n: p.pid for n, p in before.parts.items()},
    )


@pytest.mark.slow
def test_schedules_are_planned_within_90_seconds(house: House) -> None:
    """With the wrong SQLAlchemy the server looks healthy and never schedules anything; this is how one notices."""
    question = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    until(lambda: ask(house.api, "/flow_runs/filter", question), 300)  # within 90 s where there is nothing else to do
    assert house.run("status")["next_run"]["at"]
    (found,) = [each for each in house.run("doctor")["checks"] if each["check"] == "schedules"]
    assert found["ok"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prefect", "mlflow", "worker", "watcher"])
def test_a_part_that_was_killed_is_back_in_seconds(house: House, name: str) -> None:
    until(lambda: house.part(name).state == "up", START_SECONDS)
    before = house.part(name)
    os.kill(before.pid or 0, signal.SIGKILL)
    took = until(
        lambda: house.part(name).pid not in (None, before.pid) and house.part(name).state == "up", START_SECONDS
    )
    assert house.part(name).address == before.address
    assert house.is_up()
    print(f"{name} was back after {took:.1f} s")


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A second checkout, which is up beside the first."""
    made = make_house(tmp_path_factory.mktemp("mine"))
    began = time.monotonic()
    made.run("up")
    print(f"up on a new home took {time.monotonic() - began:.1f} s")
    yield made
    stack.stop(made.settings.stack)


@pytest.mark.slow
def test_a_second_checkout_stands_beside_it(house: House, mine: House, tmp_path: Path) -> None:
    """It may not have the first one's ports, and disturbs nothing with its own."""
    third = House(make_project(tmp_path / "checkout", rows=4))
    taken = {name: str(port) for name, port in house.numbers.items()}
    process = third.start("up", "--json", **{f"DAYBREAK_{name}_PORT": port for name, port in taken.items()})
    _, err = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    assert f"port {taken['PREFECT']} of DAYBREAK_PREFECT_PORT is taken by process" in err
    assert is_healthy(house.api)
    assert is_healthy(mine.api)


@pytest.mark.slow
def test_reboot_then_a_night_in_the_middle_of_down(house: House, mine: House) -> None:
    """kill -9 of everything at once, `up`, a night that runs, `down`: no process, port or lock is left."""
    for process in leftovers.marked(mine.settings.stack):
        process.kill()
    assert mine.is_up(), "nobody was left to take the announcement away"
    began = time.monotonic()
    mine.run("up")
    print(f"up after kill -9 of everything took {time.monotonic() - began:.1f} s")

    night = start_night(mine)
    until(lambda: state_of(mine, night) == "RUNNING", START_SECONDS)
    time.sleep(3)
    family = [process.pid for process in leftovers.marked(mine.settings.stack)]
    began = time.monotonic()
    assert mine.run("down")["ran"]
    took = time.monotonic() - began
    print(f"down in the middle of a night took {took:.1f} s")
    assert took < END_SECONDS, "the command's own start included"
    assert leftovers.marked(mine.settings.stack) == []
    assert is_healthy(house.api), "the other checkout's stack stands"
    assert [pid for pid in family if is_alive(pid)] == []
    assert all(ports.is_free(port) for port in mine.numbers.values())
    assert not mine.is_up()
    with locks.hold(mine.settings.locks() / "sample.lock", 0, "the test"):
        assert mine.run("down") == {"ran": False, "killed": 0}, "again does nothing"
    told = mine.run("status")
    assert {part["state"] for part in told["parts"].values()} == {"down"}
    assert told["next_run"] is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has claims on ports")
def test_two_that_start_at_the_same_moment_get_ports_of_their_own(tmp_path: Path) -> None:
    """Nothing listens yet when the second one chooses, and both would like the same ports best."""
    houses = [House(make_project(tmp_path / name, rows=4)) for name in ("one", "two")]
    for each in houses:
        each.numbers = {}  # no port in particular is asked for
    started = [each.start("up", "--json") for each in houses]
    try:
        chosen = [until_chosen(each) for each in houses]
    finally:
        for each, process in zip(houses, started, strict=True):
            process.kill()
            process.communicate()
            stack.stop(each.settings.stack)
    assert len({*chosen[0], *chosen[1]}) == 4


def until_chosen(house: House) -> set[str]:
    """The addresses at which a stack that starts is going to answer."""
    until(lambda: stack.living(house.settings.stack), 300)
    return {house.part("prefect").address, house.part("mlflow").address}


def start_night(house: House) -> str:
    """What a click on Run does."""
    (deployment,) = ask(house.api, "/deployments/filter", {"flows": {"name": {"any_": ["retrain-and-release"]}}})
    body = json.dumps({"parameters": {}}).encode()
    address = f"{house.api}/deployments/{deployment['id']}/create_flow_run"
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["id"])


def state_of(house: House, run: str) -> str:
    (found,) = ask(house.api, "/flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}}) or [{"state_type": ""}]
    return str(found["state_type"])


def test_down_without_a_stack_says_so(tmp_path: Path) -> None:
    project = make_project(tmp_path / "checkout", rows=4)
    assert House(project).run("down") == {"ran": False, "killed": 0}


def test_a_port_that_was_asked_for_and_is_taken_changes_nothing(tmp_path: Path) -> None:
    mine = House(make_project(tmp_path / "checkout", rows=4))
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", mine.numbers["MLFLOW"]))
        held.listen()
        process = mine.start("up", "--json")
        out, err = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    assert out == ""
    assert f"taken by process {os.getpid()} (" in err
    assert not mine.settings.home.exists()
