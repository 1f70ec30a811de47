"""The quarantine: which rows of the prepared data were refused, by which rule, with examples."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

STAGES = ("ingest", "clean", "dedupe", "split")  # those that may refuse rows, in the order in which they run
SHOWN = ("id", "text", "label", "source", "value", "threshold", "detail")
LIST = "See `daybreak data quarantine`"


def by_rule(root: Path, examples: int = 3) -> dict[str, Any]:
    """`rows`, and per rule its `stage`, its `rows` and the first `examples` of them with different texts.

    {"rows": 0, "rules": {}} before the first preparation. Rows are ordered by id, and an id is a digest, so the
    examples are a draw.
    """
    rules: dict[str, Any] = {}
    for stage, path in _files(root):
        for batch in _batches(path):
            for rule in batch["rule"].unique().to_pylist():
                told = rules.setdefault(rule, {"stage": stage, "rows": 0, "examples": []})
                _tell(told, batch, rule, examples)
    return {"rows": sum(told["rows"] for told in rules.values()), "rules": dict(sorted(rules.items(), key=_place))}


def one_rule(root: Path, rule: str, examples: int = 20) -> dict[str, Any]:
    """What `by_rule` tells, of one rule. Raises DataError, naming the nearest, for one that refused nothing."""
    rules = by_rule(root, examples)["rules"]
    if rule not in rules:
        near = get_close_matches(rule, rules, 1)
        raise DataError(f"no row was refused by rule {rule!r}", near[0] if near else ", ".join(rules), LIST)
    return {"rows": rules[rule]["rows"], "rules": {rule: rules[rule]}}


def rows(root: Path, rule: str) -> pd.DataFrame:
    """All rows that a rule refused, with the columns of SHOWN and their `stage`."""
    import pandas as pd
    import pyarrow.parquet as pq

    found = [
        pq.read_table(path, columns=list(SHOWN), filters=[("rule", "=", rule)]).to_pandas().assign(stage=stage)
        for stage, path in _files(root)
    ]
    return pd.concat(found) if found else pd.DataFrame(columns=[*SHOWN, "stage"])


def _place(item: tuple[str, dict[str, Any]]) -> tuple[int, int, str]:
    """Rules in the order of their stages, the one that refused most first."""
    rule, told = item
    return STAGES.index(told["stage"]), -told["rows"], rule


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """Stages that have a quarantine, with its file."""
    paths = ((stage, root / f"data/quarantine/{stage}.parquet") for stage in STAGES)
    return ((stage, path) for stage, path in paths if path.is_file())


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(columns=[*SHOWN, "rule"])


def _tell(told: dict[str, Any], batch: pa.RecordBatch, rule: str, examples: int) -> None:
    """Add a batch's rows of one rule to what is told of it."""
    import pyarrow.compute as pc

    rows = batch.filter(pc.equal(batch["rule"], rule)).drop_columns(["rule"])
    told["rows"] += len(rows)
    known = {each["text"] for each in told["examples"]}
    for row in range(len(rows)):
        if len(told["examples"]) == examples:
            return
        (each,) = rows.slice(row, 1).to_pylist()
        if each["text"] not in known:
            known.add(each["text"])
            told["examples"].append(each)
