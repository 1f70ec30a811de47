"""What the commands about the champion's moves print for people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.reports.listings import table

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


def history(listing: Mapping[str, Any]) -> "Group":
    """Every move of the champion, newest first; then who is champion, what is on hold, and who loaded what."""
    from rich.console import Group

    names = ("at", "kind", "actor", "from", "to", "outcome", "data_version", "reason")
    rows = [[each[name] for name in names] for each in listing["moves"]]
    columns = ("at", "move", "who", "from", "to", "outcome", "data", "reason")
    return Group(*_warning(listing["fault"]), table(columns, rows), _champion(listing["champion"]), *_beneath(listing))


def promotion(offer: Mapping[str, Any]) -> "Group":
    """The candidate beside the champion on the same test rows, what it fixes and breaks, and its verdicts' age."""
    from rich.console import Group

    candidate, champion = offer["candidate"], offer["champion"] or {}
    names = ("version", "data_version", "run_id", *sorted({*candidate["metrics"], *champion.get("metrics", {})}))
    rows = [(name, _cell(candidate, name), _cell(champion, name)) for name in names]
    verdicts = [(each["gate"], each["outcome"], each["reason"]) for each in offer["verdicts"]]
    return Group(
        table(("what", "candidate", "champion"), rows),
        _comparison(offer["comparison"]),
        table(("gate", "outcome", "why"), verdicts, f"verdicts, {offer['verdicts_age_hours']:.1f} hours old"),
    )


def moved(move: Mapping[str, Any]) -> str:
    """One move in a sentence."""
    took = f" in {move['duration_ms']:.0f} ms" if move["duration_ms"] is not None else ""
    where = f"version {move['to']}" if move["from"] is None else f"version {move['from']} → version {move['to']}"
    return f"{move['kind']} {move['outcome']}{took}: {where}, by {move['actor']}: {move['reason']}"


def lifted(listing: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The holds that were lifted, a line each."""
    return "\n".join(f"Lifted: {_hold(each)}" for each in listing["lifted"])


def _beneath(listing: Mapping[str, Any]) -> "list[Table | str]":
    hold = [f"On hold: {_hold(listing['hold'])}"] if listing["hold"] else []
    rows = [(each["host"], each["folder"], each["version"], each["at"]) for each in listing["loads"]]
    return [*hold, *([table(("host", "folder", "loaded version", "at"), rows)] if rows else [])]


def _warning(fault: str | None) -> list[str]:
    return [f"[bold red]The journal cannot be trusted: {fault}. Compare it with its remote copy.[/]"] if fault else []


def _champion(champion: Mapping[str, Any] | None) -> str:
    if champion is None:
        return "No champion."
    return (
        f"Champion: version {champion['version']}, data version {champion['data_version']}, "
        f"commit {champion['commit'][:12]}, run {champion['run_id']}."
    )


def _hold(hold: Mapping[str, Any]) -> str:
    return f"version {hold['version']} and its like, since {hold['at']}, by {hold['actor']}: {hold['reason']}"


def _comparison(comparison: Mapping[str, Any] | None) -> str:
    if comparison is None:
        return "  There is no champion to compare it with, row by row."
    return f"  Of {comparison['rows']} test rows it fixes {comparison['fixes']} and breaks {comparison['breaks']}."


def _cell(model: Mapping[str, Any], name: str) -> Any:
    value = model.get(name, model.get("metrics", {}).get(name))
    return f"{value:.4f}" if isinstance(value, float) else value
