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

    What a champion learned that it was trained on from counts too. `rows` is how many it learned altogether; not
    `known` where that was not kept of it or of one before it, as of a model that was adopted.
    Raises DataError where the release set stands in what tonight's candidate learned.
    """
    if subject.learned is None:
        return {"known": False, "rows": 0, "test": [], "release_set": []}
    own, frozen = _read(subject.learned), release_set.rows(subject)
    taught = _with_inherited(own, subject)
    leaked = _among(frozen, own) if subject.model and frozen is not None else []
    if leaked:
        found = f"{len(leaked):,} rows of the release set stand in tonight's training rows"
        raise DataError(found, "none", "Run daybreak data prepare: it keeps such rows out of the splits")
    return {
        "known": None not in subject.inherited,
        "rows": len(taught),
        "test": _among(subject.rows("test"), taught),
        "release_set": _among(frozen, taught) if frozen is not None else [],
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {}


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_parquet(path, columns=["id", "text"])


def _with_inherited(own: "pd.DataFrame", subject: Subject) -> "pd.DataFrame":
    """Each row once; a model from no champion has its own alone."""
    import pandas as pd

    before = [_read(path) for path in subject.inherited if path]
    return pd.concat([own, *before], ignore_index=True).drop_duplicates() if before else own


def _among(judging: "pd.DataFrame", taught: "pd.DataFrame") -> list[str]:
    found = judging["id"].isin(taught["id"]) | judging["text"].isin(taught["text"])
    return [str(each) for each in judging["id"][found]]
