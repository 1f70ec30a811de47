"""The dossier of a night: one self-contained page for people, one JSON file for machines, from the same tree."""

import json
from pathlib import Path
from typing import Any, Literal

from daybreak.records import Evidence, Judgement, RunRecord, SweepRef
from daybreak.reports import content, curves, judged, plots, searching, words

Language = Literal["en", "zh"]


def write(
    folder: Path,
    *,
    record: RunRecord,
    evidence: Evidence,
    judgement: Judgement,
    sweep: SweepRef,
    history: Path,
    language: Language = "en",
) -> Path:
    """Write report.html and dossier.json into `folder` and give the page's path.

    The page holds both languages; `language` is the one it opens in. What was not measured is left out, never an error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tree = content.gather(record, evidence, judgement, sweep, history)
    text = json.dumps(tree, ensure_ascii=False, indent=1, default=str)
    (folder / "dossier.json").write_text(text + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(render(json.loads(text), language), encoding="utf-8")
    return page


def render(tree: dict[str, Any], language: Language = "en") -> str:
    """The page for a dossier's tree, as dossier.json holds it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"both": words.both, "examples": content.examples}
    environment.filters |= {
        "number": words.number,
        "measured": words.measured,
        "size": words.size,
        "duration": words.duration,
    }
    drawn = {
        "loss": plots.loss_curve(tree["history"]),
        "curves": curves.of_training(tree["history"]),
        "composition": curves.of_composition(tree["training"]["composition"]),
        "judged": judged.of_measurements(tree["measurements"]),
        **searching.of_sweep(tree["sweep"]),
    }
    return environment.get_template("dossier.html").render(**tree, plots=drawn, language=language)
