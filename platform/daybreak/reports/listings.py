"""What the listing commands print for people: one table each."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.records import RunRecord

if TYPE_CHECKING:
    from rich.table import Table

    from daybreak.planning import Plan


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]], title: str = "") -> "Table":
    """A plain table; None shows as a dash."""
    from rich import box
    from rich.table import Table

    drawn = Table(*columns, box=box.SIMPLE, title=title or None, title_justify="left")
    for row in rows:
        drawn.add_row(*("-" if cell is None else str(cell) for cell in row))
    return drawn


def plan(found: "Plan") -> "Table":
    """Which steps run again, why, and how long each took the last time."""
    rows = [(step.step, step.action, step.why, _seconds(step.seconds)) for step in found.steps]
    return table(
        ("step", "action", "why", "last time"), rows, f"about {found.seconds:.0f} s of work, as far as it is known"
    )


def preparation(summary: Mapping[str, Any]) -> "Table":
    """Counts of a data version, its leakage and the naive score beside the honest one."""
    facts = {"data version": summary["data_version"], **summary["rows"], **summary["quarantined_by_rule"]}
    facts |= {f"leakage: {name}": value for name, value in summary["leakage"].items()}
    facts |= summary["baseline"]
    return table(("what", "value"), facts.items(), _rolled_back(summary))


def data_versions(listing: Mapping[str, Any]) -> "Table":
    """Data versions, oldest first."""
    rows = [
        (each["version"], each["digest"][:12], each["at"], each["rows"]["kept"], "here" if each["current"] else "")
        for each in listing["versions"]
    ]
    return table(("version", "digest", "at", "rows kept", ""), rows, _rolled_back(listing))


def _rolled_back(listing: Mapping[str, Any]) -> str:
    pin, waiting = listing["rolled_back"], listing["waiting"]
    wait = f"{waiting} files wait in data/incoming/" if waiting else ""
    if pin is None:
        return wait
    since = f"rolled back to version {pin['version']} by {pin['actor']}, {pin['at']}: {pin['reason']}"
    return f"{since}; `daybreak data forward` ends it{'; ' if wait else ''}{wait}"


def runs(found: Iterable[RunRecord]) -> "Table":
    """Past nights, newest first."""
    rows = [
        (
            run.run_id,
            run.status,
            f"{run.started_at:%Y-%m-%d %H:%M}",
            f"{run.timings.get('total', 0):.0f} s",
            run.data_version,
            run.model.version if run.model else None,
            f"{run.metrics['accuracy']:.4f}" if "accuracy" in run.metrics else None,
        )
        for run in found
    ]
    return table(("run", "status", "started (UTC)", "took", "data", "model", "accuracy"), rows)


def gates(listing: Mapping[str, Any]) -> "Table":
    """Every gate with its mode and limits."""
    rows = [
        (
            each["gate"],
            each["mode"],
            ", ".join(f"{name} {value}" for name, value in each["limits"].items()),
            "/".join(Path(each["file"]).parts[-2:]),
        )
        for each in listing["gates"]
    ]
    return table(("gate", "mode", "limits", "file"), rows)


def gate_plan(listing: Mapping[str, Any]) -> "Table":
    """Each question, whether the rows can settle it, and how many it needs."""
    rows = [
        (
            each["gate"],
            each["question"],
            each["supposed"],
            f"{each['rows']:,}",
            f"{each['needed']:,}" if each["needed"] else "no number",
            "yes" if each["settled"] else "no",
        )
        for each in listing["plan"]
    ]
    return table(("gate", "question", "if it truly is", "rows", "needed", "can pass"), rows)


def answers(listing: Mapping[str, Any]) -> "Table":
    """The champion's answers."""
    rows = [(each["text"], each["label"], f"{each['probability']:.3f}") for each in listing["answers"]]
    return table(("text", "label", "probability"), rows, f"champion: version {listing['version']}")


def written(listing: Mapping[str, Any]) -> "Table":
    """What the champion answers in words."""
    rows = [(each["text"], each["answer"]) for each in listing["answers"]]
    return table(("text", "answer"), rows, f"champion: version {listing['version']}")


def model_versions(listing: Mapping[str, Any]) -> "Table":
    """Registered versions, newest first."""
    rows = [
        (each["version"], "champion" if each["champion"] else "", each["tags"].get("data_version"), each["sha256"][:12])
        for each in listing["versions"]
    ]
    return table(("version", "alias", "data version", "sha256"), rows)


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.0f} s"
