"""Listings show every row, and a dash where there is nothing."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from daybreak.planning import Plan, Planned
from daybreak.reports import listings


def drawn(renderable: Any) -> str:
    page = StringIO()
    Console(width=200, file=page).print(renderable)
    return page.getvalue()


def test_nothing_shows_as_a_dash() -> None:
    assert "-" in drawn(listings.table(("a",), [(None,)]))


def test_a_plan_names_steps_reasons_and_the_time_it_takes() -> None:
    plan = Plan(
        steps=(
            Planned(step="prepare", action="reuse", why="data version 3 is up to date"),
            Planned(step="sweep", action="run", why="changed: params tuning", seconds=61.4),
            Planned(step="train", action="run", why="follows sweep", seconds=88.0),
        )
    )
    text = drawn(listings.plan(plan))
    assert "about 149 s" in text
    assert "changed: params tuning" in text
    assert "61 s" in text


GOES_ON = {"rolled_back": None, "waiting": 0}


@pytest.mark.parametrize(
    ("render", "listing", "shows"),
    [
        (
            listings.data_versions,
            {
                "versions": [{"version": 3, "digest": "ab" * 32, "at": "now", "rows": {"kept": 9}, "current": True}],
                **GOES_ON,
            },
            "here",
        ),
        (
            listings.data_versions,
            {"versions": [], "rolled_back": {"version": 2, "actor": "Ann", "at": "now", "reason": "坏"}, "waiting": 4},
            "rolled back to version 2 by Ann, now: 坏; `daybreak data forward` ends it; 4 files wait in data/incoming/",
        ),
        (
            listings.gates,
            {"gates": [{"gate": "size", "mode": "warn", "limits": {"max_mb": 9}, "file": "f"}]},
            "max_mb 9",
        ),
        (listings.answers, {"version": 2, "answers": [{"text": "好", "label": "positive", "probability": 0.9}]}, "好"),
    ],
)
def test_each_listing_shows_its_rows(render: Any, listing: dict[str, Any], shows: str) -> None:
    assert shows in " ".join(drawn(render(listing)).split())
