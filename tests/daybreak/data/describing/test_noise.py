"""Swapped labels are found among right ones; near-duplicates do not vouch for each other."""

from pathlib import Path

import pandas as pd
import pytest
from making import make_rows

from daybreak.data import tables
from daybreak.data.describing import noise

OTHER = {"positive": "negative", "negative": "positive"}


@pytest.fixture
def rows() -> pd.DataFrame:
    """300 rows, each a cluster of its own."""
    made = pd.DataFrame(make_rows(300), columns=["text", "label"])
    ids = [f"{number:016x}" for number in range(len(made))]
    return made.assign(id=ids, cluster=ids, split="train")


def test_swapped_labels_are_found(rows: pd.DataFrame) -> None:
    swapped = rows.index[::21]  # of both labels
    labels = [OTHER[label] if place in swapped else label for place, label in enumerate(rows["label"])]
    found = noise.suspects(rows.assign(label=labels))
    assert found is not None
    wrong = set(rows["id"][swapped])
    assert len(wrong & set(found["id"])) >= 0.6 * len(wrong)
    assert set(found["id"][:5]) <= wrong
    assert (found["suggested"] != found["label"]).all()
    assert found["confidence"].is_monotonic_increasing
    told = noise.summary(found, len(rows), 3)
    assert told is not None
    assert (told["rows"], told["suspects"], len(told["examples"])) == (300, len(found), 3)
    assert sum(change["rows"] for change in told["changes"]) == len(found)


def test_right_labels_are_not_doubted(rows: pd.DataFrame) -> None:
    found = noise.suspects(rows)
    assert found is not None
    assert len(found) < 5


def test_a_near_duplicate_does_not_vouch_for_a_wrong_label(rows: pd.DataFrame) -> None:
    wrong = rows[:3].assign(label=[OTHER[label] for label in rows["label"][:3]])
    twins = pd.concat([wrong.assign(id=[f"{copy}-{each}" for each in wrong["id"]]) for copy in range(4)])
    found = noise.suspects(pd.concat([rows[3:], twins]))
    assert found is not None
    assert {name.split("-")[1] for name in found["id"] if "-" in name} == set(wrong["id"])


def test_the_same_rows_give_the_same_suspects(rows: pd.DataFrame, tmp_path: Path) -> None:
    labels = [OTHER[label] if place % 25 == 0 else label for place, label in enumerate(rows["label"])]
    for name in ("a", "b"):
        noise.write(noise.suspects(rows.assign(label=labels)), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert list(tables.read(tmp_path / "a").columns) == list(noise.SUSPECT)


def test_the_suspects_of_the_same_rows_are_remembered(
    rows: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful = rows.assign(
        label=[OTHER[label] if place % 25 == 0 else label for place, label in enumerate(rows["label"])]
    )
    noise.write(noise.suspects(doubtful), tmp_path / "fresh")
    assert noise.remembered(tmp_path, rows.assign(label="only")) is None
    noise.remembered(tmp_path, doubtful)
    monkeypatch.setattr(noise, "suspects", None)
    noise.write(noise.remembered(tmp_path, doubtful), tmp_path / "again")
    noise.write(noise.remembered(tmp_path, doubtful.assign(split="test")), tmp_path / "moved")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "fresh").read_bytes()
    assert set(tables.read(tmp_path / "moved")["split"]) == {"test"}
    with pytest.raises(TypeError):
        noise.remembered(tmp_path, doubtful.assign(cluster="one"))


@pytest.mark.parametrize("labels", [["only"], ["a", "b"]])
def test_what_cannot_be_learnt_is_not_doubted(rows: pd.DataFrame, labels: list[str], tmp_path: Path) -> None:
    few = rows[: noise.FEWEST].assign(label=[labels[place % len(labels)] for place in range(noise.FEWEST)])
    assert noise.suspects(few) is None
    assert noise.summary(None, 10, 3) is None
    noise.write(None, tmp_path / "none")
    assert len(tables.read(tmp_path / "none")) == 0
