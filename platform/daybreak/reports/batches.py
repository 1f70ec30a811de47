"""What the commands about batches print for people: batches with what was decided, and rows set aside."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from daybreak.reports.listings import table

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

LONGEST = 80  # characters of a text
DIGITS = 12  # of a SHA-256


def batches(listing: Mapping[str, Any]) -> "Group":
    """Every batch of the next version, what was decided by whom, and the files that wait."""
    from rich.console import Group

    rows = (
        (each["name"], each["state"], each["sha256"][:DIGITS], each["by"], each["reason"])
        for each in listing["batches"]
    )
    drawn = table(("batch", "state", "SHA-256", "by", "why"), rows, "Batches")
    return Group(drawn, *_waiting(listing["waiting"]))


def quarantine(listing: Mapping[str, Any]) -> "Group":
    """Batches held aside or excluded, files that wait, and refused rows by rule."""
    from rich.console import Group

    parts: list[Any] = []
    if listing["held"]:
        columns = ("batch", "check", "measured", "limit", "since", "why")
        parts.append(table(columns, map(_held, listing["held"]), "Held aside: admit one with --admit, or exclude it"))
    if listing["excluded"]:
        rows = ((each["name"], each["by"], each["at"], each["reason"]) for each in listing["excluded"])
        parts.append(table(("batch", "by", "at", "why"), rows, "Excluded"))
    parts.extend(_waiting(listing["waiting"]))
    return Group(*parts, rules(listing["quarantined"]))


def rules(found: Mapping[str, Any]) -> "Table":
    """Refused rows by rule, with a few texts."""
    title = f"Rows of the prepared data that were refused: {found['rows']}"
    rows = ((rule, told["stage"], told["rows"], _texts(told)) for rule, told in found["rules"].items())
    return table(("rule", "stage", "rows", "such as"), rows, title)


def rule(found: Mapping[str, Any]) -> "Table":
    """Rows that one rule refused: what was measured, the limit it broke, and the id that `--restore` takes."""
    ((name, told),) = found["rules"].items()
    columns = ("id", "label", "value", "threshold", "text")
    rows = ((_cut(each[column]) for column in columns) for each in told["examples"])
    title = f"{told['rows']} rows were refused by {name}, such as"
    return table(("id", "label", "measured", "limit", "text"), rows, title)


def preview(found: Mapping[str, Any]) -> "Table":
    """What stage clean would refuse now, beside what it has refused."""
    rows = ((rule, told["now"], told["rows"], _texts(told)) for rule, told in found["rules"].items())
    return table(("rule", "refused", "would be", "such as"), rows, "What clean would refuse; nothing was changed")


def restored(told: Mapping[str, Any]) -> str:
    """Which rows come back, and when."""
    rows = f"{told['rows']} rows of {told['rule']}"
    if not told["written"]:
        return f"{rows} would come back, such as: " + " | ".join(_cut(each["text"]) for each in told["examples"])
    return f"{rows} come back with the next preparation, which reads data/sources.yaml: commit that file."


def decision(told: Mapping[str, Any]) -> str:
    """One decision of a person, and when it takes effect."""
    return f"{told['name']} is {told['state']}: {told['reason']} ({told['by']}). The next preparation follows it."


def _held(each: Mapping[str, Any]) -> tuple[Any, ...]:
    measured, limit = (None if each[name] is None else f"{each[name]:.3g}" for name in ("measured", "limit"))
    return each["name"], each["check"], measured, limit, each["at"], each["reason"]


def _waiting(files: Iterable[Mapping[str, str]]) -> Iterator[Any]:
    rows = [(each["file"], each["reason"]) for each in files]
    if rows:
        yield table(("file", "why"), rows, "Waiting in data/incoming/")


def _texts(told: Mapping[str, Any]) -> str:
    return "\n".join(_cut(each["text"]) for each in told["examples"])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
