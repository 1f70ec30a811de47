"""`daybreak data report` writes the page of the prepared version, beside the champion's data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[..., Any]


def test_the_page_of_the_prepared_version(ask: Ask) -> None:
    told = ask("data", "report")
    assert told.keys() == {"version", "report", "drift"}
    assert (told["version"], told["drift"]) == (1, [])
    assert "数据报告" in Path(told["report"]).read_text(encoding="utf-8")


def test_it_is_said_where_the_page_is(read: Ask) -> None:
    told = " ".join(read("data", "report", "1").split())
    assert "Data version 1" in told
    assert "data/reports/1.html" in told
