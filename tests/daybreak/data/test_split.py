"""Old rows stay where they were, near-duplicates and groups never straddle, too little data is said."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from daybreak.data import tables
from daybreak.data.dedupe import DedupeParams, dedupe
from daybreak.data.split import SplitParams, measure_leakage, split
from daybreak.data.splitting.assigning import Ratios
from daybreak.errors import DataError, StepFailed

Rows = list[tuple[str, str]]
Cleaned = Callable[..., Path]


def texts(count: int, label: str, seed: int = 0) -> Rows:
    chance = random.Random(f"{label}{seed}")
    return [("".join(chance.choices("天地玄黄宇宙洪荒日月盈昃辰宿列张abcdefgh", k=20)), label) for _ in range(count)]


def prepare(cleaned: Cleaned, rows: Rows, params: SplitParams | None = None, near: Any = "keep") -> Path:
    root = cleaned(rows)
    dedupe(root, DedupeParams(near=near))
    split(root, params or SplitParams())
    return root


def sizes(root: Path) -> dict[str, Counter[str]]:
    return {
        name: Counter(tables.read_column(root / f"data/split/{name}.parquet", "label"))
        for name in ("train", "validation", "test")
    }


def places(root: Path) -> dict[str, str]:
    """Text to split."""
    parts = [
        tables.read(root / f"data/split/{name}.parquet").assign(split=name) for name in ("train", "validation", "test")
    ]
    rows = pd.concat(parts)
    return dict(zip(rows["text"], rows["split"], strict=True))


def content(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (root / "data/split").iterdir()}


def certificate(root: Path) -> Any:
    return tables.read_json(root / "data/split/certificate.json")


def refused(root: Path) -> pd.DataFrame:
    return tables.read(root / "data/quarantine/split.parquet")


ROWS = [*texts(100, "yes"), *texts(100, "no")]


def test_seven_two_one_by_label(cleaned: Cleaned) -> None:
    root = prepare(cleaned, [*texts(100, "yes"), *texts(50, "no")])
    assert sizes(root) == {
        "train": {"yes": 70, "no": 35},
        "validation": {"yes": 20, "no": 10},
        "test": {"yes": 10, "no": 5},
    }
    assignments = tables.read(root / "data/split/assignments.parquet")
    assert list(assignments.columns) == ["id", "cluster", "split", "identity"]
    assert Counter(assignments["split"]) == {"train": 105, "validation": 30, "test": 15}
    assert {"id", "text", "label", "cluster", "source"} <= set(tables.read(root / "data/split/test.parquet").columns)
    leakage = tables.read_json(root / "data/split/leakage.json")
    assert leakage["pairs"] == 0
    assert 0 < leakage["max_similarity"] < 0.8
    assert len({row["split"] for row in leakage["most_similar"]}) == 2
    assert len(refused(root)) == 0


def test_the_order_of_the_source_plays_no_part(cleaned: Cleaned) -> None:
    first = content(prepare(cleaned, ROWS))
    for path in (cleaned([]) / "data/split").iterdir():
        path.unlink()
    assert content(prepare(cleaned, random.Random(1).sample(ROWS, len(ROWS)))) == first


def test_running_again_changes_no_byte(cleaned: Cleaned) -> None:
    root = prepare(cleaned, ROWS)
    first = content(root)
    split(root, SplitParams())
    assert content(root) == first


def test_appended_rows_move_none_and_near_duplicates_join_their_cluster(cleaned: Cleaned) -> None:
    before = places(prepare(cleaned, ROWS))
    near = [(f"{text}。", label) for text, label in ROWS[:60]]
    root = prepare(cleaned, [*ROWS, *near, *texts(200, "yes", 1), *texts(200, "no", 1)])
    after = places(root)
    assert all(after[text] == place for text, place in before.items())
    assert all(after[text] == before[text[:-1]] for text, _label in near)
    assert Counter(after.values()) == pytest.approx({"train": 462, "validation": 132, "test": 66}, abs=4)
    assert certificate(root)["series"]["number"] == 1


def test_taking_the_new_rows_out_gives_the_old_bytes_back(cleaned: Cleaned) -> None:
    first = content(prepare(cleaned, ROWS))
    prepare(cleaned, [*ROWS, *[(f"{text}。", label) for text, label in ROWS], *texts(200, "yes", 1)])
    assert content(prepare(cleaned, ROWS)) == first


def test_a_row_that_would_bridge_two_splits_is_quarantined(cleaned: Cleaned) -> None:
    before = places(prepare(cleaned, ROWS))
    one, other = (next(text for text, place in before.items() if place == name) for name in ("train", "test"))
    root = cleaned([*ROWS, (one + other, "yes")])
    dedupe(root, DedupeParams(threshold=0.4))
    split(root, SplitParams())
    assert places(root) == before
    told = refused(root)[["text", "rule", "detail"]].to_numpy().tolist()
    assert told == [[one + other, "bridges_splits", "train, test"]]
    assert certificate(root)["quarantined"] == {"bridges_splits": 1}


def test_a_row_that_takes_over_for_another_keeps_its_split(cleaned: Cleaned) -> None:
    """The same words come under another id: repeated with other white space, or relabelled."""
    before = places(prepare(cleaned, ROWS))
    relabelled = [(text, "no" if label == "yes" else "yes") for text, label in ROWS]
    after = places(prepare(cleaned, [*relabelled, *texts(50, "yes", 2)]))
    assert {text: after[text] for text in before} == before


def test_of_near_duplicates_that_are_dropped_the_next_one_inherits_the_split(cleaned: Cleaned) -> None:
    before = places(prepare(cleaned, ROWS, near="drop"))
    again = [(f"{text}。", label) for text, label in ROWS]
    after = places(prepare(cleaned, [*ROWS, *again], near="drop"))
    assert len(after) == len(before)
    assert all(before[text.rstrip("。")] == place for text, place in after.items())


def test_a_lower_threshold_sets_training_rows_aside_and_moves_none(cleaned: Cleaned) -> None:
    rows = [pair for text, label in ROWS for pair in ((text * 2, label), (text * 2 + text[:9][::-1], label))]
    before = places(prepare(cleaned, rows))
    root = cleaned(rows)
    dedupe(root, DedupeParams(threshold=0.5))
    split(root, SplitParams())
    after = places(root)
    assert 0 < len(after) < len(before)
    assert all(before[text] == place for text, place in after.items())
    assert {text for text, place in before.items() if place == "test"} <= set(after)


@pytest.mark.parametrize(
    ("params", "because"),
    [
        (SplitParams(seed=18), "seed was 17 and is 18"),
        (SplitParams(ratios=Ratios(train=0.5, validation=0.3, test=0.2)), "ratios was 0.7:0.2:0.1 and is 0.5:0.3:0.2"),
    ],
)
def test_other_settings_begin_a_new_series(cleaned: Cleaned, params: SplitParams, because: str) -> None:
    prepare(cleaned, ROWS)
    told = certificate(prepare(cleaned, ROWS, params))["series"]
    assert (told["number"], told["because"]) == (2, because)
    assert certificate(prepare(cleaned, [*ROWS, *texts(9, "yes", 3)], params))["series"] == told


def test_other_data_begin_a_new_series(cleaned: Cleaned) -> None:
    prepare(cleaned, ROWS)
    told = certificate(prepare(cleaned, [*texts(50, "yes", 5), *texts(50, "no", 5)]))["series"]
    assert (told["number"], told["because"]) == (2, "none of its rows is left")


def test_groups_never_straddle_and_are_counted(cleaned: Cleaned) -> None:
    root = cleaned(ROWS)
    dedupe(root, DedupeParams())
    rows = tables.read(root / "data/dedupe/rows.parquet")
    authors = [json.dumps({"author": f"作者{place % 40}"}, ensure_ascii=False) for place in range(len(rows))]
    tables.write(rows.assign(groups=authors), root / "data/dedupe/rows.parquet", tables.DISTINCT)
    split(root, SplitParams())
    parts = [tables.read(root / f"data/split/{name}.parquet")["groups"] for name in ("train", "validation", "test")]
    assert sum(part.nunique() for part in parts) == 40
    told = certificate(root)
    assert sum(told["groups"]["author"].values()) == 40
    assert told["series"]["groups"] == ["author"]
    assert told["straddling"] == 0


def test_rows_with_several_labels_and_conversations_are_split(cleaned: Cleaned) -> None:
    several = [(text, json.dumps(["a", "b"] if place % 3 else ["b"])) for place, (text, _) in enumerate(ROWS)]
    told = certificate(prepare(cleaned, several))
    assert told["labels"]["a"] == pytest.approx({"train": 93, "validation": 27, "test": 13}, abs=3)
    assert told["labels"]["b"] == {"train": 140, "validation": 40, "test": 20}
    talk = certificate(prepare(cleaned, texts(50, "")))
    assert talk["labels"] == {"": {"train": 35, "validation": 10, "test": 5}}


def test_repeats_that_dedupe_keeps_stay_together(cleaned: Cleaned) -> None:
    root = cleaned(ROWS)
    dedupe(root, DedupeParams())
    rows = tables.read(root / "data/dedupe/rows.parquet")
    tables.write(pd.concat([rows, rows, rows]), root / "data/dedupe/rows.parquet", tables.DISTINCT)
    split(root, SplitParams())
    parts = {name: set(tables.read_column(root / f"data/split/{name}.parquet", "id")) for name in sizes(root)}
    assert sum(map(len, parts.values())) == len(rows)
    assert sum(certificate(root)["rows"].values()) == 3 * len(rows)


def test_leakage_is_found(tmp_path: Path) -> None:
    rows = [("1", "这家酒店很好很干净", "yes", "train"), ("2", "这家酒店很好很干净", "yes", "test")]
    with pytest.raises(StepFailed, match=r"similarity 1.000 stand in two splits; expected below 0.8"):
        measure_leakage(tmp_path, pd.DataFrame(rows, columns=["id", "text", "label", "split"]), 0.8)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (texts(20, "yes"), r"only one label, 'yes'; expected rows of at least two labels"),
        ([("还行", "yes"), ("还行", "no")], r"no rows are left"),
        ([*texts(20, "yes"), *texts(9, "no")], r"label 'no' has 1 rows in test; expected at least 2"),
    ],
)
def test_too_little_data_is_said_and_what_was_there_stays(cleaned: Cleaned, rows: Rows, message: str) -> None:
    root = cleaned(rows)
    dedupe(root, DedupeParams())
    with pytest.raises(DataError, match=message):
        split(root, SplitParams())
    assert not (root / "data/split").exists()
    before = content(prepare(cleaned, ROWS))
    with pytest.raises(DataError):
        prepare(cleaned, rows)
    assert content(root) == before


def test_damaged_assignments_are_said(cleaned: Cleaned) -> None:
    root = prepare(cleaned, ROWS)
    (root / "data/split/assignments.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"earlier assignments .* cannot be read.*Run `dvc checkout data/split`"):
        split(root, SplitParams())


def test_what_does_not_belong_there_goes(cleaned: Cleaned) -> None:
    root = prepare(cleaned, ROWS)
    first = content(root)
    (root / "data/split/notes.txt").write_text("x", encoding="utf-8")
    (root / "data/split/old").mkdir()
    split(root, SplitParams())
    assert content(root) == first


def test_a_large_family_found_late_in_several_splits_leaves_nothing_across(cleaned: Cleaned) -> None:
    chance = random.Random(4)
    family = [
        (
            f"您的订单{chance.randrange(10**6)}已发货，预计三天内送达，请保持电话畅通，感谢您的支持与信任，祝您生活愉快",
            "yes",
        )
        for _ in range(150)
    ]
    root = cleaned([*family, *ROWS])
    for threshold in (0.99, 0.7):
        dedupe(root, DedupeParams(threshold=threshold))
        split(root, SplitParams())
    assert tables.read_json(root / "data/dedupe/counts.json")["largest"] == 150
    assert certificate(root)["max_similarity"] < 0.7
    assert set(refused(root)["rule"]) == {"bridges_splits"}
