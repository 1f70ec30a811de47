"""The table hears what Ray Tune says of its trials."""

import pickle
from types import SimpleNamespace
from typing import Any

from ray.exceptions import RayTaskError

from daybreak.tuning.table import Table, last_line


def _trial(name: str, error: Exception | None = None) -> Any:
    return SimpleNamespace(trial_id=name, config={"dropout": 0.1}, get_error=lambda: error)


def _table() -> tuple[Table, list[tuple[float, str]]]:
    said: list[tuple[float, str]] = []
    return Table(2, 1.0, lambda share, note: said.append((share, note))), said


def test_a_night_of_three_fates() -> None:
    table, said = _table()
    full, short, broken = _trial("a"), _trial("b"), _trial("c", ValueError("first line\nno luck"))
    for trial in (full, short, broken):
        table.on_trial_start(0, [], trial)
    for epoch, score in ((0.4, 0.6), (1.0, 0.8)):
        table.on_trial_result(0, [], full, {"epoch": epoch, "score": score})
    table.on_trial_result(0, [], short, {"epoch": 0.4, "score": 0.5})
    table.on_trial_complete(0, [], full)
    table.on_trial_complete(0, [], short)
    table.on_trial_error(0, [], broken)
    first, second, third = table.trials()
    assert (first.number, first.state, first.score, first.history) == (1, "completed", 0.8, ((0.4, 0.6), (1.0, 0.8)))
    assert (second.state, second.score) == ("pruned", 0.5)
    assert (third.state, third.score, third.error) == ("failed", None, "no luck")
    assert all(trial.seconds >= 0 for trial in (first, second, third))
    assert said[1] == (0.5, "trial 1: 0.800 after 1 epochs (3 of 2 trials, best so far 0.800)")
    assert said[-1][1].startswith("trial 3 failed: no luck")


def test_the_cause_is_told_rather_than_ray_s_wrapping() -> None:
    inner = ValueError("the real reason")
    wrapped = RayTaskError("step", "a long\ntraceback", inner)
    assert last_line(_trial("a", wrapped)) == "the real reason"
    assert last_line(_trial("a", ValueError())) == "ValueError"


def test_ray_can_keep_it_on_disk() -> None:
    table, _ = _table()
    table.on_trial_start(0, [], _trial("a"))
    again = pickle.loads(pickle.dumps(table))
    assert again.trials()[0].number == 1
