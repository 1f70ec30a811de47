"""report.html: one self-contained page about a prepared dataset, in Chinese and English side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from daybreak.data.describing import charts, words
from daybreak.data.describing.flow import Stage, flow
from daybreak.data.describing.words import LANGUAGES, LOSSES, SPLITS, STAGES

TEMPLATE = Path(__file__).with_name("report.html")
PARTS = 6  # colours of parts
MANY = 8  # labels; more are not drawn, only counted


def render(facts: dict[str, Any], drift: Iterable[Mapping[str, Any]] = (), about: str = "") -> str:
    """The page for what report.json holds; the same facts give the same bytes.

    `drift` compares with other data versions, as `data/describing/drift.py` tells it; `about` says which version
    this is.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"n": "{:,}".format, "percent": _percent}
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    names = ("rules", "kinds", "actions", "stages", "splits", "obligations")
    told = {
        "facts": facts,
        "charts": _charts(facts),
        "coverage": list(_coverage(facts)),
        "personal": list(_personal(facts["personal"] or {"found": {}})),
        "drift": list(drift),
    }
    return template.render(told, words={name: getattr(words, name.upper()) for name in names}, about=about) + "\n"


def _percent(share: float, digits: int = 1) -> str:
    return f"{share:.{digits}%}"


def _charts(facts: dict[str, Any]) -> dict[str, str]:
    lengths, drawn = facts["lengths"], len(facts["labels"]) <= MANY
    splits = [(SPLITS[name], list(split["labels"].items())) for name, split in facts["splits"].items()]
    return {
        "rows": _flow(facts),
        "scores": _scores(facts["baseline"]) if facts["baseline"]["honest_accuracy"] is not None else "",
        "labels": charts.shares(splits, title="labels in each split") if facts["labels"] and drawn else "",
        "lengths": charts.histogram(lengths["histogram"], lengths["step"], title="characters per text"),
    }


def _flow(facts: dict[str, Any]) -> str:
    stages = [
        Stage(STAGES[each["stage"]], [(LOSSES[name], rows) for name, rows in each["losses"].items()])
        for each in facts["stages"]
    ]
    made = facts["rows"]["made"]
    ends = [(SPLITS[name], split["rows"] - (made if name == "train" else 0)) for name, split in facts["splits"].items()]
    return flow(facts["rows"]["read"], "读入 read", stages, ends, title="rows from read to kept")


def _scores(baseline: dict[str, float]) -> str:
    naive, honest = baseline["naive_accuracy"], baseline["honest_accuracy"]
    rows = [
        ("随机切分 naive", naive, "loss", f"{naive:.1%}"),
        ("诚实切分 honest", honest, "kept", f"{honest:.1%}"),
    ]
    return charts.bars(rows, title="accuracy of the baseline", highest=1.0)


def _personal(told: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Kinds of personal data, the most frequent first: rows, what is done with them, recall by language."""
    found, planted = told["found"], told.get("planted", {})
    for kind in sorted({*found, *planted}, key=lambda kind: (-found.get(kind, {"rows": 0})["rows"], kind)):
        yield kind, {"rows": 0, "action": "", **found.get(kind, {}), "recall": planted.get(kind, {})}


def _coverage(facts: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Each column that says something: its name, its values with their share of rows and the parts of its labels."""
    total = sum(split["rows"] for split in facts["splits"].values())
    colours = {label: place % PARTS for place, label in enumerate(facts["labels"])}
    for column, told in facts["coverage"].items():
        if told["shown"] and (told["different"] > 1 or told["shown"][0]["name"]):
            rows = [
                {
                    **each,
                    "name": _value(column, each["name"]),
                    "share": each["rows"] / total,
                    "parts": [
                        (label, colours.get(label, 0), count / each["rows"]) for label, count in each["labels"].items()
                    ],
                }
                for each in told["shown"]
            ]
            yield {"title": words.COLUMNS.get(column, (column, "group")), "different": told["different"], "rows": rows}


def _value(column: str, name: str) -> str:
    if not name:
        return "未注明 unstated"
    return LANGUAGES.get(name, name) if column == "language" else name
