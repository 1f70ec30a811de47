"""The diagram is well-formed SVG, to scale, and names every loss."""

from itertools import pairwise
from xml.etree import ElementTree as ET

from daybreak.data.describing import flow
from daybreak.data.describing.flow import Stage

SVG = "{http://www.w3.org/2000/svg}"
STAGES = [Stage("读取", [("空行", 1)]), Stage("去重", [("重复", 50), ("隔离", 0)]), Stage("切分", [])]


def drawn(stages: list[Stage] = STAGES, total: int = 101) -> ET.Element:
    return ET.fromstring(flow.flow(total, "读入", stages, [("训练", 40), ("测试", 10)], title="rows"))


def marks(chart: ET.Element, style: str) -> list[float]:
    return [float(box.attrib["height"]) for box in chart.iter(f"{SVG}rect") if box.attrib["class"] == style]


def test_marks_are_to_scale() -> None:
    chart = drawn()
    whole, read, kept = marks(chart, "total")
    assert whole == flow.DEEP
    assert abs(read - flow.DEEP * 100 / 101) < 0.1
    assert abs(kept - flow.DEEP * 50 / 101) < 0.1
    assert abs(sum(marks(chart, "kept")) - kept) < 0.2


def test_a_single_row_is_seen_and_no_row_is_not() -> None:
    assert marks(drawn(total=1_000_000), "loss")[0] == flow.THIN
    words = " ".join(drawn().itertext())
    assert "空行" in words
    assert "隔离" not in words


def test_names_of_one_column_do_not_lie_on_each_other() -> None:
    many = [Stage("清洗", [(f"规则{number}", 1) for number in range(4)])]
    chart = drawn(many, 54)
    heights = sorted(float(text.attrib["y"]) for text in chart.iter(f"{SVG}text") if "value" in text.attrib["class"])
    beside = heights[2:]  # below the two headings
    assert all(below - above >= 30 for above, below in pairwise(beside))
    assert float(chart.attrib["viewBox"].split()[3]) >= beside[-1]


def test_nothing_at_all_can_be_drawn() -> None:
    assert len(marks(ET.fromstring(flow.flow(0, "read", [], [], title="rows")), "total")) == 1


def test_names_cannot_break_the_page() -> None:
    chart = flow.flow(2, "<b>", [Stage("<i>", [("<u>", 1)])], [("&", 1)], title='"')
    assert "<b>" not in chart
    assert "<u>" in "".join(ET.fromstring(chart).itertext())
