"""Charts are well-formed SVG, to scale, with text as text."""

from xml.etree import ElementTree as ET

from daybreak.data import charts

SVG = "{http://www.w3.org/2000/svg}"


def boxes(chart: str) -> list[ET.Element]:
    return list(ET.fromstring(chart).iter(f"{SVG}rect"))


def width(box: ET.Element) -> float:
    return float(box.attrib["width"])


def left(box: ET.Element) -> float:
    return float(box.attrib["x"])


def words(chart: str) -> str:
    return " ".join(ET.fromstring(chart).itertext())


def test_a_waterfall_ends_at_what_is_left() -> None:
    chart = charts.waterfall(("读入", 100), [("空行", 10), ("重复", 40)], ("留下", 50), title="rows")
    total, empty, repeats, kept = boxes(chart)
    assert round(width(total) / width(kept)) == 2
    assert abs(left(empty) + width(empty) - left(total) - width(total)) < 0.2
    assert abs(left(repeats) - left(kept) - width(kept)) < 0.2
    assert "读入" in words(chart)
    assert "−40" in words(chart)


def test_a_waterfall_of_nothing() -> None:
    assert len(boxes(charts.waterfall(("read", 0), [], ("kept", 0), title="rows"))) == 2


def test_bars_share_one_scale() -> None:
    one, other = boxes(charts.bars([("a", 0.5, "loss", "50%"), ("b", 1.0, "kept", "100%")], title="t", highest=1.0))
    assert abs(2 * width(one) - width(other)) < 0.2


def test_shares_fill_the_row() -> None:
    parts = boxes(charts.shares([("train", [("no", 30), ("yes", 70)])], title="labels"))
    assert abs(sum(width(box) for box in parts) + 2 - (charts.WIDTH - charts.LABELS)) < 0.2


def test_a_histogram_has_a_column_for_every_count() -> None:
    chart = charts.histogram([1, 4, 2], 10, title="lengths")
    assert [round(float(box.attrib["height"])) for box in boxes(chart)] == [40, 160, 80]
    assert "21–∞: 2" in words(chart)


def test_names_cannot_break_the_page() -> None:
    chart = charts.bars([("<script>", 1.0, "kept", "a & b")], title='"quoted"')
    assert "<script>" not in chart
    assert "<script>" in words(chart)
