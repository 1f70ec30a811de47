"""`daybreak runs` lists and shows nights."""

from typing import Any

import pytest
from making import Finished

from daybreak.errors import BadInput


def test_runs_are_listed_and_shown(ask: Any, finished: Finished) -> None:
    listed = [run["run_id"] for run in ask("runs", "list")["runs"]]
    assert finished.record.run_id in listed
    assert ask("runs", "show", finished.record.run_id)["status"] == "released"


def test_an_unknown_run_is_refused(read: Any) -> None:
    with pytest.raises(BadInput, match="there is no run nonesuch"):
        read("runs", "show", "nonesuch")
