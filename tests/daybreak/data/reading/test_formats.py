"""A name's end says how a file is read, and a copy under another name is read alike."""

import pytest

from daybreak.data.reading import formats

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        ("rows.csv", ".csv", ".csv"),
        ("a/ROWS.2026.TSV", ".tsv", ".tsv"),
        ("rows.csv.gz", ".csv", ".csv.gz"),
        ("rows.JSONL.GZ", ".jsonl", ".jsonl.gz"),
        ("rows.ndjson", ".ndjson", ".ndjson"),
        ("rows.parquet", ".parquet", ".parquet"),
        ("notes.md", "", ".md"),
        ("a.b/positive.txt", ".txt", ".positive.txt"),
        ("好评.2026-11-22.txt.gz", ".txt", ".好评.txt.gz"),
        (f"{DIGEST}.positive.txt", ".txt", ".positive.txt"),
        (f"{DIGEST}.csv", ".csv", ".csv"),
    ],
)
def test_kinds_and_endings(name: str, kind: str, ending: str) -> None:
    assert formats.kind_of(name) == kind
    assert formats.ending(name) == ending
    assert formats.ending(DIGEST + ending) == ending
    assert formats.is_compressed(name) == name.lower().endswith("gz")


@pytest.mark.parametrize("name", ["x/positive.txt", "positive.2026.txt.gz", f"{DIGEST}.positive.txt"])
def test_a_plain_text_carries_its_label_in_its_name(name: str) -> None:
    assert formats.label_of(name) == "positive"
