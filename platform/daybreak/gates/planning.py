"""Which questions the rows at hand can settle, asked before anything is trained."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from daybreak import gates
from daybreak.records import DatasetRef

DISCORDANT = 0.12
"""Share of rows on whose correctness two trainings of the sample disagree: what decides how many a comparison needs."""


class Rows(NamedTuple):
    """What a data version holds: rows of train, of test, of the set that judges, this by label, and declared groups.

    `groups` has the rows of each group by column, of test and release set together; `rarest` by column the rows of the
    label that is rarest in any of its groups.
    """

    train: int
    test: int
    judging: int
    unit: str
    labels: Mapping[str, int]
    groups: Mapping[str, Mapping[str, int]]
    rarest: Mapping[str, int] = MappingProxyType({})


class Question(NamedTuple):
    """`rows` at hand, and `needed` to pass, with a power of 80 %, what truly is as `supposed`; None: no number does."""

    question: str
    supposed: str
    rows: int
    needed: int | None

    @property
    def settled(self) -> bool:
        return self.needed is not None and self.rows >= self.needed


def plan(dataset: DatasetRef, params: Any, plugins: Path | None = None) -> dict[str, list[Question]]:
    """Questions by gate, of gates that say in `plan(rows, params)` what theirs hang on and that are not off.

    `plugins` is the folder with the project's own gates.
    """
    rows = count(dataset)
    return {
        name: list(module.plan(rows, getattr(params, name)))
        for name, module in gates.discover(plugins).items()
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
    groups, rarest = _declared([test] if judging is test else [test, judging], dataset.labels)
    return Rows(train, len(test), len(judging), unit, {**dict.fromkeys(dataset.labels, 0), **labels}, groups, rarest)


def _is_frozen(dataset: DatasetRef) -> bool:
    import json

    certificate = dataset.path / "split" / "certificate.json"
    return certificate.is_file() and bool(json.loads(certificate.read_text(encoding="utf-8")).get("release_set"))


def _declared(parts: list[Any], labels: Sequence[str]) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """`groups` and `rarest` of frames with `label, slices`, of rows that say what they are assessed by."""
    from daybreak.data.reading import slices

    told = [
        (label, said)
        for part in parts
        if "slices" in part
        for label, said in zip(part["label"], part["slices"], strict=True)
    ]
    said = [(str(label), one) for label, one in told if isinstance(one, str) and one]
    groups, rarest = {}, {}
    for column, values in slices.by_column(one for _, one in said).items():
        cells = Counter(zip(values, (label for label, _ in said), strict=True))
        groups[column] = dict(Counter(values))
        rarest[column] = min(cells[group, label] for group in groups[column] for label in labels)
    return groups, rarest
