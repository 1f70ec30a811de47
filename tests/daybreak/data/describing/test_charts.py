"""Charts are well-formed SVG, to scale, with text as text."""

from xml.etree import ElementTree as ET

from daybreak.data.describing import charts

SVG = "{http://www.w3.org/2000/svg}"


def boxes(chart: str) -> list[ET.Element]:
    return list(ET.fromstring(chart).iter(f"{SVG}rect"))


def width(box: ET.Element) -> float:
    return float(box.attrib["width"])


def words(chart: str) -> str:
    return " ".join(ET.fromstring(chart).itertext())


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
