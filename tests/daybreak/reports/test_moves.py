"""What people read about moves: the history, the candidate beside the champion, and one move in a sentence."""

from typing import Any

from rich.console import Console

from daybreak.reports import moves

MOVE = {
    "at": "2026-11-20T02:13:00Z",
    "actor": "林晓",
    "kind": "rollback",
    "from": 5,
    "to": 4,
    "outcome": "done",
    "reason": "复核时答错",
    "data_version": 3,
    "duration_ms": 151.4,
}
HOLD = {"version": 5, "at": "2026-11-20T02:13:00Z", "actor": "林晓", "reason": "复核时答错"}


def told(what: Any) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def test_history_names_champion_hold_and_loads() -> None:
    champion = {"version": 4, "data_version": 3, "commit": "c0ffee0123456789", "run_id": "20261119-1a"}
    load = {"host": "web-1", "folder": "/srv/model", "version": 4, "at": "2026-11-20T03:00:00Z"}
    text = told(moves.history({"moves": [MOVE], "champion": champion, "hold": HOLD, "loads": [load], "fault": None}))
    assert "rollback" in text
    assert "Champion: version 4, data version 3, commit c0ffee012345, run 20261119-1a." in text
    assert "On hold: version 5 and its like" in text
    assert "/srv/model" in text
    assert "trusted" not in text


def test_history_of_nothing_and_a_broken_journal() -> None:
    text = told(moves.history({"moves": [], "champion": None, "hold": None, "loads": [], "fault": "row 3 is missing"}))
    assert "No champion." in text
    assert "The journal cannot be trusted: row 3 is missing." in text


def test_a_candidate_stands_beside_the_champion() -> None:
    offer = {
        "candidate": {"version": 5, "data_version": 3, "run_id": "b", "metrics": {"accuracy": 0.86, "bytes": 12.0}},
        "champion": {"version": 4, "data_version": 2, "run_id": "a", "metrics": {"accuracy": 0.85}},
        "verdicts": [{"gate": "quality", "outcome": "PASS", "reason": "不低于冠军"}],
        "verdicts_age_hours": 7.25,
        "comparison": {"rows": 1700, "fixes": 30, "breaks": 12},
    }
    text = told(moves.promotion(offer))
    assert "0.8600" in text
    assert "0.8500" in text
    assert "fixes 30 and breaks 12" in text
    assert "7.2 hours old" in text
    alone = told(moves.promotion({**offer, "champion": None, "comparison": None}))
    assert "no champion to compare it with" in alone


def test_a_move_in_a_sentence() -> None:
    assert moves.moved(MOVE) == "rollback done in 151 ms: version 5 → version 4, by 林晓: 复核时答错"
    first = {**MOVE, "kind": "release", "from": None, "to": 1, "duration_ms": None}
    assert moves.moved(first) == "release done: version 1, by 林晓: 复核时答错"


def test_lifted_holds_are_named() -> None:
    assert moves.lifted({"lifted": [HOLD]}).startswith("Lifted: version 5 and its like, since 2026-11-20")
