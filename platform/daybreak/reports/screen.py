"""The one screen a night ends with: what was trained, how it compares, what the gates said, and where to look."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.records import Outcome, RunRecord
from daybreak.reports.words import duration, number

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table

    from daybreak.night import Night

SHOWN = 3
_WIDTH = 56
_STYLES = {
    "released": "bold green",
    "refused": "bold red",
    "failed": "bold red",
    "crashed": "bold red",
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.INCONCLUSIVE: "yellow",
}


def morning(record: RunRecord, night: "Night") -> "Group":
    """Everything worth knowing about a night; its last lines name version, data version, verdicts and report.

    Numbers beside the candidate's come from the run's dossier.json; without one they are left out.
    """
    from rich.console import Group

    tree = _dossier(record)
    parts: list[RenderableType] = [_headline(record), _facts(record)]
    if tree.get("metrics"):
        parts.append(_metrics(tree))
    parts.extend(_comparison(tree.get("comparison")))
    if record.verdicts:
        parts.append(_verdicts(record))
    return Group(*parts, *_closing(record, night))


def _dossier(record: RunRecord) -> dict[str, Any]:
    report = record.artifacts.get("report")
    try:
        tree: dict[str, Any] = (
            json.loads(Path(report).with_name("dossier.json").read_text(encoding="utf-8")) if report else {}
        )
    except (OSError, ValueError):
        return {}
    return tree


def _headline(record: RunRecord) -> "RenderableType":
    from rich.rule import Rule
    from rich.text import Text

    sentence = {
        "released": f"Released: version {record.model.version if record.model else '?'} is the champion",
        "refused": "Refused: the champion stays as it was",
        "held": "Held: the candidate waits for approval" if record.verdicts else f"Held: {record.reason}",
        "unchanged": _unchanged(record),
    }.get(record.status, f"{record.status.capitalize()}: {record.reason}")
    return Rule(Text(sentence, style=_STYLES.get(record.status, "bold")), style="dim", align="left")


def _unchanged(record: RunRecord) -> str:
    if record.same_as:
        return f"Nothing changed since run {record.same_as}" + (f": {record.reason}" if record.reason else "")
    return f"Unchanged: {record.reason or 'the candidate is the champion'}"


def _facts(record: RunRecord) -> "RenderableType":
    from rich.text import Text

    facts = [f"project {record.project}"]
    if record.data_version is not None:
        facts.append(f"data version {record.data_version}")
    if "kept" in record.rows:
        facts.append(f"{record.rows['kept']:,} of {record.rows.get('read', 0):,} rows kept")
    if record.base:
        facts.append(f"base {record.base.source}")
    if "total" in record.timings:
        facts.append(f"took {duration(record.timings['total'])}")
    if record.reused:
        facts.append("reused " + ", ".join(record.reused))
    notes = "".join(f"{note}\n" for note in record.notes)
    return Text.assemble((" · ".join(facts) + "\n", "dim"), (notes, "yellow"))


def _metrics(tree: dict[str, Any]) -> "Table":
    version = tree.get("champion_version")
    drawn = _table("", "candidate", "baseline", f"champion {version}" if version else "champion", numbers=3)
    for row in tree["metrics"]:
        name = row["name"]
        cells = (number(row[who], name) for who in ("candidate", "baseline", "champion"))
        drawn.add_row(name.replace("_", " "), *cells)
    return drawn


def _comparison(found: dict[str, Any] | None) -> "Iterator[RenderableType]":
    from rich.text import Text

    if found is None:
        return
    yield Text(
        f"Against the champion, of {found['rows']:,} test rows: fixes {found['fixes']}, breaks {found['breaks']}"
    )
    for key, sign, style in (("fixed", "+", "green"), ("broken", "-", "red")):
        for answer in found[key][:SHOWN]:
            yield Text.assemble(
                (f"  {sign} ", style), _cut(answer["text"] or answer["id"]), (f"  {answer['label']}", "dim")
            )
    yield Text("")


def _verdicts(record: RunRecord) -> "Table":
    from rich.text import Text

    drawn = _table("gate", "verdict", "in plain words")
    for verdict in record.verdicts:
        outcome = verdict.outcome.replace("_", " ").lower()
        mode = "" if verdict.mode == "block" else f" ({verdict.mode})"
        drawn.add_row(
            verdict.gate, Text(outcome + mode, style=_STYLES.get(verdict.outcome, "dim")), Text(verdict.reason)
        )
    return drawn


def _closing(record: RunRecord, night: "Night") -> "Iterator[RenderableType]":
    from rich.text import Text

    if record.model:
        alias = f", @{record.model.alias}" if record.model.alias else ""
        yield _line("model", f"{record.model.name} version {record.model.version}{alias}")
    if record.data_version is not None:
        yield _line("data", f"version {record.data_version}")
    if record.verdicts:
        said = ", ".join(f"{verdict.gate} {verdict.outcome}" for verdict in record.verdicts)
        yield _line("verdicts", said)
    if report := record.artifacts.get("report"):
        yield _line("report", _near(Path(report), night.checkout))
    if record.model and record.model.alias:
        yield _line("ask it", f'{_program("daybreak", night.checkout)} model predict "这家酒店很差"')
    yield _line("look", _look(record, night))
    yield Text("")


def _look(record: RunRecord, night: "Night") -> str:
    """What shows the night in MLflow. A URL that somebody set may hold a password: its variable stands for it."""
    if page := record.mlflow.get("run_url"):
        return page
    if night.settings.mlflow.startswith("http"):
        return "the MLflow server that DAYBREAK_MLFLOW_URL names"
    store = f"sqlite:///{_near(night.settings.home / 'mlflow.db', night.checkout)}"
    if night.settings.mlflow_url:
        store = '"$DAYBREAK_MLFLOW_URL"'
    return f"{_program('mlflow', night.checkout)} ui --backend-store-uri {store}"


def _program(name: str, checkout: Path) -> str:
    """A program as a shell in the checkout finds it: that of the checkout's own environment, else by the PATH."""
    own = Path(".venv") / "bin" / name
    return str(own) if (checkout / own).exists() else name


def _line(name: str, value: str) -> "RenderableType":
    from rich.text import Text

    return Text.assemble((f"{name:<9}", "dim"), value, overflow="fold")


def _near(path: Path, checkout: Path) -> str:
    return str(path.relative_to(checkout) if path.is_relative_to(checkout) else path)


def _cut(text: str) -> str:
    """A text on one line, in at most so many columns (a Chinese character takes two)."""
    from rich.cells import cell_len, set_cell_size

    line = " ".join(text.split())
    return line if cell_len(line) <= _WIDTH else set_cell_size(line, _WIDTH - 1).rstrip() + "…"


def _table(*columns: str, numbers: int = 0) -> "Table":
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for place, column in enumerate(columns):
        right = place >= len(columns) - numbers
        drawn.add_column(column, justify="right" if right else "left", no_wrap=column != "in plain words")
    return drawn
