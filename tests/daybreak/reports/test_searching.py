"""Plots of a sweep, whichever way is better, and whatever of it is missing."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from daybreak.records import SweepRef, Trial
from daybreak.reports import plots, searching


def _trial(number: int, score: float | None, **config: Any) -> Trial:
    history = ((0.4, score - 0.1), (1.0, score)) if score is not None else ()
    state: Any = "completed" if history else "failed"
    return Trial(number=number, config=config, score=score, history=history, seconds=1, state=state)


TRIALS = (
    _trial(1, 0.7, learning_rate=1e-4, base="zh-mini"),
    _trial(2, 0.5, learning_rate=1e-2, base="scratch", layers=1),
    _trial(3, None, learning_rate=1e-3, base="scratch", layers=3),
    _trial(4, 0.6, learning_rate=1e-3, base="scratch", layers=2),
)


def _sweep(*trials: Trial, **given: Any) -> dict[str, Any]:
    swept = SweepRef(metric="accuracy", trials=trials, best={}, best_score=None, **given)
    found: dict[str, Any] = swept.model_dump(mode="json")
    return found


SWEEP = _sweep(*TRIALS, importance={"learning_rate": 0.7, "base": 0.3})


def test_a_whole_sweep_has_four_plots_in_the_pages_colours() -> None:
    drawn = searching.of_sweep(SWEEP)
    assert list(drawn) == ["trials", "optimisation", "parallel", "importance"]
    for svg in drawn.values():
        assert ET.fromstring(svg).tag.endswith("svg")
        assert "var(--accent)" in svg
        assert not any(stand_in in svg for stand_in in plots._COLOURS)


def test_the_same_sweep_gives_the_same_bytes_and_ids_that_do_not_collide() -> None:
    drawn = searching.of_sweep(SWEEP)
    assert drawn == searching.of_sweep(SWEEP)
    ids = [{element.attrib["id"] for element in ET.fromstring(svg).iter("{*}clipPath")} for svg in drawn.values()]
    assert sum(map(len, ids)) == len(set().union(*ids))


def test_less_is_best_where_it_is() -> None:
    up, down = (searching.optimisation(SWEEP["trials"], less=less) for less in (False, True))
    assert up != down
    assert searching.trial_curves(SWEEP["trials"]) != searching.trial_curves(SWEEP["trials"], less=True)
    assert searching.of_sweep({**SWEEP, "direction": "min"})["optimisation"] == down


def test_parallel_coordinates_name_every_setting_and_its_ends() -> None:
    text = re.findall(r"<text[^>]*>([^<]*)</text>", searching.of_sweep(SWEEP)["parallel"])
    assert {"accuracy", "learning_rate", "base", "layers", "0.0001", "0.01", "zh-mini", "scratch", "0.5", "0.7"} <= set(
        text
    )


def test_a_wide_range_is_drawn_by_its_logarithm_and_words_by_the_alphabet() -> None:
    assert searching._places([1e-4, 1e-3, 1e-2, None])[:3] == pytest.approx([0.0, 0.5, 1.0])
    assert searching._places([1.0, 2.0, 3.0]) == [0.0, 0.5, 1.0]
    assert searching._places(["b", "a", "c"]) == [0.5, 0.0, 1.0]
    assert searching._places([5, 5]) == [0.5, 0.5]


def test_what_is_missing_is_not_drawn() -> None:
    assert not any(searching.of_sweep(_sweep()).values())
    assert not any(searching.of_sweep(_sweep(TRIALS[2])).values())
    drawn = searching.of_sweep(_sweep(TRIALS[0]))
    assert [name for name, svg in drawn.items() if svg] == ["trials", "optimisation"]


def test_a_long_sweep_keeps_its_ticks_apart() -> None:
    many = _sweep(*(_trial(number, 0.5 + number / 200, learning_rate=number / 1000) for number in range(1, 61)))
    ticks = re.findall(r"<text[^>]*>(\d+)</text>", searching.optimisation(many["trials"]))
    assert len(ticks) <= 12


def test_a_trial_that_was_stopped_early_is_never_the_best_of_those_that_were_not() -> None:
    """It may have been ahead at its rung; the winner is one that ran to its end."""
    done, early = _trial(1, 0.7, dropout=0.1), _trial(2, 0.8, dropout=0.2).model_copy(update={"state": "pruned"})
    trials = _sweep(done, early)["trials"]
    assert searching._best(trials, less=False) == trials[0]
    assert searching._best(trials[1:], less=False) == trials[1]
    drawn = searching.optimisation(trials)
    assert drawn != searching.optimisation([trials[0], {**trials[1], "state": "completed"}])
    assert searching.optimisation(trials[1:]), "a sweep that was stopped may have nothing else"
