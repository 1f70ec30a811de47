"""A page shows the curves that there are, and no figure without news."""

from typing import Any

from daybreak.reports import curves

HISTORY = [
    {"step": step, "loss": 1 / step, "gradient_norm": 2.0, "learning_rate": 1e-3, "cpu_percent": 99.0}
    for step in range(1, 10)
]


def windows(**labels: int) -> list[dict[str, Any]]:
    return [
        {"step": step, "rows": 30, "length_mean": 20.0, "length_p95": 44.0, "labels": labels, "sources": {"files": 30}}
        for step in (10, 20, 30)
    ]


def test_each_curve_of_a_training_is_a_figure() -> None:
    found = curves.of_training(HISTORY)
    assert list(found) == ["gradient_norm", "learning_rate"]
    assert all(svg.startswith("<svg") and "var(--accent)" in svg for svg in found.values())


def test_one_point_is_no_curve() -> None:
    assert curves.of_training(HISTORY[:1]) == {}
    assert curves.of_training([]) == {}
    assert curves.of_composition(windows(positive=10, negative=20)[:1]) == {}


def test_labels_are_named_and_one_source_is_no_news() -> None:
    found = curves.of_composition(windows(positive=10, negative=20))
    assert list(found) == ["labels", "lengths"]
    assert "positive" in found["labels"]
    assert "negative" in found["labels"]


def test_a_zero_does_not_break_a_logarithm() -> None:
    assert "update_ratio" in curves.of_training([{"step": step, "update_ratio": 0.0} for step in (1, 2)])


def test_ids_of_one_page_do_not_collide() -> None:
    import xml.etree.ElementTree as ET

    svgs = [*curves.of_training(HISTORY).values(), *curves.of_composition(windows(a=1, b=2)).values()]
    found = [{element.attrib["id"] for element in ET.fromstring(svg).iter("{*}clipPath")} for svg in svgs]
    assert sum(map(len, found)) == len(set().union(*found))
