"""Labels that may be wrong: confident learning on what the baseline says of rows it was not trained on."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.describing import baseline
from daybreak.data.remembering import recalled

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FOLDS = 3  # a fit each: seconds of every preparation
FEWEST = 15  # rows of a label; below, a fold can hardly learn it
SUSPECT: tables.Columns = {
    "confidence": "float64",  # probability of the label as it stands, so the file begins with the most doubtful
    "id": "string",
    "text": "string",
    "label": "string",
    "suggested": "string",
    "split": "string",
}


def suspects(rows: pd.DataFrame) -> pd.DataFrame | None:
    """Those of the rows (`id, text, label, cluster, split`) whose label confident learning doubts, as SUSPECT.

    Northcutt, Jiang and Chuang, "Confident Learning" (JAIR 2021), as cleanlab does it: probabilities are out of fold,
    near-duplicates share a fold, and of each label as many rows are doubted as the confident joint counts errors.
    None where fewer than two labels have enough rows to be learnt.
    """
    import numpy as np
    from cleanlab.filter import find_label_issues

    counts = rows["label"].value_counts()
    usable = rows[rows["label"].map(counts) >= FEWEST]
    names = sorted(usable["label"].unique())
    if len(names) < 2:
        return None
    chances = _out_of_fold(usable, names)
    given = np.searchsorted(names, usable["label"].to_numpy(dtype=object))
    doubtful = find_label_issues(given, chances, return_indices_ranked_by="self_confidence", n_jobs=1)
    found = usable.iloc[doubtful]
    suggested = [names[place] for place in chances[doubtful].argmax(axis=1)]
    told = found.assign(suggested=suggested, confidence=chances[doubtful, given[doubtful]])
    return told[told["suggested"] != told["label"]].sort_values(list(SUSPECT), kind="stable")


def remembered(root: Path, rows: pd.DataFrame) -> pd.DataFrame | None:
    """The suspects of rows that were drawn, of the run before if it drew the same."""
    import pandas as pd

    def work() -> list[dict[str, Any]] | None:
        found = suspects(rows)
        return None if found is None else found[["id", "confidence", "suggested"]].to_dict("records")

    key = hashlib.sha256()
    for row in rows[["id", "text", "label", "cluster"]].itertuples(index=False):
        key.update(json.dumps(row).encode("utf-8", "surrogatepass"))
    told = recalled.value(root, "noise", key.hexdigest(), work=work)
    return None if told is None else pd.DataFrame(told, columns=["id", "confidence", "suggested"]).merge(rows, on="id")


def summary(found: pd.DataFrame | None, looked_at: int, examples: int) -> dict[str, Any] | None:
    """`rows` looked at, how many are `suspects`, from which label to which (`changes`), and the most doubtful ones."""
    if found is None:
        return None
    changes = found.groupby(["label", "suggested"]).size()
    shown = found.drop_duplicates("text").head(examples)
    return {
        "rows": looked_at,
        "suspects": len(found),
        "changes": [{"label": a, "suggested": b, "rows": int(count)} for (a, b), count in changes.items()],
        "examples": shown[["id", "text", "label", "suggested", "confidence"]].to_dict("records"),
    }


def write(found: pd.DataFrame | None, path: Path) -> None:
    """The suspects as Parquet; without any, a table of no rows."""
    import pandas as pd

    tables.write(pd.DataFrame(columns=list(SUSPECT)) if found is None else found, path, SUSPECT)


def _out_of_fold(rows: pd.DataFrame, names: list[str]) -> np.ndarray[Any, Any]:
    """Rows x labels: probabilities from a model that saw neither the row nor a near-duplicate of it."""
    import numpy as np

    grams = baseline.Grams(rows["text"])
    folds = np.array([zlib.crc32(name.encode()) % FOLDS for name in rows["cluster"]])
    chances = np.zeros((len(rows), len(names)))
    for fold in range(FOLDS):
        held = folds == fold
        if held.any() and rows["label"][~held].nunique() > 1:
            labels, found = baseline.chances(grams, rows[~held], rows[held]["text"].tolist())
            chances[np.ix_(held, np.searchsorted(names, labels))] = found.round(baseline.DIGITS)
    return chances
