"""Stage describe: counts, leakage, doubtful labels and the naive score beside the honest one, as a page and as JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from daybreak.data import baseline, stage, tables
from daybreak.data.describing import examples, facts, noise, page
from daybreak.data.describing.coverage import kept
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

CHARACTERS = 2_600_000  # of texts that one fit may see, the whole sample among them; of more, DRAWN are drawn
DOUBTED = 1_500_000  # of texts whose labels are looked at, the whole sample among them: a fit for each fold
DRAWN = 1_000_000  # of a large corpus: a day with a few new rows is not to cost much more than those
ROW = ("id", "text", "label")


class DescribeParams(Record):
    """How many examples the page shows of each thing, and the seed of the naive split."""

    examples: int = Field(default=5, ge=0)
    seed: int = Field(default=17, ge=0)


def describe(root: Path, params: DescribeParams) -> None:
    """Write report.json, report.html, baseline.parquet and label_suspects.parquet to data/describe/.

    Texts of rows are masked and cut in the first two, which travel further than the data.
    Raises StepFailed when a row that was read is neither empty nor kept nor quarantined nor a duplicate.
    """
    folder = root / "data/describe"
    train, test = (_read(root / f"data/split/{name}.parquet") for name in ("train", "test"))
    answers = _answers(train, test) if train["label"].nunique() > 1 else None
    right = [] if answers is None else (answers["predicted"] == answers["label"]).tolist()
    found = facts.gather(root, params.examples, right)
    found["baseline"] = _scores(root, answers, found["splits"], params.seed)
    looked_at, doubtful = _suspects(root)
    found["noise"] = noise.summary(doubtful, looked_at, params.examples)
    found = examples.shown(found)
    noise.write(doubtful, folder / "label_suspects.parquet")
    told = test.assign(predicted="", score=0.0) if answers is None else answers
    tables.write(told, folder / "baseline.parquet", tables.ANSWER)
    tables.write_json(found, folder / "report.json")
    (folder / "report.html").write_text(page.render(found), encoding="utf-8")


def _answers(train: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """All test rows with what a baseline says that was fitted on the training rows, or on a draw of many."""
    import pandas as pd

    seen, left, parts = baseline.drawn(train, CHARACTERS, DRAWN), test, []
    while len(left):
        part = baseline.bounded(left, CHARACTERS)
        said = baseline.answer(baseline.Grams([*seen["text"], *part["text"]]), seen, part)
        parts.append(part.assign(predicted=said.predicted, score=said.score))
        left = left[len(part) :]
    return pd.concat(parts)


def _scores(root: Path, answers: pd.DataFrame | None, splits: dict[str, Any], seed: int) -> dict[str, Any]:
    """The naive score, of raw rows cut at random in the shares that the honest split really has, and the honest one."""
    if answers is None:
        return {"naive_accuracy": None, "honest_accuracy": None}
    raw = baseline.drawn(_read(root / "data/ingest/rows.parquet"), CHARACTERS, DRAWN)
    total = sum(split["rows"] for split in splits.values())
    train, test = baseline.random_split(raw, splits["train"]["rows"] / total, splits["test"]["rows"] / total, seed)
    naive = baseline.answer(baseline.Grams([*train["text"], *test["text"]]), train, test)
    labels, said = answers["label"].tolist(), answers["predicted"].tolist()
    return {
        "naive_accuracy": baseline.accuracy(test["label"].tolist(), naive.predicted),
        "honest_accuracy": baseline.accuracy(labels, said),
        "macro_f1": baseline.macro_f1(labels, said),
        "naive_test_rows": len(test),
        "honest_test_rows": len(answers),
        "naive_seen_before": float(test["text"].isin(set(train["text"])).mean()),
    }


def _suspects(root: Path) -> tuple[int, pd.DataFrame | None]:
    rows = kept(root, *ROW, "cluster", "source").to_pandas()
    own = rows[~rows["source"].str.startswith("made:")].sort_values("id", kind="stable")
    drawn = baseline.drawn(own, DOUBTED, DRAWN)
    return len(drawn), noise.suspects(drawn)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(path, columns=list(ROW))


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("describe", describe)


if __name__ == "__main__":
    sys.exit(main())
