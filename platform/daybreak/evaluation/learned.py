"""Which of the rows that judge a model are among those it was trained on."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError
from daybreak.evaluation import release_set
from daybreak.evaluation.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

OF_CHAMPION = True
RECIPES = ("classify", "generate")


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Ids of test rows and of rows of the release set that the model has learned, by id or word for word.

    `rows` is how many it learned altogether; not `known` where that was not kept, as of a model that was adopted.
    Raises DataError where the release set stands in what tonight's candidate learned.
    """
    if subject.learned is None:
        return {"known": False, "rows": 0, "test": [], "release_set": []}
    taught = _read(subject.learned)
    frozen = release_set.rows(subject)
    known = _among(frozen, taught) if frozen is not None else []
    if subject.model and known:
        found = f"{len(known):,} rows of the release set stand in tonight's training rows"
        raise DataError(found, "none", "Run daybreak data prepare: it keeps such rows out of the splits")
    return {
        "known": True,
        "rows": len(taught),
        "test": _among(subject.rows("test"), taught),
        "release_set": known,
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {}


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_parquet(path, columns=["id", "text"])


def _among(judging: "pd.DataFrame", taught: "pd.DataFrame") -> list[str]:
    found = judging["id"].isin(taught["id"]) | judging["text"].isin(taught["text"])
    return [str(each) for each in judging["id"][found]]
