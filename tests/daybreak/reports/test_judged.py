"""What gates judged is drawn where it was measured."""

from daybreak.reports import judged

BINS = [{"confidence": 0.6, "accuracy": 0.5, "rows": 10}, {"confidence": 0.9, "accuracy": 0.95, "rows": 10}]
WAYS = {
    "typos": {"rows": 100, "before": 0.9, "after": 0.8},
    "full_width": {"rows": 100, "before": 0.9, "after": 0.89},
    "case": {"rows": 0, "before": 0.0, "after": 0.0},
}


def test_each_measurement_is_a_figure() -> None:
    found = judged.of_measurements({"calibration": {"bins": BINS}, "robustness": {"ways": WAYS}})
    assert list(found) == ["reliability", "robustness"]
    assert all(svg.startswith("<svg") and "var(--accent)" in svg for svg in found.values())


def test_the_costliest_way_stands_on_top_and_what_touched_no_row_is_left_out() -> None:
    svg = judged.of_measurements({"robustness": {"ways": WAYS}})["robustness"]
    assert svg.index("full width") < svg.index("typos")
    assert ">case<" not in svg


def test_what_was_not_measured_is_not_drawn() -> None:
    assert judged.of_measurements({}) == {}
    assert judged.of_measurements({"calibration": None, "robustness": {"ways": {}}}) == {}
