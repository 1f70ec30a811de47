"""How far tonight's training texts are from those that a model learned: a two-sample test over character n-grams."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.evaluation.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

OF_CHAMPION = True
RECIPES = ("classify", "generate")

PERMUTATIONS = 1799
"""As many as an alarm at 1 in 1,800 needs: 5 % shared by ninety nights."""


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """`p_value`, `effect` and three `typical` texts of the `added` training rows, held against the `learned` ones.

    None where one side has fewer texts than can be compared; not `known` where it was not kept what the model learned.
    """
    if subject.learned is None:
        return {"known": False, "learned": 0, "added": 0, "p_value": None, "effect": None, "typical": []}
    learned, tonight = _read(subject.learned), _read(subject.dataset.split("train"))
    added = tonight[~(tonight["id"].isin(learned["id"]) | tonight["text"].isin(learned["text"]))]
    return {"known": True, "learned": len(learned), "added": len(added), **_compared(learned, added)}


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {}


def _compared(learned: "pd.DataFrame", added: "pd.DataFrame") -> dict[str, Any]:
    from daybreak.data.describing import drift

    texts = added["text"].tolist()
    found = drift.compare(learned["text"].tolist(), texts, permutations=PERMUTATIONS)
    return {
        "p_value": found and found.p_value,
        "effect": found and found.effect,
        "typical": [texts[place] for place in found.typical] if found else [],
    }


def _read(path: Path) -> "pd.DataFrame":
    """Rows that were read, not made, in the order of their ids: digests, so the first ones are a draw."""
    import pandas as pd

    rows = pd.read_parquet(path)
    made = rows["source"].astype(str).str.startswith("made:") if "source" in rows else pd.Series(False, rows.index)
    return rows.loc[~made, ["id", "text"]].sort_values("id", kind="stable")
