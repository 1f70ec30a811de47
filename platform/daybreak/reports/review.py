"""What a terminal shows of a data version's page, and of rows that went to people and came back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daybreak.reports.listings import table

if TYPE_CHECKING:
    from rich.console import Group

SURE = 0.01  # p-value below which texts are said to differ


def exported(told: Mapping[str, Any]) -> str:
    """How many rows wait for people, why, and what to do with the files."""
    why = ", ".join(f"{name} {rows}" for name, rows in told["why"].items() if rows)
    return (
        f"{told['rows']} tasks ({why or 'nothing is in doubt'}) in {told['tasks']}. In Label Studio, paste "
        f"{told['interface']} as the labelling interface, import the tasks, and bring the export back with "
        "daybreak data review import FILE"
    )


def imported(told: Mapping[str, Any]) -> str:
    """What people said, and when it takes effect."""
    parts = [f"{told['reviewed']} reviewed", f"{told['confirmed']} confirmed", f"{told['changed']} changed"]
    left = [f"{told['unanswered']} unanswered"] if told["unanswered"] else []
    left += [f"{len(told['disagreements'])} left out, for people disagree"] if told["disagreements"] else []
    return f"{', '.join(parts + left)}: {', '.join(told['batches']) or 'no batch'}. The next preparation takes them in."


def toxicity_exported(told: Mapping[str, Any]) -> str:
    """How many rows wait to be called toxic or clean, and what to do with the files."""
    return (
        f"{told['rows']} tasks in {told['tasks']}. In Label Studio, paste {told['interface']} as the labelling "
        "interface, import the tasks, and bring the export back with daybreak data review import-toxicity FILE"
    )


def toxicity_imported(told: Mapping[str, Any]) -> str:
    """How many rows are reviewed by now, and where that stands."""
    return f"{told['reviewed']} rows are reviewed, in {told['file']}: commit it, and the next night measures by it."


def report(told: Mapping[str, Any]) -> "Group":
    """Where the page is, and a line for each version that it was compared with."""
    from rich.console import Group

    rows = ((each["name"][1], each["rows"]["added"], each["rows"]["removed"], *_drift(each)) for each in told["drift"])
    drawn = table(("against", "added", "removed", "texts", "p", "recognised"), rows, f"Data version {told['version']}")
    return Group(drawn, f"report: {told['report']}")


def _drift(each: Mapping[str, Any]) -> tuple[Any, ...]:
    if each["p_value"] is None:
        return "too few to tell", None, None
    verdict = "differ" if each["p_value"] < SURE else "cannot be told apart"
    return verdict, each["p_value"], f"{each['effect']:.0%}"
