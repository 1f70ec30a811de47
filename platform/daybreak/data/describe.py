"""Stage describe: counts, leakage and the naive score beside the honest one, as a page and as JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from daybreak.data import baseline, facts, page, stage, tables
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd


class DescribeParams(Record):
    """How many examples the page shows of each thing, and the seed of the naive split."""

    examples: int = Field(default=5, ge=0)
    seed: int = Field(default=17, ge=0)


def describe(root: Path, params: DescribeParams) -> None:
    """Write report.json, report.html and baseline.parquet to data/describe/.

    Raises StepFailed when a row that was read is neither empty nor kept nor quarantined nor a duplicate.
    """
    found = facts.gather(root, params.examples)
    raw, train, test = (tables.read(root / "data" / name) for name in ("ingest/rows.parquet", *_SPLIT_FILES))
    grams = baseline.Grams([*raw["text"], *train["text"], *test["text"]])
    answers = baseline.answer(grams, train, test)
    naive_train, naive_test = _naive_split(raw, found["splits"], params.seed)
    naive = baseline.answer(grams, naive_train, naive_test)
    labels = test["label"].tolist()
    found["baseline"] = {
        "naive_accuracy": baseline.accuracy(naive_test["label"].tolist(), naive.predicted),
        "honest_accuracy": baseline.accuracy(labels, answers.predicted),
        "macro_f1": baseline.macro_f1(labels, answers.predicted),
        "naive_test_rows": len(naive_test),
        "honest_test_rows": len(test),
        "naive_seen_before": float(naive_test["text"].isin(set(naive_train["text"])).mean()),
    }
    folder = root / "data/describe"
    tables.write(
        test.assign(predicted=answers.predicted, score=answers.score), folder / "baseline.parquet", tables.ANSWER
    )
    tables.write_json(found, folder / "report.json")
    (folder / "report.html").write_text(page.render(found), encoding="utf-8")


_SPLIT_FILES = ("split/train.parquet", "split/test.parquet")


def _naive_split(raw: pd.DataFrame, splits: dict[str, Any], seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The raw rows cut at random, in the shares that the honest split really has."""
    total = sum(split["rows"] for split in splits.values())
    return baseline.random_split(raw, splits["train"]["rows"] / total, splits["test"]["rows"] / total, seed)


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("describe", describe)


if __name__ == "__main__":
    sys.exit(main())
