"""The table hears what Ray Tune says of its trials, and writes it down."""

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from daybreak.tuning.costs import Rates
from daybreak.tuning.journal import Event, Journal
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Request
from daybreak.tuning.table import Table, last_line, read_log

FREE = Rates(1, 0, 0.0, 0.0)


def _trial(name: str, error_file: Path | None = None) -> Any:
    config = {"dropout": 0.1, "__trial_info__": object()}
    return SimpleNamespace(trial_id=name, config=config, error_file=error_file and str(error_file))


class _Set:
    """A table with its journal, what it said, and three trials that were drawn."""

    def __init__(self, request: Request) -> None:
        self.journal = Journal(request.journal)
        for number in (1, 2, 3):
            self.journal.note(Event(what="drawn", number=number, config={"dropout": 0.1}))
        self.said: list[tuple[float, str]] = []
        numbers = {"a": 1, "b": 2, "c": 3}
        self.over: list[int] = []
        self.table = Table(
            request,
            self.journal,
            numbers,
            lambda share, note: self.said.append((share, note)),
            lambda row: self.over.append(row.number),
        )

    def start(self, *trials: Any) -> None:
        for trial in trials:
            self.table.on_trial_start(0, [], trial)

    def score(self, trial: Any, epoch: float, score: float) -> None:
        self.table.on_trial_result(0, [], trial, {"epoch": epoch, "score": score, "node": "n1"})


@pytest.fixture
def stage(make_request: Callable[..., Request]) -> _Set:
    return _Set(make_request(TuningParams(trials=3, epochs=1, grace=0.4)))


def test_a_night_of_three_fates(stage: _Set, tmp_path: Path) -> None:
    (tmp_path / "error.txt").write_text("Traceback\nValueError: no luck\n\n", encoding="utf-8")
    full, short, broken = _trial("a"), _trial("b"), _trial("c", tmp_path / "error.txt")
    stage.start(full, short, broken)
    stage.score(full, 0.4, 0.6)
    stage.score(full, 1.0, 0.8)
    stage.score(short, 0.4, 0.5)
    stage.table.on_trial_complete(0, [], full)
    stage.table.on_trial_complete(0, [], short)
    stage.table.on_trial_error(0, [], broken)
    first, second, third = (stage.journal.rows[number].finish(FREE) for number in (1, 2, 3))
    assert (first.state, first.score, first.history) == ("completed", 0.8, ((0.4, 0.6), (1.0, 0.8)))
    assert (first.config, first.node) == ({"dropout": 0.1}, "n1")
    assert (second.state, second.score) == ("pruned", 0.5)
    assert (third.state, third.score, third.error) == ("failed", None, "ValueError: no luck")
    assert third.log.startswith("Traceback")
    assert stage.over == [1, 2, 3]
    assert stage.said[1] == (1 / 3, "trial 1: 0.800 after 1 epochs (3 of 3 trials, best so far 0.800)")
    assert stage.said[-1] == (1.0, "trial 3: failed: ValueError: no luck (3 of 3 trials, best so far 0.800)")


def test_a_trial_that_broke_is_tried_again_and_both_logs_are_kept(stage: _Set, tmp_path: Path) -> None:
    broken = _trial("a", tmp_path / "error.txt")
    stage.start(broken)
    stage.score(broken, 0.4, 0.6)
    (tmp_path / "error.txt").write_text("Failure # 1\nActorDiedError: the worker is gone\n", encoding="utf-8")
    stage.table.on_trial_recover(0, [], broken)
    assert "broke and is tried again: ActorDiedError" in stage.said[-1][1]
    assert stage.over == []
    stage.start(broken)
    stage.score(broken, 0.4, 0.6)
    (tmp_path / "error.txt").write_text("Failure # 2\nActorDiedError: again\n", encoding="utf-8")
    stage.table.on_trial_error(0, [], broken)
    trial = stage.journal.rows[1].finish(FREE)
    assert (trial.state, trial.retries, trial.history) == ("failed", 1, ((0.4, 0.6),))
    log = (tmp_path / "logs" / "trial-1.log").read_text("utf-8")
    assert "the worker is gone" in log
    assert "again" in log


def test_an_error_of_ours_ends_a_trial_without_another_try(stage: _Set) -> None:
    trial = _trial("b")
    stage.start(trial)
    result = {"failed": "DataError: 没有标签.", "log": "Traceback …\nDataError", "node": "n2", "done": True}
    stage.table.on_trial_result(0, [], trial, result)
    stage.table.on_trial_complete(0, [], trial)
    assert stage.over == [2], "told once"
    found = stage.journal.rows[2].finish(FREE)
    assert (found.state, found.error, found.node, found.retries) == ("failed", "DataError: 没有标签.", "n2", 0)


def test_less_is_best_where_it_is(make_request: Callable[..., Request]) -> None:
    stage = _Set(make_request(TuningParams(trials=3, epochs=1, grace=0.4, metric="loss")))
    stage.start(_trial("a"), _trial("b"))
    stage.score(_trial("a"), 0.4, 0.9)
    stage.score(_trial("b"), 0.4, 0.7)
    assert stage.said[-1][1].endswith("best so far 0.700)")


def test_the_cause_is_told_without_stack_or_module(tmp_path: Path) -> None:
    (tmp_path / "error.txt").write_text("Failure # 1\n  in step\ndaybreak.errors.DataError: 真的.\n", encoding="utf-8")
    assert last_line(read_log(_trial("a", tmp_path / "error.txt"))) == "DataError: 真的."
    assert last_line(read_log(_trial("a"))) == "unknown error"


def test_ray_can_keep_it_on_disk(stage: _Set) -> None:
    assert pickle.loads(pickle.dumps(stage.table)).__class__ is Table
