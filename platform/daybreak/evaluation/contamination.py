"""Items that judge the model and stand in what it was trained on."""

import json
from pathlib import Path
from typing import Any

from daybreak.data.held_out import evaluation_sets
from daybreak.data.near import contamination
from daybreak.evaluation.subject import Subject
from daybreak.records import Project

EXAMPLES = 10

RECIPES = ("classify", "generate")


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Near-duplicate rows across splits as the split stage found them, and items of each evaluation set found in train.

    The sets are the release set, the golden cases and the files of data/benchmarks/; `unread` has what is wrong with
    each of these files that cannot be read, by name. Both `leakage` and `sets` are None where the data was not split by
    our stage.
    """
    leakage = subject.dataset.path / "split" / "leakage.json"
    if not leakage.is_file():
        return {"leakage": None, "sets": None, "test_rows": len(subject.test)}
    found = json.loads(leakage.read_text(encoding="utf-8"))
    sets, unread = evaluation_sets.readable(Project(name=subject.dataset.project, root=subject.dataset.path.parent))
    train = [str(text) for text in subject.rows("train")["text"]]
    measured = contamination.measure(train, sets, found["threshold"], EXAMPLES)
    counted = {"leakage": found, "sets": [_counted(each) for each in measured], "test_rows": len(subject.test)}
    return {**counted, "unread": unread}


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"contaminated_items": float(sum(each["found"] for each in result["sets"] or ()))}


def _counted(each: dict[str, Any]) -> dict[str, Any]:
    found = sum(each[kind] for kind in ("exact", "near", "contained"))
    return {"set": each["set"], "rows": each["rows"], "found": found, "examples": each["examples"]}
