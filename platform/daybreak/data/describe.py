"""Stage describe: counts, leakage, doubtful labels and the naive score beside the honest one, as a page and as JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from daybreak.data import stage, tables
from daybreak.data.describing import answering, baseline, examples, facts, noise, page
from daybreak.data.describing.coverage import kept
from daybreak.data.remembering import recalled
from daybreak.data.splitting import drawing
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

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
    drawn, test = drawing.earlier(root), _read(root / "data/split/test.parquet")
    own = _own(root, drawn)
    train = _read(root / "data/split/train.parquet") if drawn is None else own[own["split"] == "train"]
    answers = answering.answers(None if drawn is None else root, train, test) if train["label"].nunique() > 1 else None
    right = [] if answers is None else (answers["predicted"] == answers["label"]).tolist()
    found = facts.gather(root, params.examples, right)
    found["baseline"] = _scores(root, answers, found["splits"], params.seed, None if drawn is None else own)
    doubtful = noise.suspects(own) if drawn is None else noise.remembered(root, own)
    found["noise"] = noise.summary(doubtful, len(own), params.examples)
    found = examples.shown(found)
    noise.write(doubtful, folder / "label_suspects.parquet")
    told = test.assign(predicted="", score=0.0) if answers is None else answers
    tables.write(told, folder / "baseline.parquet", tables.ANSWER)
    tables.write_json(found, folder / "report.json")
    (folder / "report.html").write_text(page.render(found), encoding="utf-8")


def _own(root: Path, drawn: pd.DataFrame | None) -> pd.DataFrame:
    """The rows of the splits but those that were made, in the order of their ids.

    Of a draw only its own, with their `repeats`, in clusters called by rows that were drawn, whatever came since.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = kept(root, *ROW, "cluster", "source")
    own = rows.filter(pc.invert(pc.starts_with(rows["source"], "made:"))).drop_columns("source")
    if drawn is None:
        whole: pd.DataFrame = own.sort_by("id").to_pandas()
        return whole
    ids = pa.array(drawn["id"]).cast(own["id"].type)
    found: pd.DataFrame = own.filter(pc.is_in(own["id"], value_set=ids)).sort_by("id").to_pandas()
    found = found.merge(drawn[["id", "repeats"]], on="id")
    return found.assign(cluster=found.groupby("cluster")["id"].transform("min"))


def _scores(
    root: Path, answers: pd.DataFrame | None, splits: dict[str, Any], seed: int, drawn: pd.DataFrame | None
) -> dict[str, Any]:
    """The naive score, of rows with their repeats cut at random in the shares of the honest split, and the honest one.

    The naive one is of all raw rows, or of a draw.
    """
    if answers is None:
        return {"naive_accuracy": None, "honest_accuracy": None}
    if drawn is None:
        total = sum(split["rows"] for split in splits.values())
        train, test = (splits[name]["rows"] / total for name in ("train", "test"))
        raw = drawing.bounded(_read(root / "data/ingest/rows.parquet"), drawing.CHARACTERS)
        naive = _naive(raw, train, test, seed)
    else:
        train, test = (float((drawn["split"] == name).mean()) for name in ("train", "test"))
        raw = drawn.loc[drawn.index.repeat(drawn["repeats"])]
        key = answering.digest(raw), [train, test], seed
        naive = recalled.value(root, "naive", *key, work=lambda: _naive(raw, train, test, seed))
    labels, said = answers["label"].tolist(), answers["predicted"].tolist()
    return {
        "naive_accuracy": naive["naive_accuracy"],
        "honest_accuracy": baseline.accuracy(labels, said),
        "macro_f1": baseline.macro_f1(labels, said),
        "naive_test_rows": naive["naive_test_rows"],
        "honest_test_rows": len(answers),
        "naive_seen_before": naive["naive_seen_before"],
    }


def _naive(raw: pd.DataFrame, train_share: float, test_share: float, seed: int) -> dict[str, Any]:
    train, test = baseline.random_split(raw, train_share, test_share, seed)
    said = baseline.answer(baseline.Grams([*train["text"], *test["text"]]), train, test)
    return {
        "naive_accuracy": baseline.accuracy(test["label"].tolist(), said.predicted),
        "naive_test_rows": len(test),
        "naive_seen_before": float(test["text"].isin(set(train["text"])).mean()),
    }


def _read(path: Path) -> pd.DataFrame:
    rows: pd.DataFrame = tables.read_table(path, *ROW).to_pandas()
    return rows


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("describe", describe)


if __name__ == "__main__":
    sys.exit(main())
