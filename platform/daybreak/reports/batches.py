"""What the commands about batches print for people: batches with what was decided, and rows set aside."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from daybreak.reports.listings import table

if TYPE_CHECKING:
    from rich.console import Group

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
    rules = listing["quarantined"]
    examples = ((*each, _cut(text)) for *each, text in _examples(rules["rules"]))
    title = f"Rows of the prepared data that were refused: {rules['rows']}"
    parts.append(table(("rule", "rows", "id", "label", "source", "such as"), examples, title))
    return Group(*parts)


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


def _examples(rules: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A line an example; rule and number of rows stand in the first of its rule."""
    for rule, found in rules.items():
        head = (rule, found["rows"])
        for each in found["examples"] or [dict.fromkeys(("id", "label", "source", "text"), "")]:
            yield (*head, each["id"], each["label"], each["source"], each["text"])
            head = ("", "")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
