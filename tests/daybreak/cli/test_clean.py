"""`daybreak clean` speaks of every project."""

from typing import Any

from making import Finished


def test_clean_tells_what_it_would_remove_and_removes_it(ask: Any, finished: Finished) -> None:
    told = ask("clean", "--dry-run")
    assert told["dry_run"]
    assert set(told["projects"]) == {"sample"}
    done = ask("clean", "--project", "sample")
    assert not done["dry_run"]
    assert finished.results.model.path.is_dir()


def test_it_speaks_to_people(read: Any) -> None:
    lines = read("clean", "--dry-run").splitlines()
    assert lines[0].startswith("Would remove ")
    assert lines[1].startswith("sample: ")
