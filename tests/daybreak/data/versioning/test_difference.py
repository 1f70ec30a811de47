"""Two data versions compared: what was added, removed, relabelled, moved and set aside."""

import shutil
from pathlib import Path

import pytest
from making import make_rows, run_git, write_csv, write_params

from daybreak.data.versioning import difference, versions
from daybreak.errors import DataError
from daybreak.records import Project


def listing(root: Path) -> dict[str, bytes]:
    found = [path for path in root.rglob("*") if path.is_file() and not {".dvc", ".git"} & set(path.parts)]
    return {str(path): path.read_bytes() for path in found}


@pytest.fixture
def changed(prepared: Project) -> Project:
    """Version 2: ten rows more, two fewer, one under the other label, one under both."""
    rows = make_rows(120)
    (first, label), (both, other) = rows[5], rows[9]
    wrong = "negative" if label == "positive" else "positive"
    doubt = "negative" if other == "positive" else "positive"
    more = [(f"新的评论{number}，值得一看 {number * 7919}", "positive") for number in range(10)]
    write_csv(prepared.root / "rows.csv", [*rows[:5], (first, wrong), *rows[6:118], (both, doubt), *more])
    versions.prepare(prepared)
    return prepared


def test_every_kind_of_change_is_told(changed: Project) -> None:
    before = listing(changed.root)
    found = difference.diff(changed, 1, 2)
    assert (found["from"], found["to"], found["rows"]) == (1, 2, {"from": 120, "to": 127})
    assert (found["added"]["count"], found["added"]["by"]) == (10, {"positive": 10})
    assert found["removed"]["count"] == 3  # two are gone, one is set aside
    assert (found["relabelled"]["count"], found["relabelled"]["by"]) == (1, {"positive → negative": 1})
    (example,) = found["relabelled"]["examples"]
    assert example["text"] == make_rows(120)[5][0].replace("，", ",")
    assert found["quarantined"]["by"] == {"contradicting_labels": 2}
    assert found["quarantined"]["examples"][0].keys() == {"id", "rule", "text"}
    assert len(found["added"]["examples"]) == difference.EXAMPLES
    assert listing(changed.root) == before


def test_backwards_added_and_removed_change_places(changed: Project) -> None:
    found = difference.diff(changed, 2, 1)
    assert (found["added"]["count"], found["removed"]["count"]) == (3, 10)
    assert found["quarantined"]["count"] == 0


def test_another_split_moves_rows_and_nothing_else(prepared: Project) -> None:
    write_params(prepared.root, {"split": {"seed": 4}})
    versions.prepare(prepared)
    found = difference.diff(prepared, 1, 2, examples=1)
    counts = {kind: found[kind]["count"] for kind in ("added", "removed", "relabelled", "quarantined")}
    assert set(counts.values()) == {0}
    assert found["moved"]["count"] > 0
    assert " → " in found["moved"]["examples"][0]["change"]


def test_a_version_that_is_not_there(prepared: Project) -> None:
    with pytest.raises(DataError, match=r"no data version 2; expected one of: 1"):
        difference.diff(prepared, 1, 2)
    shutil.rmtree(prepared.root / ".dvc" / "cache")
    with pytest.raises(DataError, match=r"cache lacks files of data version 1 of sample \(.* is no remote\)"):
        difference.diff(prepared, 1, 1)
    assert run_git(prepared.root, "tag").split() == ["data/1"]
