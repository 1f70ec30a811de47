"""The dossier of a night: one self-contained page for people, one JSON file for machines, from the same tree."""

import json
from pathlib import Path
from typing import Any, Literal

from daybreak.records import Evidence, Judgement, RunRecord, SweepRef
from daybreak.reports import (
    cards,
    content,
    curves,
    judged,
    plots,
    searching,
    sentences,
    slices,
    timeline,
    tradeoff,
    words,
)

Language = Literal["en", "zh"]


def write(
    folder: Path,
    *,
    record: RunRecord,
    evidence: Evidence,
    judgement: Judgement,
    sweep: SweepRef,
    history: Path,
    past: content.Past = content.NO_PAST,
    language: Language = "en",
) -> Path:
    """Write report.html, dossier.json and both cards into `folder` and give the page's path.

    The page holds both languages; `language` is the one it opens in. What was not measured is left out, never an error.
    `digest` in the JSON is the SHA-256 of the rest of it.
    """
    from daybreak.releasing import sealing

    folder.mkdir(parents=True, exist_ok=True)
    tree = sealing.sealed(content.gather(record, evidence, judgement, sweep, history, past=past))
    text = json.dumps(tree, ensure_ascii=False, indent=1)
    (folder / sealing.FILE).write_text(text + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(render(tree, language), encoding="utf-8")
    version = f" {record.model.version}" if record.model and record.model.version else ""
    cards.write(folder, tree["cards"], f"{record.project}{version}")
    return page


def tell(folder: Path, record: RunRecord, past: content.Past) -> Path:
    """Write report.html anew with what became of the candidate; the sealed JSON beside it stays as it is."""
    from daybreak.releasing import sealing

    tree = json.loads((folder / sealing.FILE).read_text(encoding="utf-8"))
    told = {"record": record.model_dump(mode="json"), "timeline": timeline.of_project(past.runs, past.moves, record)}
    page = folder / "report.html"
    page.write_text(render({**tree, **told}), encoding="utf-8")
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
    environment.globals |= {
        "both": words.both,
        "examples": sentences.examples,
        "told": sentences.of_verdict,
        "example": sentences.example,
        "holes": cards.holes,
        "hole": cards.hole,
        "languages": words.LANGUAGES,
    }
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
        "slices": slices.drawn(tree["slices"]),
        "timeline": timeline.drawn(tree["timeline"]),
        "tradeoff": tradeoff.drawn(tree["tradeoff"]),
        **searching.of_sweep(tree["sweep"]),
    }
    return environment.get_template("dossier.html").render(**tree, plots=drawn, language=language)
