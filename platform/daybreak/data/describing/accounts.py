"""The account of every row: what each stage took away, by rule, and whether all of it adds up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daybreak.data import tables
from daybreak.data.quarantining.quarantine import STAGES
from daybreak.errors import StepFailed

SPLITS = ("train", "validation", "test")
CERTIFICATE = "data/split/certificate.json"


def accounts(root: Path) -> dict[str, Any]:
    """`rows` (read, empty, distinct_raw, duplicates, quarantined, kept, made), `stages` and `quarantined_by_rule`.

    `stages` lists what left at each stage: {"stage", "losses": {"empty" | "repeats" | "near" | "quarantined": rows}}.
    `made` are rows that balancing and augmentation added to train: they were never read, so they are not kept either.
    Raises StepFailed unless read = empty + kept + quarantined + duplicates.
    """
    ingest, dedupe = (tables.read_json(root / f"data/{name}/counts.json") for name in ("ingest", "dedupe"))
    refused = {name: _rules(root / f"data/quarantine/{name}.parquet") for name in STAGES}
    made = int((optional(root / CERTIFICATE) or {}).get("made", 0))
    rows = {
        "read": ingest["read"],
        "empty": ingest["empty"],
        "distinct_raw": ingest["distinct_raw"],
        "duplicates": dedupe["exact_repeats"] + dedupe["near_dropped"],
        "quarantined": sum(sum(rules.values()) for rules in refused.values()),
        "kept": sum(_rows(root / f"data/split/{name}.parquet") for name in SPLITS) - made,
        "made": made,
    }
    _require_sum(rows)
    other = {"ingest": {"empty": rows["empty"]}, "dedupe": _repeats(dedupe)}
    stages = [
        {"stage": name, "losses": {**other.get(name, {}), "quarantined": sum(refused[name].values())}}
        for name in STAGES
    ]
    return {"rows": rows, "stages": stages, "quarantined_by_rule": _added(refused)}


def optional(path: Path) -> Any:
    """What a JSON file holds that not every preparation writes; None where it is missing."""
    return tables.read_json(path) if path.is_file() else None


def _require_sum(rows: dict[str, int]) -> None:
    told = rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"]
    if told != rows["read"]:
        found = f"describe: {rows['read']} rows were read but {told} are accounted for"
        remedy = "Run `dvc repro --force` and report this"
        raise StepFailed(found, "read = empty + kept + quarantined + duplicates", remedy)


def _repeats(dedupe: dict[str, int]) -> dict[str, int]:
    return {"repeats": dedupe["exact_repeats"], "near": dedupe["near_dropped"]}


def _rules(path: Path) -> dict[str, int]:
    """Rows that each rule refused, in the order of the rules' names."""
    if not path.is_file():
        return {}
    counts = tables.read_table(path, "rule")["rule"].value_counts().to_pylist()
    return {str(each["values"]): int(each["counts"]) for each in sorted(counts, key=lambda each: each["values"])}


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _added(refused: dict[str, dict[str, int]]) -> dict[str, int]:
    names = sorted({rule for rules in refused.values() for rule in rules})
    return {name: sum(rules.get(name, 0) for rules in refused.values()) for name in names}
