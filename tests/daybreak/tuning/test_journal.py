"""The journal of a sweep survives its writer, and counts what every session used."""

import json
from pathlib import Path

import pytest

from daybreak.tuning.costs import Rates
from daybreak.tuning.journal import Event, Journal

RATES = Rates(cpus=2, gpus=0.5, per_gpu_hour=4.0, per_cpu_hour=0.0)


def _lines(path: Path, *events: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def _session(*events: dict[str, object]) -> list[dict[str, object]]:
    return [{"what": "session"}, *events]


FIRST = _session(
    {"what": "drawn", "clock": 1, "number": 1, "config": {"dropout": 0.1}},
    {"what": "began", "clock": 2, "number": 1},
    {"what": "drawn", "clock": 2, "number": 2, "config": {"dropout": 0.2}},
    {"what": "began", "clock": 3, "number": 2},
    {"what": "score", "clock": 10, "number": 1, "epoch": 0.5, "score": 0.7, "node": "abc"},
    {"what": "score", "clock": 20, "number": 1, "epoch": 1.0, "score": 0.8},
    {"what": "ended", "clock": 21, "number": 1, "state": "completed"},
    {"what": "score", "clock": 23, "number": 2, "epoch": 0.5, "score": 0.6},
)


def test_what_was_over_stays_and_what_was_not_begins_again(tmp_path: Path) -> None:
    journal = Journal(_lines(tmp_path / "trials.jsonl", *FIRST))
    assert journal.rows[1].finish(RATES).model_dump() == {
        "number": 1,
        "config": {"dropout": 0.1},
        "score": 0.8,
        "history": ((0.5, 0.7), (1.0, 0.8)),
        "seconds": 19.0,
        "state": "completed",
        "error": "",
        "log": "",
        "node": "abc",
        "retries": 0,
        "gpu_hours": round(19 * 0.5 / 3600, 6),
        "cpu_hours": round(19 * 2 / 3600, 6),
        "cost": pytest.approx(19 * 2 / 3600, abs=1e-6),
    }
    assert [row.number for row in journal.unfinished] == [2]
    assert (journal.rows[2].history, journal.rows[2].config) == ([], {"dropout": 0.2})


def test_time_that_a_dead_session_spent_is_not_forgotten(tmp_path: Path) -> None:
    journal = Journal(_lines(tmp_path / "trials.jsonl", *FIRST))
    assert journal.rows[2].seconds == 20.0
    assert journal.elapsed == pytest.approx(23.0, abs=0.5)
    assert journal.spent == pytest.approx(39.0, abs=0.5)


def test_sessions_add_up(tmp_path: Path) -> None:
    second = _session({"what": "began", "clock": 5, "number": 2}, {"what": "ended", "clock": 15, "number": 2})
    journal = Journal(_lines(tmp_path / "trials.jsonl", *FIRST, *second))
    assert journal.elapsed == pytest.approx(38.0, abs=0.5)
    assert journal.rows[2].seconds == 30.0
    assert journal.unfinished == []


def test_a_line_that_a_kill_cut_short_is_cut_off(tmp_path: Path) -> None:
    path = _lines(tmp_path / "trials.jsonl", *FIRST)
    path.write_bytes(path.read_bytes() + b'{"what":"score","number":2,"epoch":1.0,"scor')
    journal = Journal(path)
    journal.note(Event(what="began", number=2))
    journal.note(Event(what="score", number=2, epoch=0.5, score=0.61))
    journal.close()
    again = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["what"] for line in again[-3:]] == ["session", "began", "score"]
    assert Journal(path).rows[2].config == {"dropout": 0.2}


def test_what_is_noted_is_on_disk_before_the_journal_is_closed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "trials.jsonl")
    journal.note(Event(what="drawn", number=1, config={"model.base": "中文"}))
    assert "中文" in (tmp_path / "trials.jsonl").read_text("utf-8")


def test_a_trial_that_broke_begins_from_nothing_and_counts_its_retries(tmp_path: Path) -> None:
    events = _session(
        {"what": "drawn", "clock": 0, "number": 1},
        {"what": "began", "clock": 1, "number": 1},
        {"what": "score", "clock": 5, "number": 1, "epoch": 0.5, "score": 0.7},
        {"what": "broke", "clock": 9, "number": 1, "log": "the worker died"},
        {"what": "began", "clock": 19, "number": 1},
        {"what": "score", "clock": 24, "number": 1, "epoch": 0.5, "score": 0.7},
        {"what": "ended", "clock": 25, "number": 1, "state": "failed", "error": "boom", "log": "Traceback"},
    )
    trial = Journal(_lines(tmp_path / "trials.jsonl", *events)).rows[1].finish(RATES)
    assert (trial.retries, trial.seconds, trial.history) == (1, 8.0 + 6.0, ((0.5, 0.7),))
    assert (trial.state, trial.score, trial.error, trial.log) == ("failed", None, "boom", "Traceback")


def test_waiting_between_two_turns_costs_nothing(tmp_path: Path) -> None:
    events = _session(
        {"what": "drawn", "clock": 0, "number": 1},
        {"what": "began", "clock": 0, "number": 1},
        {"what": "score", "clock": 10, "number": 1, "epoch": 0.5, "score": 0.7},
        {"what": "began", "clock": 100, "number": 1},
        {"what": "score", "clock": 110, "number": 1, "epoch": 1.0, "score": 0.8, "config": {"dropout": 0.3}},
        {"what": "ended", "clock": 110, "number": 1},
    )
    row = Journal(_lines(tmp_path / "trials.jsonl", *events)).rows[1]
    assert (row.seconds, row.config, len(row.history)) == (20.0, {"dropout": 0.3}, 2)


def test_what_nobody_ended_was_stopped_with_its_sweep(tmp_path: Path) -> None:
    journal = Journal(_lines(tmp_path / "trials.jsonl", *FIRST))
    assert journal.rows[2].finish(RATES).state == "pruned"


def test_a_population_begins_anew_together_but_not_for_free(tmp_path: Path) -> None:
    journal = Journal(_lines(tmp_path / "trials.jsonl", *FIRST))
    journal.forget()
    assert [row.number for row in journal.unfinished] == [1, 2]
    assert journal.rows[1].seconds == 19.0


def test_a_population_killed_twice_counts_no_half_trial(tmp_path: Path) -> None:
    """Its second life forgot the first and was killed as well: the third must not take up what either of them left."""
    path = _lines(tmp_path / "trials.jsonl", *FIRST)
    second = Journal(path)
    second.forget()
    second.note(Event(what="began", number=1))
    second.note(Event(what="score", number=1, epoch=0.5, score=0.65, config={"dropout": 0.3}))
    second.close()
    third = Journal(path)
    assert [row.number for row in third.unfinished] == [1, 2]
    third.forget()
    assert (third.rows[1].history, third.rows[1].config) == ([], {"dropout": 0.1})
    third.note(Event(what="began", number=1))
    third.note(Event(what="score", number=1, epoch=1.0, score=0.9))
    third.note(Event(what="ended", number=1))
    third.close()
    trial = Journal(path).rows[1].finish(RATES)
    assert (trial.history, trial.state, trial.node) == (((1.0, 0.9),), "completed", "abc")
    assert trial.seconds >= 19.0, "what earlier lives used is not forgotten"
