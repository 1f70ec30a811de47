"""Putting refused rows back: a person's word that a rule does not hold for them, kept in data/sources.yaml."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data.quarantining import quarantine
from daybreak.data.quarantining.restored import exempt
from daybreak.data.reading import sources
from daybreak.data.reading.sources import Restored
from daybreak.data.versioning import pin as pins
from daybreak.errors import DataError
from daybreak.records import Project

if TYPE_CHECKING:
    import pandas as pd

CONTRADICTING = "contradicting_labels"
# Rules that find nothing a model could learn from; mending the source is the only way back.
UNUSABLE = {
    "no_label",
    "unknown_label",
    "nul_byte",
    "bad_date",
    "bad_conversation",
    "no_answer",
    "empty_after_cleaning",
}
EXAMPLES = 3


def restore(
    project: Project, rule: str, ids: Collection[str] = (), *, reason: str, by: str, dry_run: bool = False
) -> dict[str, Any]:
    """Take the rows of these ids, or all, out of the quarantine of one rule, from the next preparation on.

    Returns `rule, rows, ids, examples, written`; a dry run writes nothing. Raises DataError for a rule that holds none
    of them or cannot be overruled, for rows that would contradict each other again, for an empty reason or name, and
    while the data are rolled back.
    """
    rows = _rows(project.root, rule, ids)
    _require_overrulable(rule, rows)
    for what, text in (("reason", reason), ("name", by)):
        if not text.strip() and not dry_run:
            raise DataError(f"the {what} is empty", "who decides, and why", f"Give a {what}")
    if not dry_run:
        require_forward(project)
        overrule(project.root, rule, set(rows["id"]), reason=reason.strip(), by=by.strip())
    shown = rows.drop_duplicates("text").head(EXAMPLES)[list(quarantine.SHOWN)].to_dict("records")
    return {
        "rule": rule,
        "rows": len(rows),
        "ids": sorted(set(rows["id"])),
        "examples": shown,
        "written": not dry_run,
    }


def overrule(root: Path, rule: str, ids: Collection[str], *, reason: str, by: str, not_: Collection[str] = ()) -> None:
    """Write down that a rule no longer refuses these ids; what was said of the ids in `not_` is taken back."""
    found = sources.read_sources(root)
    if found is None:
        raise DataError(f"{sources.FILE} is missing, nothing was admitted yet", "", sources.PREPARE)
    kept = [_without(each, not_) if each.rule == rule else each for each in found.restored]
    fresh = sorted(set(ids) - exempt(root).get(rule, frozenset()) | set(ids) & set(not_))
    kept.append(Restored(rule=rule, ids=tuple(fresh), reason=reason, by=by))
    standing = tuple(each for each in kept if each.ids)
    sources.write_sources(root, found.model_copy(update={"restored": standing}))


def require_forward(project: Project) -> None:
    """Raise DataError while the data stand rolled back: data/sources.yaml is then that of an earlier version."""
    if pin := pins.pinned(project):
        remedy = "Run `daybreak data forward` first"
        raise DataError(f"the data stand rolled back to version {pin.version}", "data that go on", remedy)


def _rows(root: Path, rule: str, ids: Collection[str]) -> pd.DataFrame:
    found = quarantine.rows(root, rule)
    chosen = found[found["id"].isin(set(ids))] if ids else found
    missing = sorted(set(ids) - set(chosen["id"]))
    if missing or chosen.empty:
        what = f"no row {missing[0]}" if missing else "no row"
        raise DataError(f"the quarantine holds {what} under rule {rule!r}", "a row of it", quarantine.LIST)
    return chosen


def _require_overrulable(rule: str, rows: pd.DataFrame) -> None:
    if rule in UNUSABLE:
        raise DataError(f"rule {rule} found nothing usable in its rows", "another rule", "Mend them in the source")
    if "split" in set(rows["stage"]):
        raise DataError(f"rule {rule} keeps the splits apart", "a rule of ingest, clean or dedupe", "Let it stand")
    if rule == CONTRADICTING and rows.groupby("text")["label"].nunique().max() > 1:
        remedy = "Name the rows whose label is right: `daybreak data quarantine ID... --restore`"
        raise DataError("the rows contradict each other: a text under several labels", "one label a text", remedy)


def _without(each: Restored, ids: Collection[str]) -> Restored:
    return each.model_copy(update={"ids": tuple(name for name in each.ids if name not in ids)})
