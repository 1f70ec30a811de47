"""The page of a trained language model: what it expects of held-out rows beside its base, and what both say to some."""

import json
from pathlib import Path
from typing import Any, Literal

from daybreak.planning import Trained
from daybreak.records import RunRecord
from daybreak.reports import content, plots, searching, words

Language = Literal["en", "zh"]
MEASURED = "generation.json"


def write(folder: Path, *, record: RunRecord, trained: Trained, language: Language = "en") -> Path:
    """Write report.html and dossier.json into `folder` and give the page's path; it holds both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = gather(record, trained)
    text = json.dumps(tree, ensure_ascii=False, indent=1, default=str)
    (folder / "dossier.json").write_text(text + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(render(json.loads(text), language), encoding="utf-8")
    return page


def gather(record: RunRecord, trained: Trained) -> dict[str, Any]:
    """Everything the page says, as one JSON-able tree."""
    measured = json.loads((trained.compared.path / MEASURED).read_text(encoding="utf-8"))
    return {
        "record": record.model_dump(mode="json"),
        "generation": measured,
        "metrics": [
            {"name": name, "candidate": value, "baseline": measured["base"].get(name), "champion": None}
            for name, value in measured["tuned"].items()
        ],
        "history": content.read_curve(trained.model.path / "history.json"),
        "events": _events(trained.model.path / "history.json"),
        "sweep": trained.swept.model_dump(mode="json"),
        "model": trained.model.model_dump(mode="json"),
    }


def render(tree: dict[str, Any], language: Language = "en") -> str:
    """The page for such a tree."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"both": words.both}
    environment.filters |= {"number": words.number, "measured": words.measured, "duration": words.duration}
    drawn = {"loss": plots.loss_curve(tree["history"]), **searching.of_sweep(tree["sweep"])}
    return environment.get_template("generation.html").render(**tree, plots=drawn, language=language)


def _events(history: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(history.read_text(encoding="utf-8"))["events"]
    except (OSError, ValueError, KeyError):
        return []
    return found
