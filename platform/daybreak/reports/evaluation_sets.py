"""What the commands about evaluation sets print for people: release set, golden cases, contamination."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daybreak.reports.listings import table

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

DIGITS = 12  # of a SHA-256
SHOWN = 60  # characters of a text


def release(told: Mapping[str, Any]) -> "Group":
    """The frozen set and the draft, what to do next, and who froze what."""
    from rich.console import Group

    places = (("frozen", told["file"]), ("draft", told["draft_file"]))
    rows = (
        (name, told[name]["rows"], _counts(told[name]["labels"]), told[name]["digest"][:DIGITS], file)
        for name, file in places
        if told[name]
    )
    parts: list[Any] = [table(("", "rows", "labels", "SHA-256", "file"), rows, "Release set")]
    if told["draft"]:
        parts.append(
            f"Review {told['draft_file']}: mend a line or take it out; then `daybreak data release freeze --reason …`."
        )
    elif not told["frozen"]:
        parts.append("There is none: `daybreak data release draw --rows 500`, or `bring FILE`.")
    if told["journal"]:
        frozen = (
            (each["at"], each["by"], each["rows"], each["digest"][:DIGITS], each["reason"]) for each in told["journal"]
        )
        parts.append(table(("frozen at", "by", "rows", "SHA-256", "why"), frozen))
    return Group(*parts)


def frozen(made: Mapping[str, Any]) -> str:
    """What was frozen, and what takes effect when."""
    return (
        f"{made['rows']} rows are frozen as {made['digest'][:DIGITS]}. Commit data/release/ and params.yaml; from the "
        "next preparation on neither these rows nor rows like them stand in train, validation or test."
    )


def golden(told: Mapping[str, Any]) -> "Table":
    """Every golden case with the answer that must hold."""
    rows = ((case["place"], _cut(case["text"]), _wanted(case), _cut(case["why"])) for case in told["cases"])
    return table(("place", "text", "must be", "why"), rows, f"Golden cases: {len(told['cases'])}")


def contamination(told: Mapping[str, Any]) -> "Group":
    """Of each set how many items stand in training, and the first of them beside the training text."""
    from rich.console import Group

    kinds = ("exact", "near", "contained")
    counts = ((each["set"], each["rows"], *(each[kind] for kind in kinds)) for each in told["sets"])
    parts: list[Any] = [table(("set", "items", *kinds), counts, "Found in the training rows")]
    shown = [(each["set"], example) for each in told["sets"] for example in each["examples"]]
    if shown:
        rows = (
            (name, _cut(example["item"]), _cut(example["text"]), example["similarity"], example["contained"])
            for name, example in shown
        )
        parts.append(table(("set", "item", "training text", "similarity", "contained"), rows))
    return Group(*parts)


def _wanted(case: Mapping[str, Any]) -> str:
    wanted = case["answer"] if case["answer"] is not None else case["label"]
    return ", ".join(wanted) if isinstance(wanted, list) else _cut(wanted)


def _counts(labels: Mapping[str, int]) -> str:
    return ", ".join(f"{label or 'no label'} {count}" for label, count in labels.items())


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
