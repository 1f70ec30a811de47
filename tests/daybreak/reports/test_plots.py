"""Plots are plain SVG with text that stays text, in the page's own colours, and always the same bytes."""

import xml.etree.ElementTree as ET

from daybreak.reports import plots

HISTORY = [{"step": step, "loss": 1 / step} for step in range(1, 50)] + [{"step": 49, "score": 0.8}]


def drawn() -> list[str]:
    return [plots.loss_curve(HISTORY), plots.lines({"a": [(1, 0.5), (2, 0.7)]}, "lines")]


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


def test_nothing_to_draw_is_no_plot() -> None:
    assert plots.loss_curve([]) == ""
    assert plots.loss_curve([{"step": 1, "learning_rate": 0.1}]) == ""
