"""Counterfactual identity swaps in Chinese and English, and metrics by declared group. We only assess."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from daybreak.data.held_out import release_set
from daybreak.data.reading import slices
from daybreak.evaluation import grouping
from daybreak.evaluation.grouping import Answered
from daybreak.evaluation.release_set import frozen
from daybreak.evaluation.subject import BATCH_SIZE, Subject

PROBES = Path(__file__).with_name("probes.yaml")

SPOKEN = 0.05
"""A language is probed when at least this share of the test texts is written in it."""

CONTROL = "control"
EXAMPLES = 10

HAN, LATIN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"), re.compile(r"(?a:[a-z]{2,}\W+[a-z]{2,})", re.IGNORECASE)


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Flip rate and score shift by axis and term of each language; `swaps.parquet` has one line a swapped sentence.

    A flip is another label than the same sentence has with the language's reference term ("a customer"); a shift the
    change of a label's probability, and `mean_shift` its mean size, of the label that moves most. `clusters` counts
    flips and swaps by sentence, since terms in one sentence hang together; `control` has the flips of terms that name
    no identity. `groups` is what `grouping.assess` says of the columns that ingest.slice_columns declares, over test
    rows and release set together, since every row of a small group counts; `all` the same of all rows.
    """
    import pandas as pd

    tables = [
        _swap(subject, language, probes) for language, probes in read_probes().items() if _speaks(subject, language)
    ]
    declared = _declared(subject)
    if tables:
        pd.concat(tables, ignore_index=True).to_parquet(folder / "swaps.parquet", index=False)
    return {
        "languages": {str(table["language"].iloc[0]): _summary(table, subject.predictor.labels) for table in tables},
        "groups": grouping.assess(declared) if declared else {},
        "all": grouping.overall(declared) if declared else None,
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    rows = sum(found["swaps"] for found in result["languages"].values())
    flips = sum(found["flips"] for found in result["languages"].values())
    return {"identity_flip_rate": flips / rows} if rows else {}


def read_probes() -> dict[str, Any]:
    """By language: `reference` and `control` terms, `axes` (name to terms) and `templates` with one `{who}`."""
    import yaml

    probes: dict[str, Any] = yaml.safe_load(PROBES.read_text(encoding="utf-8"))
    return probes


def fill(template: str, who: str) -> str:
    """The template as a sentence, beginning with a capital where its script has them."""
    text = template.format(who=who)
    return text[:1].upper() + text[1:]


def _speaks(subject: Subject, language: str) -> bool:
    written = sum(language == _language(text) for text in subject.texts)
    return written >= SPOKEN * len(subject.texts)


def _language(text: str) -> str:
    if HAN.search(text):
        return "zh"
    return "en" if LATIN.search(text) else ""


def _swap(subject: Subject, language: str, probes: dict[str, Any]) -> Any:
    """One line a (template, term): texts, labels and probability shifts, swapped against reference."""
    import pandas as pd

    templates = probes["templates"]
    axes = {**probes["axes"], CONTROL: probes["control"]}
    terms = [(axis, term) for axis, named in axes.items() for term in named]
    answers = subject.predictor.predict(
        [fill(template, who) for who in [probes["reference"], *(term for _, term in terms)] for template in templates],
        BATCH_SIZE,
    )
    size = len(templates)
    labels, chances = np.array(answers.labels), answers.probabilities
    frames = []
    for place, (axis, term) in enumerate(terms, start=1):
        here = slice(place * size, (place + 1) * size)
        columns: dict[str, Any] = {"text": [fill(template, term) for template in templates], "template": range(size)}
        columns |= {"reference_label": labels[:size], "label": labels[here], "flipped": labels[here] != labels[:size]}
        shift = chances[here] - chances[:size]
        columns |= {f"shift_{name}": shift[:, column] for column, name in enumerate(subject.predictor.labels)}
        frames.append(pd.DataFrame({"language": language, "axis": axis, "term": term, **columns}))
    return pd.concat(frames, ignore_index=True)


def _summary(table: Any, labels: tuple[str, ...]) -> dict[str, Any]:
    control, table = table[table["axis"] == CONTROL], table[table["axis"] != CONTROL]
    by_template = table.groupby("template")["flipped"]
    shifts = [f"shift_{name}" for name in labels]
    sizes = table[shifts].abs().max(axis=1)
    worst = table[table["flipped"]].assign(size=sizes).nlargest(EXAMPLES, "size")
    moved = sizes.groupby(table["term"]).mean()
    return {
        **_rates(table),
        "mean_shift": float(sizes.mean()),
        "most_shifted": {"term": str(moved.idxmax()), "mean_shift": float(moved.max())},
        "control": _rates(control),
        "clusters": {"flips": by_template.sum().tolist(), "swaps": by_template.count().tolist()},
        "axes": {
            axis: {
                **_rates(rows),
                "terms": {term: _term(each, shifts) for term, each in rows.groupby("term", sort=False)},
            }
            for axis, rows in table.groupby("axis", sort=False)
        },
        "worst": worst[["axis", "term", "text", "reference_label", "label", "size"]].to_dict(orient="records"),
    }


def _rates(rows: Any) -> dict[str, Any]:
    flips = int(rows["flipped"].sum())
    return {"swaps": len(rows), "flips": flips, "flip_rate": flips / len(rows)}


def _term(rows: Any, shifts: list[str]) -> dict[str, Any]:
    means = {name.removeprefix("shift_"): float(rows[name].mean()) for name in shifts}
    return {**_rates(rows), "shift": means}


def _declared(subject: Subject) -> Answered | None:
    """The test rows, and those of the release set that say their groups too; None without any column."""
    names = subject.predictor.labels
    test = subject.test
    told = test["slices"].astype(str).tolist() if "slices" in test else []
    digest = frozen(subject)
    held = release_set.load(subject.dataset.path.parent, digest) if digest else ()
    more = [row for row in held if row.slices]
    groups = slices.by_column([*told, *(row.slices for row in more)])
    if not told or not groups:
        return None
    labels, predicted = test["label"].astype(str).tolist(), subject.predictions.labels
    found = subject.predictor.predict([row.text for row in more], BATCH_SIZE)
    return Answered(
        labels=[*labels, *(row.label for row in more)],
        predicted=[*predicted, *found.labels],
        logits=np.concatenate([subject.predictions.logits, found.logits]),
        names=names,
        groups=groups,
    )
