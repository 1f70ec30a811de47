"""Writes COLD or the Davidson set as rows of a classify project: `python … cold|davidson FOLDER > rows.jsonl`.

Labels are `toxic` and `clean`. No row has a text of COLD's test file, which is what the Chinese judge is measured on:
`cold-test` and `hatecheck` write what judges are measured on, with a `group` for each row.
"""

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

LABELS = ("clean", "toxic")
RETWEET = re.compile(r"^[\s!\"]*(?:RT\b[\s:]*)?|@\w+:?")  # what only says who wrote, and to whom


def cold(folder: Path) -> Iterator[dict[str, str]]:
    """Train and development rows of COLD, less the texts that also stand in its test file."""
    unseen = {_same(row["TEXT"]) for row in _read(folder / "test.csv")}
    for name in ("train.csv", "dev.csv"):
        for row in _read(folder / name):
            if _same(row["TEXT"]) not in unseen:
                yield {"text": row["TEXT"], "label": LABELS[int(row["label"])]}


def davidson(folder: Path) -> Iterator[dict[str, str]]:
    """All tweets; hateful and offensive ones are toxic. Names of accounts are left out."""
    for row in _read(folder / "labeled_data.csv"):
        text = " ".join(RETWEET.sub(" ", row["tweet"]).split())
        if text:
            yield {"text": text, "label": LABELS[row["class"] != "2"]}


def cold_test(folder: Path) -> Iterator[dict[str, str]]:
    """COLD's test rows, which people labelled one by one, by topic."""
    for row in _read(folder / "test.csv"):
        yield {"text": row["TEXT"], "label": LABELS[int(row["label"])], "group": row["topic"]}


def hatecheck(folder: Path) -> Iterator[dict[str, str]]:
    """HateCheck's cases by functionality, with the people they are about."""
    for row in _read(folder / "test_suite_cases.csv"):
        label = LABELS[row["label_gold"] == "hateful"]
        yield {"text": row["test_case"], "label": label, "group": row["functionality"], "target": row["target_ident"]}


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _same(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def main() -> int:
    """Print one row a line."""
    readers = {"cold": cold, "davidson": davidson, "cold-test": cold_test, "hatecheck": hatecheck}
    name, folder = sys.argv[1], Path(sys.argv[2])
    for row in readers[name](folder):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
