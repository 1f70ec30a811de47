"""Draws hang on the trial's number and on what is known, never on how often the sweep was killed."""

import pickle
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import optuna
import pytest
from ray.tune.search import Searcher

from daybreak.tuning.aim import Aim
from daybreak.tuning.draws import Draws, is_number, sampler
from daybreak.tuning.journal import Event, Journal
from daybreak.tuning.params import Range, TuningParams
from daybreak.tuning.request import Request

MakeRequest = Callable[..., Request]
SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "adapter.kind": Range(draw="choice", values=("none", "lora")),
    "adapter.rank": Range(draw="integer", low=2, high=16, when={"adapter.kind": "lora"}),
}
MORE = Aim("accuracy", "max")


def _tuning(**update: Any) -> TuningParams:
    return TuningParams(trials=8, epochs=1, grace=0.5, space=SPACE, **update)


def _draws(make_request: MakeRequest, journal: Journal, aim: Aim = MORE, **update: Any) -> Draws:
    return Draws(make_request(_tuning(**update)), aim, journal)


def _live(draws: Draws, journal: Journal, score: float, state: str = "completed") -> dict[str, Any]:
    """Let the next trial live its whole life."""
    name = f"ray-{len(draws.numbers)}-{id(draws)}"
    point: dict[str, Any] = draws.suggest(name)
    epoch = 1.0 if state == "completed" else 0.5
    result = {"score": score, "epoch": epoch, "milliepochs": round(1000 * epoch)}
    draws.on_trial_result(name, result)
    number = draws.numbers[name]
    journal.note(Event(what="score", number=number, epoch=epoch, score=score))
    journal.note(Event.model_validate({"what": "ended", "number": number, "state": state}))
    draws.on_trial_complete(name, result)
    return point


def test_the_params_own_point_comes_first_and_conditions_hold(make_request: MakeRequest, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    points = [_live(_draws(make_request, journal), journal, 0.5) for _ in range(8)]
    assert points[0] == {"learning_rate": 5e-3, "adapter.kind": "none"}
    for point in points:
        assert ("adapter.rank" in point) == (point["adapter.kind"] == "lora")


@pytest.mark.parametrize("search", ["tpe", "random", "bohb"])
def test_killed_after_each_trial_or_never_the_points_are_the_same(
    make_request: MakeRequest, tmp_path: Path, search: str
) -> None:
    scores, states = (0.5, 0.7, 0.6, 0.8, 0.4, 0.9, 0.3, 0.6), ("completed", "pruned") * 4
    whole = Journal(tmp_path / "whole")
    draws = _draws(make_request, whole, search=search)
    uncut = [_live(draws, whole, score, state) for score, state in zip(scores, states, strict=True)]
    cut = []
    for score, state in zip(scores, states, strict=True):
        journal = Journal(tmp_path / "cut")
        cut.append(_live(_draws(make_request, journal, search=search), journal, score, state))
        journal.close()
    assert cut == uncut
    assert len({tuple(point.items()) for point in uncut}) == 8


def test_the_model_learns_what_is_good(make_request: MakeRequest, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    request = make_request(_tuning().model_copy(update={"trials": 40}))
    draws = Draws(request, Aim("loss", "min"), journal)
    rates = []
    for number in range(40):
        name = f"ray-{number}"
        point = draws.suggest(name)
        rates.append(point["learning_rate"])
        distance = abs(point["learning_rate"] - 2e-4) * 1e3
        draws.on_trial_complete(name, {"score": distance, "epoch": 1.0, "milliepochs": 1000})
    assert sum(rate < 5e-4 for rate in rates[20:]) > sum(rate < 5e-4 for rate in rates[:10])


def test_what_was_under_way_comes_first_and_once(make_request: MakeRequest, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    draws = _draws(make_request, journal)
    first, second = draws.suggest("a"), draws.suggest("b")
    _live(draws, journal, 0.5)
    journal.close()
    again = Journal(tmp_path / "j")
    draws = _draws(make_request, again)
    assert [draws.suggest("x"), draws.suggest("y")] == [first, second]
    draws.suggest("z")
    assert draws.numbers == {"x": 1, "y": 2, "z": 4}


def test_there_are_as_many_as_were_asked_for(make_request: MakeRequest, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    draws = _draws(make_request, journal)
    for _ in range(8):
        _live(draws, journal, 0.5)
    assert draws.suggest("late") == Searcher.FINISHED
    assert _draws(make_request, journal).suggest("later") == Searcher.FINISHED


def test_optuna_hears_how_each_ended(make_request: MakeRequest, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    draws = _draws(make_request, journal)
    _live(draws, journal, 0.8)
    _live(draws, journal, 0.4, "pruned")
    for name, result in (("broke", None), ("failed", {"failed": "x", "epoch": 0.0}), ("odd", {"score": float("nan")})):
        draws.suggest(name)
        draws.on_trial_complete(name, result, error=result is None)
    states = [trial.state.name for trial in draws.study.trials]
    assert states == ["COMPLETE", "PRUNED", "FAIL", "FAIL", "FAIL"]
    draws.on_trial_complete("failed", None)  # a second time changes nothing


def test_ray_s_copies_are_ourselves_or_empty(make_request: MakeRequest, tmp_path: Path) -> None:
    draws = _draws(make_request, Journal(tmp_path / "j"))
    assert deepcopy(draws) is draws
    assert len(pickle.dumps(draws)) < 1000
    draws.save(str(tmp_path / "saved"))
    assert not (tmp_path / "saved").exists()


def test_samplers_by_name() -> None:
    assert isinstance(sampler(_tuning(search="random"), 1), optuna.samplers.RandomSampler)
    assert isinstance(sampler(_tuning(search="tpe"), 1), optuna.samplers.TPESampler)


def test_only_finite_numbers_are_scores() -> None:
    assert [is_number(value) for value in (0, 0.5, float("inf"), float("nan"), None, "1")] == [True, True] + [False] * 4
