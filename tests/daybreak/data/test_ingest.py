"""Rows get a stable id; nothing is lost without being counted."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daybreak.data import tables
from daybreak.data.admitting.admission import admit
from daybreak.data.ingest import IngestParams, ingest, is_train_only, row_id
from daybreak.data.reading import sources
from daybreak.errors import DataError

Records = Callable[[Path], list[dict[str, Any]]]


def run(root: Path, content: str, **more: Any) -> None:
    (root / "rows.csv").write_text(content, encoding="utf-8")
    params = IngestParams(source="files", path="rows.csv", **more)
    admit(root, params)
    ingest(root, params)


def test_rows_are_read_counted_and_set_aside(tmp_path: Path, records: Records) -> None:
    run(tmp_path, "text,label\n好,yes\n  ,yes\n差,no\n没有标签, \n好,yes\n 好 ,no\n")
    assert tables.read_json(tmp_path / "data/ingest/counts.json") == {
        "read": 6,
        "empty": 1,
        "distinct_raw": 3,
        "quarantined": 1,
        "encodings": {"utf-8": 1},
        "licences": {"": {"rows": 4, "obligations": []}},
        "slices": {},
    }
    rows = records(tmp_path / "data/ingest/rows.parquet")
    assert sorted((row["text"], row["label"]) for row in rows) == [
        (" 好 ", "no"),
        ("好", "yes"),
        ("好", "yes"),
        ("差", "no"),
    ]
    assert {row["source"] for row in rows} == {"rows.csv"}
    assert not any(row["train_only"] for row in rows)
    (lost,) = records(tmp_path / "data/quarantine/ingest.parquet")
    assert (lost["text"], lost["rule"]) == ("没有标签", "no_label")


def test_an_id_is_of_the_text_and_the_label() -> None:
    assert row_id("ＡＢＣ", "x") == row_id(" ABC ", "x")
    assert row_id("ABC", "x") != row_id("ABC", "y")
    assert row_id("10²平方米", "x") != row_id("102平方米", "x")
    assert row_id("10²ＡＢＣ", "x") == row_id("10²ABC", "x")
    assert row_id("", "", "ＡＢＣ") != row_id("", "", "ABC")
    assert row_id("", "", "e\u0301") == row_id("", "", "é")
    assert len(row_id("好", "x")) == 16


def test_the_order_of_the_file_does_not_change_a_byte(tmp_path: Path) -> None:
    lines = ["a,x\n", "b,y\n", "好,x\n"]
    run(tmp_path, "text,label\n" + "".join(lines))
    before = (tmp_path / "data/ingest/rows.parquet").read_bytes()
    run(tmp_path, "text,label\n" + "".join(reversed(lines)))
    assert (tmp_path / "data/ingest/rows.parquet").read_bytes() == before


def test_seven_tenths_of_the_sample_stay_in_training(tmp_path: Path, records: Records) -> None:
    admit(tmp_path, IngestParams())
    ingest(tmp_path, IngestParams())
    counts = tables.read_json(tmp_path / "data/ingest/counts.json")
    assert (counts["read"], counts["empty"], counts["distinct_raw"], counts["quarantined"]) == (35124, 1, 17410, 0)
    assert counts["licences"] == {"MIT": {"rows": 35123, "obligations": []}}
    rows = tables.read(tmp_path / "data/ingest/rows.parquet")
    assert set(rows["label"]) == {"positive", "negative"}
    assert 0.65 < rows["train_only"].mean() < 0.75
    assert rows["train_only"].tolist()[:50] == [is_train_only(text) for text in rows["text"][:50]]


def test_a_column_by_another_name(tmp_path: Path, records: Records) -> None:
    run(tmp_path, "body,stars\n好,5\n差,1\n", text_column="body", label_column="stars")
    assert {row["label"] for row in records(tmp_path / "data/ingest/rows.parquet")} == {"1", "5"}


def write(root: Path, name: str, content: str | bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def take(root: Path, path: str, **more: Any) -> dict[str, Any]:
    """Admit and ingest files; returns counts.json."""
    params = IngestParams(source="files", path=path, **more)
    admit(root, params)
    ingest(root, params)
    counts: dict[str, Any] = tables.read_json(root / "data/ingest/counts.json")
    return counts


def refused(root: Path, records: Records) -> dict[str, tuple[str, str, str]]:
    """Rule to value, threshold and detail of the one row that it refused."""
    rows = records(root / "data/quarantine/ingest.parquet")
    return {row["rule"]: (row["value"], row["threshold"], row["detail"]) for row in rows}


def test_every_encoding_makes_the_same_rows_and_is_counted(tmp_path: Path) -> None:
    content = "text,label\n这家酒店很好，下次还会来,yes\nThe room was dirty,no\n"
    codes = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "utf-16": "utf-16", "gb18030": "gb18030"}
    for name, code in codes.items():
        write(tmp_path, f"in/{name}.csv", content.encode(code))
    write(tmp_path, "in/packed.csv.gz", gzip.compress(content.encode("gb18030")))
    pq.write_table(pa.table({"text": ["好"], "label": ["yes"]}), tmp_path / "in/rows.parquet")
    counts = take(tmp_path, "in")
    assert counts["encodings"] == {"gb18030": 2, "utf-16": 1, "utf-8": 1, "utf-8-sig": 1}
    assert (counts["read"], counts["distinct_raw"]) == (11, 3)


def test_an_encoding_by_name(tmp_path: Path, records: Records) -> None:
    write(tmp_path, "rows.csv", "text,label\n服務人員態度良好,yes\n".encode("big5"))
    assert take(tmp_path, "rows.csv", encoding="big5")["encodings"] == {"big5": 1}
    assert records(tmp_path / "data/ingest/rows.parquet")[0]["text"] == "服務人員態度良好"
    for name in ("bigfive", "base64", "hex", "rot13", "undefined"):
        with pytest.raises(ValueError, match=r"an encoding of text that Python knows"):
            IngestParams(encoding=name)


def test_plain_text_is_labelled_by_its_name(tmp_path: Path, records: Records) -> None:
    write(tmp_path, "in/positive.2026.txt", "好\r\n\n很好\n")
    write(tmp_path, "in/negative.txt.gz", gzip.compress("差".encode()))
    write(tmp_path, "in/README.md", "not this")
    counts = take(tmp_path, "in/*.txt")
    assert (counts["read"], counts["empty"]) == (3, 1)
    rows = records(tmp_path / "data/ingest/rows.parquet")
    assert {(row["text"], row["label"]) for row in rows} == {("好", "positive"), ("很好", "positive")}
    take(tmp_path, "in/*.txt.gz")
    assert records(tmp_path / "data/ingest/rows.parquet")[0]["label"] == "negative"


def test_what_is_known_of_a_row_is_kept(tmp_path: Path, records: Records) -> None:
    line = {"text": "好", "label": ["b", "a"], "by": "Ann", "terms": "cc by-sa 4.0", "day": "2026年1月2日"}
    write(tmp_path, "rows.jsonl", json.dumps(line) + "\n" + json.dumps({"text": "差", "label": "a"}))
    more = {"group_columns": ["by"], "licence": "MIT", "licence_column": "terms", "collected_column": "day"}
    counts = take(tmp_path, "rows.jsonl", **more)
    assert counts["licences"] == {
        "CC-BY-SA-4.0": {"rows": 1, "obligations": ["share_alike"]},
        "MIT": {"rows": 1, "obligations": []},
    }
    told = {row["text"]: row for row in records(tmp_path / "data/ingest/rows.parquet")}
    good = told["好"]
    assert (good["label"], good["groups"], good["collected"]) == ('["a", "b"]', '{"by": "Ann"}', "2026-01-02")
    assert (told["差"]["groups"], told["差"]["licence"], told["差"]["collected"]) == ("", "MIT", "")


def test_conversations_are_rows_whose_id_knows_who_spoke(tmp_path: Path, records: Records) -> None:
    turns = [{"role": "user", "content": "好"}, {"role": "assistant", "content": "是"}]
    odd = [[{**turns[0], "role": "assistant"}, {**turns[1], "role": "user"}], "broken", [], turns]
    write(tmp_path, "rows.jsonl", "".join(json.dumps({"chat": each}) + "\n" for each in [turns, *odd]))
    counts = take(tmp_path, "rows.jsonl", messages_column="chat")
    assert (counts["read"], counts["empty"], counts["quarantined"]) == (5, 1, 2)
    first, second = records(tmp_path / "data/ingest/rows.parquet")
    assert first == second
    assert (first["text"], first["label"], json.loads(first["messages"])) == ("好\n是", "", turns)
    assert first["id"] != row_id("好\n是", "")
    assert refused(tmp_path, records) == {"no_answer": ("", "", ""), "bad_conversation": ("", "", "it is not JSON")}


def test_rows_are_refused_with_the_rule_and_what_it_found(tmp_path: Path, records: Records) -> None:
    lines = [
        {"text": "fine", "label": "a", "terms": "MIT"},
        {"text": "odd label", "label": "c", "terms": "MIT"},
        {"text": "zero\0byte", "label": "a", "terms": "MIT"},
        {"text": "research", "label": "a", "terms": "CC-BY-NC-4.0"},
        {"text": "copyleft", "label": "a", "terms": "GPL-3.0-only"},
        {"text": "nobody said", "label": "a"},
        {"text": "no label", "terms": "MIT"},
        {"text": "late", "label": "a", "terms": "MIT", "day": "soon"},
    ]
    write(tmp_path, "rows.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    rules = {"allow": ["MIT", "CC-*"], "deny": ["*-NC-*"], "unknown": "refuse"}
    more = {"labels": ["a", "b"], "licence_column": "terms", "collected_column": "day", "licences": rules}
    counts = take(tmp_path, "rows.jsonl", **more)
    assert (counts["read"], counts["quarantined"], counts["licences"]["MIT"]["rows"]) == (8, 7, 1)
    assert refused(tmp_path, records) == {
        "unknown_label": ("c", "a, b", ""),
        "nul_byte": ("", "", "at character 4"),
        "licence_denied": ("CC-BY-NC-4.0", "deny: *-NC-*", ""),
        "licence_not_allowed": ("GPL-3.0-only", "allow: MIT, CC-*", ""),
        "licence_unknown": ("", "unknown: refuse", ""),
        "no_label": ("", "", ""),
        "bad_date": ("", "", "soon"),
    }


def test_a_row_that_a_person_put_back_passes_its_rule(tmp_path: Path, records: Records) -> None:
    write(tmp_path, "rows.csv", "text,label\n好,yes\n差,odd\n坏,odd\n")
    params = IngestParams(source="files", path="rows.csv", labels=("yes",))
    admitted = admit(tmp_path, params)
    back = sources.Restored(rule="unknown_label", ids=(row_id("差", "odd"),), reason="it is fine", by="Li")
    sources.write_sources(tmp_path, admitted.model_copy(update={"restored": (back,)}))
    ingest(tmp_path, params)
    assert {row["text"] for row in records(tmp_path / "data/ingest/rows.parquet")} == {"好", "差"}
    assert [row["text"] for row in records(tmp_path / "data/quarantine/ingest.parquet")] == ["坏"]


EXAMPLES = Path(__file__).parents[3] / "docs/examples"


@pytest.mark.parametrize(
    ("path", "rows", "more"),
    [
        ("reviews.csv", 4, {"group_columns": ["author"], "licence_column": "licence", "collected_column": "collected"}),
        ("tags.jsonl", 3, {"group_columns": ["product"], "labels": ["battery", "delivery", "screen", "service"]}),
        ("conversations.jsonl", 2, {"messages_column": "messages", "group_columns": ["dialogue"]}),
        ("reviews.parquet", 2, {"group_columns": ["author"]}),
        ("plain/*.txt", 4, {"labels": ["positive", "negative"]}),
    ],
)
def test_every_documented_example_is_read(tmp_path: Path, path: str, rows: int, more: dict[str, Any]) -> None:
    counts = take(tmp_path, str(EXAMPLES / path), **more)
    assert (counts["read"], counts["empty"], counts["quarantined"]) == (rows, 0, 0)


def test_nothing_admitted_yet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sources.yaml is missing.*daybreak data prepare"):
        ingest(tmp_path, IngestParams())


def test_another_source_than_was_admitted(tmp_path: Path) -> None:
    run(tmp_path, "text,label\n好,yes\n")
    with pytest.raises(DataError, match=r"for another source; expected files other.csv.*daybreak data prepare"):
        ingest(tmp_path, IngestParams(source="files", path="other.csv"))


def test_an_altered_shard(tmp_path: Path) -> None:
    run(tmp_path, "text,label\n好,yes\n")
    (shard,) = (tmp_path / sources.SHARDS).iterdir()
    shard.write_text("text,label\n坏,yes\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"rows.csv .* was altered"):
        ingest(tmp_path, IngestParams(source="files", path="rows.csv"))


def test_a_source_without_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no row with text"):
        run(tmp_path, "text,label\n ,yes\n")


@pytest.mark.parametrize(("source", "key"), [("files", "path"), ("huggingface", "path"), ("sql", "query")])
def test_a_source_needs_its_path_or_query(source: Any, key: str) -> None:
    with pytest.raises(ValueError, match=rf"{key}: a source of {source} needs one"):
        IngestParams(source=source)


def test_what_rows_are_assessed_by_is_kept_and_counted(tmp_path: Path, records: Records) -> None:
    run(tmp_path, "text,label,region\n好,yes,北\n差,no,south\n行,no,\n", slice_columns=["region"])
    told = {row["text"]: row["slices"] for row in records(tmp_path / "data/ingest/rows.parquet")}
    assert told == {"好": '{"region": "北"}', "差": '{"region": "south"}', "行": '{"region": null}'}
    counts = tables.read_json(tmp_path / "data/ingest/counts.json")
    assert counts["slices"] == {"region": {"(missing)": 1, "south": 1, "北": 1}}


def test_a_column_that_cannot_be_assessed_stops_before_anything_is_trained(tmp_path: Path) -> None:
    empty = "text,label,region\n" + "".join(f"好{row},yes,\n" for row in range(4))
    with pytest.raises(DataError, match="column 'region' is empty in all 4 rows"):
        run(tmp_path, empty, slice_columns=["region"])
    many = "text,label,region\n" + "".join(f"好{row},yes,place {row}\n" for row in range(500))
    with pytest.raises(DataError, match="column 'region' has 500 different values; expected at most 50 groups"):
        run(tmp_path, many, slice_columns=["region"])
    with pytest.raises(DataError, match=r"no column 'town'.*expected the column that ingest\.slice_columns names"):
        run(tmp_path, empty, slice_columns=["town"])
    assert not (tmp_path / "data/ingest/rows.parquet").exists()


def test_a_source_that_has_no_such_column_at_all_is_told(tmp_path: Path) -> None:
    params = IngestParams(slice_columns=("region",))
    admit(tmp_path, params)
    with pytest.raises(DataError, match=r"column 'region' is empty in all 35,123 rows.*ingest\.slice_columns"):
        ingest(tmp_path, params)
