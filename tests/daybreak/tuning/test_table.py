"""The table hears what Ray Tune says of its trials."""

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from daybreak.tuning.table import Table, last_line


def _trial(name: str, error_file: Path | None = None) -> Any:
    return SimpleNamespace(trial_id=name, config={"dropout": 0.1}, error_file=error_file and str(error_file))


def _table() -> tuple[Table, list[tuple[float, str]]]:
    said: list[tuple[float, str]] = []
    return Table(2, 1.0, lambda share, note: said.append((share, note))), said


def test_a_night_of_three_fates(tmp_path: Path) -> None:
    (tmp_path / "error.txt").write_text("Traceback\nValueError: no luck\n\n", encoding="utf-8")
    table, said = _table()
    drawn = full, short, broken = [_trial("a"), _trial("b"), _trial("c", tmp_path / "error.txt")]
    for trial in (short, broken, full):
        table.on_trial_start(0, drawn, trial)
    for epoch, score in ((0.4, 0.6), (1.0, 0.8)):
        table.on_trial_result(0, drawn, full, {"epoch": epoch, "score": score})
    table.on_trial_result(0, drawn, short, {"epoch": 0.4, "score": 0.5})
    table.on_trial_complete(0, drawn, full)
    table.on_trial_complete(0, drawn, short)
    table.on_trial_error(0, drawn, broken)
    first, second, third = table.trials()
    assert (first.number, first.state, first.score, first.history) == (1, "completed", 0.8, ((0.4, 0.6), (1.0, 0.8)))
    assert (second.state, second.score) == ("pruned", 0.5)
    assert (third.state, third.score, third.error) == ("failed", None, "ValueError: no luck")
    assert all(trial.seconds >= 0 for trial in (first, second, third))
    assert said[1] == (0.5, "trial 1: 0.800 after 1 epochs (3 of 2 trials, best so far 0.800)")
    assert said[-1][1].startswith("trial 3 failed: ValueError: no luck")


def test_the_cause_is_told_without_stack_or_module(tmp_path: Path) -> None:
    (tmp_path / "error.txt").write_text("Failure # 1\n  in step\ndaybreak.errors.DataError: 真的.\n", encoding="utf-8")
    assert last_line(_trial("a", tmp_path / "error.txt")) == "DataError: 真的."
    assert last_line(_trial("a")) == "unknown error"


def test_ray_can_keep_it_on_disk() -> None:
    table, _ = _table()
    trial = _trial("a")
    table.on_trial_start(0, [trial], trial)
    again = pickle.loads(pickle.dumps(table))
    assert again.trials()[0].number == 1
