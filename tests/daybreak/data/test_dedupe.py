"""Repeats collapse, contradictions leave whole, near-duplicates find each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from daybreak.data import tables
from daybreak.data.dedupe import DedupeParams, dedupe
from daybreak.data.ingest import row_id
from daybreak.data.reading import sources
from daybreak.data.reading.sources import Request, Restored, Sources

Cleaned = Callable[..., Path]
Records = Callable[[Path], list[dict[str, Any]]]
LONG = "这家酒店的房间很干净，早餐也不错，前台服务热情周到，下次还会再来"
NEAR = LONG + "。"
OTHER = "快递太慢了，等了一个星期才收到，包装也是破的"


def test_repeats_collapse_to_the_smallest_id(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("好", "yes"), ("好", "yes"), ("差", "no"), ("好", "yes")], train_only=("差",))
    dedupe(root, DedupeParams())
    rows = records(root / "data/dedupe/rows.parquet")
    assert {(row["text"], row["repeats"], row["train_only"]) for row in rows} == {("好", 3, False), ("差", 1, True)}
    assert tables.read_json(root / "data/dedupe/counts.json")["exact_repeats"] == 2


def test_contradictions_leave_whole_and_before_repeats_collapse(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("还行", "yes"), ("还行", "yes"), ("还行", "no"), ("好", "yes"), ("差", "no")])
    dedupe(root, DedupeParams())
    lost = records(root / "data/quarantine/dedupe.parquet")
    assert [row["text"] for row in lost] == ["还行"] * 3
    assert {(row["rule"], row["detail"]) for row in lost} == {("contradicting_labels", "no, yes")}
    assert {row["text"] for row in records(root / "data/dedupe/rows.parquet")} == {"好", "差"}
    assert tables.read_json(root / "data/dedupe/counts.json")["exact_repeats"] == 0


def test_a_cluster_is_named_by_its_smallest_id(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([(LONG, "yes"), (NEAR, "yes"), (OTHER, "no")])
    dedupe(root, DedupeParams())
    near = {row_id(LONG, "yes"), row_id(NEAR, "yes")}
    clusters = {row["id"]: row["cluster"] for row in records(root / "data/dedupe/clusters.parquet")}
    assert clusters == {**dict.fromkeys(near, min(near)), row_id(OTHER, "no"): row_id(OTHER, "no")}
    (pair,) = records(root / "data/dedupe/pairs.parquet")
    assert {pair["left"], pair["right"]} == near
    assert 0.8 <= pair["similarity"] < 1
    counts = tables.read_json(root / "data/dedupe/counts.json")
    assert counts == {
        "threshold": 0.8,
        "exact_repeats": 0,
        "near_dropped": 0,
        "slices_told_differently": 0,
        "pairs": 1,
        "suspects": 0,
        "clusters": 1,
        "clustered_rows": 2,
        "largest": 2,
    }


def test_dropping_near_duplicates_keeps_one_bound_to_training_if_any_was(cleaned: Cleaned, records: Records) -> None:
    bound = max((LONG, NEAR), key=lambda text: row_id(text, "yes"))
    root = cleaned([(LONG, "yes"), (NEAR, "yes"), (OTHER, "no")], train_only=(bound,))
    dedupe(root, DedupeParams(near="drop"))
    rows = {row["text"]: row for row in records(root / "data/dedupe/rows.parquet")}
    assert len(rows) == 2
    (kept,) = set(rows) - {OTHER}
    assert rows[kept]["id"] == min(row_id(LONG, "yes"), row_id(NEAR, "yes"))
    assert rows[kept]["train_only"]
    assert rows[kept]["repeats"] == 2
    assert len(records(root / "data/dedupe/clusters.parquet")) == 2
    assert tables.read_json(root / "data/dedupe/counts.json")["near_dropped"] == 1


def test_short_chinese_texts_are_not_merged(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("好", "yes"), ("很好", "yes"), ("不好", "no"), ("差", "no"), ("太差", "no")])
    dedupe(root, DedupeParams(threshold=0.1, near="drop"))
    assert len(records(root / "data/dedupe/rows.parquet")) == 5


def test_running_again_changes_no_byte(cleaned: Cleaned) -> None:
    root = cleaned([(LONG, "yes"), (NEAR, "yes"), (OTHER, "no"), ("好", "yes"), ("好", "no")])
    dedupe(root, DedupeParams())
    before = {path: path.read_bytes() for path in (root / "data/dedupe").iterdir()}
    dedupe(root, DedupeParams())
    assert {path: path.read_bytes() for path in (root / "data/dedupe").iterdir()} == before


def test_nothing_but_contradictions_leaves_empty_tables(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("还行", "yes"), ("还行", "no")])
    dedupe(root, DedupeParams())
    assert records(root / "data/dedupe/rows.parquet") == []
    assert len(records(root / "data/quarantine/dedupe.parquet")) == 2


def test_near_duplicates_under_two_labels_are_kept_and_listed(cleaned: Cleaned, records: Records) -> None:
    turned = LONG.replace("不错", "不好")
    root = cleaned([(LONG, "yes"), (NEAR, "yes"), (turned, "no"), (OTHER, "no")])
    dedupe(root, DedupeParams(threshold=0.7))
    assert len(records(root / "data/dedupe/rows.parquet")) == 4
    suspects = records(root / "data/dedupe/suspects.parquet")
    assert {frozenset((row["left"], row["right"])) for row in suspects} == {
        frozenset((row_id(text, "yes"), row_id(turned, "no"))) for text in (LONG, NEAR)
    }
    assert all({row["left_label"], row["right_label"]} == {"no", "yes"} for row in suspects)
    assert tables.read_json(root / "data/dedupe/counts.json")["suspects"] == 2


def test_a_collapsed_row_counts_its_repeats_and_weighs_nothing(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("好", "yes")] * 3 + [("差", "no")])
    dedupe(root, DedupeParams())
    rows = records(root / "data/dedupe/rows.parquet")
    assert {row["text"]: row["repeats"] for row in rows} == {"好": 3, "差": 1}
    assert "weight" not in rows[0]
    with pytest.raises(ValidationError, match="repeats"):
        DedupeParams.model_validate({"repeats": "weight"})


def test_kept_repeats_have_ids_of_their_own_and_one_cluster(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([(LONG, "yes")] * 3 + [(NEAR, "yes"), (OTHER, "no")], train_only=(NEAR,))
    dedupe(root, DedupeParams(repeats="keep"))
    first, near = row_id(LONG, "yes"), row_id(NEAR, "yes")
    clusters = {row["id"]: row["cluster"] for row in records(root / "data/dedupe/clusters.parquet")}
    together = {first, f"{first}-2", f"{first}-3", near}
    assert clusters == {**dict.fromkeys(together, min(first, near)), row_id(OTHER, "no"): row_id(OTHER, "no")}
    assert [row["repeats"] for row in records(root / "data/dedupe/rows.parquet")] == [1] * 5
    counts = tables.read_json(root / "data/dedupe/counts.json")
    assert (counts["exact_repeats"], counts["near_dropped"]) == (0, 0)


def test_kept_repeats_of_dropped_near_duplicates_go_too(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([(LONG, "yes")] * 3 + [(NEAR, "yes")] * 2 + [(OTHER, "no")])
    dedupe(root, DedupeParams(repeats="keep", near="drop"))
    texts = [row["text"] for row in records(root / "data/dedupe/rows.parquet")]
    kept = min((LONG, NEAR), key=lambda text: row_id(text, "yes"))
    assert sorted(texts) == sorted([kept] * (3 if kept == LONG else 2) + [OTHER])
    counts = tables.read_json(root / "data/dedupe/counts.json")
    assert (counts["exact_repeats"], counts["near_dropped"]) == (0, 6 - len(texts))


def test_texts_that_differ_in_what_was_replaced_are_two_texts(tmp_path: Path, records: Records) -> None:
    rows = pd.DataFrame({"id": ["1", "2"], "text": "电话 [phone]", "label": "yes", "identity": ["a", "b"]})
    tables.write(rows, tmp_path / "data/clean/rows.parquet", tables.CLEANED)
    dedupe(tmp_path, DedupeParams())
    assert len(records(tmp_path / "data/dedupe/rows.parquet")) == 2
    assert {row["cluster"] for row in records(tmp_path / "data/dedupe/clusters.parquet")} == {"1"}


def test_two_texts_of_one_id_leave_with_two(tmp_path: Path, records: Records) -> None:
    texts = ["à la carte", "à la carte", "Ã  la carte", "Ã  la carte"]
    rows = pd.DataFrame({"id": "1", "text": texts, "label": "yes", "identity": texts})
    tables.write(rows, tmp_path / "data/clean/rows.parquet", tables.CLEANED)
    for repeats, expected in (("collapse", ["1", "1.2"]), ("keep", ["1", "1-2", "1.2", "1.2-2"])):
        dedupe(tmp_path, DedupeParams(repeats=repeats))
        for name in ("rows", "clusters"):
            assert sorted(row["id"] for row in records(tmp_path / f"data/dedupe/{name}.parquet")) == expected


def test_a_restored_contradiction_stays_and_the_others_of_its_text_do_not(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("还行", "yes"), ("还行", "no"), ("好", "yes")], train_only=("还行",))
    chosen = Restored(rule="contradicting_labels", ids=(row_id("还行", "no"),), reason="seen", by="someone")
    sources.write_sources(root, Sources(request=Request(source="sample"), batches=(), restored=(chosen,)))
    dedupe(root, DedupeParams())
    rows = {row["text"]: row for row in records(root / "data/dedupe/rows.parquet")}
    assert (rows["还行"]["label"], rows["还行"]["train_only"]) == ("no", True)
    (lost,) = records(root / "data/quarantine/dedupe.parquet")
    assert (lost["label"], lost["value"], lost["threshold"], lost["detail"]) == ("yes", "2", "1", "no, yes")


def test_people_who_restored_both_sides_of_a_contradiction_settle_nothing(cleaned: Cleaned, records: Records) -> None:
    root = cleaned([("还行", "yes"), ("还行", "no"), ("一般", "yes"), ("一般", "no"), ("好", "yes")])
    chosen = (("还行", "yes"), ("还行", "no"), ("一般", "no"))
    restored = tuple(
        Restored(rule="contradicting_labels", ids=(row_id(*each),), reason="seen", by=each[1]) for each in chosen
    )
    sources.write_sources(root, Sources(request=Request(source="sample"), batches=(), restored=restored))
    dedupe(root, DedupeParams())
    rows = records(root / "data/dedupe/rows.parquet")
    assert {(row["text"], row["label"]) for row in rows} == {("一般", "no"), ("好", "yes")}
    refused = records(root / "data/quarantine/dedupe.parquet")
    assert sorted((row["text"], row["label"]) for row in refused) == [("一般", "yes"), ("还行", "no"), ("还行", "yes")]


def test_the_order_of_the_rows_changes_no_byte(cleaned: Cleaned) -> None:
    root = cleaned([(LONG, "yes"), (LONG, "yes"), (NEAR, "yes"), (OTHER, "no"), ("好", "yes"), ("好", "no")])
    path = root / "data/clean/rows.parquet"
    dedupe(root, DedupeParams())
    before = {file: file.read_bytes() for file in (root / "data/dedupe").iterdir()}
    tables.read(path).iloc[::-1].to_parquet(path)
    dedupe(root, DedupeParams())
    assert {file: file.read_bytes() for file in (root / "data/dedupe").iterdir()} == before


def test_all_groups_that_say_a_text_are_told(tmp_path: Path, records: Records) -> None:
    said = [("1", "a", "g1"), ("2", "a", "g2"), ("3", "b", "g1"), ("4", "b", "g1")]
    rows = pd.DataFrame(
        [(name, name * 9, "yes", identity, f'{{"by": "{by}"}}') for name, identity, by in said],
        columns=["id", "text", "label", "identity", "groups"],
    )
    tables.write(rows, tmp_path / "data/clean/rows.parquet", tables.CLEANED)
    dedupe(tmp_path, DedupeParams())
    told = {(row["identity"], row["groups"]) for row in records(tmp_path / "data/dedupe/groups.parquet")}
    assert told == {("a", '{"by": "g1"}'), ("a", '{"by": "g2"}')}
    tables.write(rows.iloc[2:], tmp_path / "data/clean/rows.parquet", tables.CLEANED)
    dedupe(tmp_path, DedupeParams())
    assert not (tmp_path / "data/dedupe/groups.parquet").exists()


def test_copies_that_are_assessed_differently_are_counted_and_what_is_said_stays(
    tmp_path: Path, records: Records
) -> None:
    said = [("1", "a", "null"), ("1", "a", '"north"'), ("1", "a", '"south"'), ("3", "b", '"north"')]
    rows = pd.DataFrame(
        [(name, name * 9, "yes", identity, f'{{"region": {by}}}') for name, identity, by in said],
        columns=["id", "text", "label", "identity", "slices"],
    )
    tables.write(rows, tmp_path / "data/clean/rows.parquet", tables.CLEANED)
    dedupe(tmp_path, DedupeParams())
    told = {row["id"]: row["slices"] for row in records(tmp_path / "data/dedupe/rows.parquet")}
    assert told == {"1": '{"region": "north"}', "3": '{"region": "north"}'}
    assert tables.read_json(tmp_path / "data/dedupe/counts.json")["slices_told_differently"] == 1
