"""Plots are plain SVG with text that stays text, in the page's own colours, and always the same bytes."""

import xml.etree.ElementTree as ET
from typing import Any

from daybreak.reports import plots

HISTORY = [{"step": step, "loss": 1 / step} for step in range(1, 50)] + [{"step": 49, "score": 0.8}]
TRIALS: list[dict[str, Any]] = [
    {"number": 1, "score": 0.7, "history": [[0.4, 0.6], [1.0, 0.7]]},
    {"number": 0, "score": 0.5, "history": [[0.4, 0.5]]},
    {"number": 2, "score": None, "history": []},
]


def drawn() -> list[str]:
    return [plots.loss_curve(HISTORY), plots.trial_curves(TRIALS), plots.optimisation(TRIALS)]


def test_each_is_one_svg_element_in_the_pages_colours() -> None:
    for svg in drawn():
        assert ET.fromstring(svg).tag.endswith("svg")
        assert "var(--accent)" in svg
        assert not any(stand_in in svg for stand_in in plots._COLOURS)
        assert "<text" in svg
        assert "<metadata" not in svg


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert drawn() == drawn()


def test_ids_of_one_page_do_not_collide() -> None:
    found = [{element.attrib["id"] for element in ET.fromstring(svg).iter("{*}clipPath")} for svg in drawn()]
    assert not found[0] & found[1]
    assert not found[1] & found[2]


def test_nothing_to_draw_is_no_plot() -> None:
    assert plots.loss_curve([]) == ""
    assert plots.loss_curve([{"step": 1, "learning_rate": 0.1}]) == ""
    assert plots.trial_curves(TRIALS[2:]) == ""
    assert plots.optimisation(TRIALS[2:]) == ""
