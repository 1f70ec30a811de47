"""Which questions the rows at hand can settle, asked before anything is trained."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from daybreak import gates
from daybreak.records import DatasetRef

DISCORDANT = 0.12
"""Share of rows on whose correctness two trainings of the sample disagree: what decides how many a comparison needs."""


class Rows(NamedTuple):
    """What a data version holds: rows of train, of test, of the set that judges, this by label, and declared groups."""

    train: int
    test: int
    judging: int
    unit: str
    labels: Mapping[str, int]
    groups: Mapping[str, Mapping[str, int]]


class Question(NamedTuple):
    """`rows` at hand, and `needed` to pass, with a power of 80 %, what truly is as `supposed`; None: no number does."""

    question: str
    supposed: str
    rows: int
    needed: int | None

    @property
    def settled(self) -> bool:
        return self.needed is not None and self.rows >= self.needed


def plan(dataset: DatasetRef, params: Any) -> dict[str, list[Question]]:
    """Questions by gate, of gates that say in `plan(rows, params)` what theirs hang on and that are not off."""
    rows = count(dataset)
    return {
        name: list(module.plan(rows, getattr(params, name)))
        for name, module in gates.discover().items()
        if hasattr(module, "plan") and getattr(params, name).mode != "off"
    }


def count(dataset: DatasetRef) -> Rows:
    """Read from the splits, and from the frozen release set where the data version has one."""
    import pandas as pd

    test = pd.read_parquet(dataset.split("test"))
    train = dataset.rows.get("train") or len(pd.read_parquet(dataset.split("train"), columns=["id"]))
    frozen = dataset.path / "release" / "rows.jsonl"
    judging, unit = test, "test rows"
    if _is_frozen(dataset) and frozen.is_file():
        judging, unit = pd.read_json(frozen, lines=True, dtype=False), "rows of the release set"
    labels = judging["label"].astype(str).value_counts().to_dict()
    return Rows(
        train, len(test), len(judging), unit, {**dict.fromkeys(dataset.labels, 0), **labels}, dict(_groups(test))
    )


def _is_frozen(dataset: DatasetRef) -> bool:
    import json

    certificate = dataset.path / "split" / "certificate.json"
    return certificate.is_file() and bool(json.loads(certificate.read_text(encoding="utf-8")).get("release_set"))


def _groups(test: Any) -> Iterator[tuple[str, dict[str, int]]]:
    for column in test.columns[test.columns.str.startswith("group_")]:
        yield column, {str(name): int(rows) for name, rows in test[column].value_counts().items()}
