"""Measurements of an exported artifact: numbers, no opinions. One file each, discovered by its place in this folder."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daybreak.evaluation.judges.params import JudgeParams
    from daybreak.evaluation.subject import Subject
    from daybreak.records import ArtifactRef, DatasetRef, ExportRef, Measurements, ModelRef

Report = Callable[[float, str], None]
CLASSIFY, WRITING = "classify", "generate"


def _silent(share: float, note: str) -> None:
    """Nobody watches."""


def discover(recipe: str = CLASSIFY) -> dict[str, ModuleType]:
    """Every measurement by name: the modules of this folder that define both `measure` and `headlines`.

    They are of classifiers, unless their `RECIPES` say otherwise; those of language models stand in `writing/`.
    """
    found = {name: each for name, each in _modules(__name__).items() if recipe in getattr(each, "RECIPES", (CLASSIFY,))}
    return dict(sorted({**found, **(_modules(f"{__name__}.writing") if recipe == WRITING else {})}.items()))


def _modules(room: str) -> dict[str, ModuleType]:
    modules = {info.name: import_module(f"{room}.{info.name}") for info in iter_modules(import_module(room).__path__)}
    return {name: each for name, each in modules.items() if hasattr(each, "measure") and hasattr(each, "headlines")}


def measure(
    artifact: "ArtifactRef",
    dataset: "DatasetRef",
    folder: Path,
    *,
    model: "ModelRef | None" = None,
    twin: "ArtifactRef | None" = None,
    learned: Path | None = None,
    inherited: "tuple[Path | None, ...]" = (),
    judges: "Sequence[JudgeParams]" = (),
    base: Path | None = None,
    report: Report = _silent,
) -> "Measurements":
    """Measure an artifact on the test split into `folder/measurements/`, one `<measurement>.json` each.

    `model` is the torch model it was exported from and `twin` the other artifact of that export. Without a model only
    its answers are measured (files that say OF_CHAMPION), which is all that is asked of a champion; `learned` is a
    Parquet file with the rows it was trained on, `inherited` those of the champions it was trained on from, `judges`
    are those of toxicity that are not ours. Raises ModelError for an artifact that was altered and for a candidate with
    other labels than the dataset, DataError for a split that cannot be used, and EvidenceMismatch if the splits are
    not, or do not stay, those that the dataset's digest names.
    """
    from daybreak.evaluation.subject import Subject

    subject = Subject.of(artifact, dataset, model, twin) if model else Subject(artifact, dataset, None, None, learned)
    subject = replace(subject, judges=tuple(judges), base=base, inherited=inherited)
    subject.verify_data()
    found = discover(subject.recipe)
    names = sorted(found, key=lambda name: name != "predictions")
    names = names if model else [name for name in names if getattr(found[name], "OF_CHAMPION", False)]
    place = folder / "measurements"
    place.mkdir(parents=True)
    metrics: dict[str, float] = {}
    for done, name in enumerate(names):
        report(done / len(names), f"measuring {name}")
        metrics |= _measure_one(found[name], name, subject, place)
    subject.verify_data()
    return _seal(subject, place, metrics)


def measure_candidate(
    exported: "ExportRef",
    dataset: "DatasetRef",
    folder: Path,
    report: Report = _silent,
    *,
    judges: "Sequence[JudgeParams]" = (),
    base: Path | None = None,
    inherited: "tuple[Path | None, ...]" = (),
) -> "Measurements":
    """Measure the artifact that ships, on everything that gates will ask for.

    `base` is the folder with what a language model's untuned base expects of the test rows, `inherited` are the
    training rows of the champions that the model was trained on from.
    """
    named: dict[str, Any] = {
        "model": exported.model,
        "twin": exported.twin,
        "judges": judges,
        "base": base,
        "inherited": inherited,
    }
    return measure(exported.shipped, dataset, folder, report=report, **named)


def measure_champion(
    artifact: "ArtifactRef",
    dataset: "DatasetRef",
    folder: Path,
    report: Report = _silent,
    *,
    learned: Path | None = None,
    inherited: "tuple[Path | None, ...]" = (),
) -> "Measurements":
    """Answer the test rows with the champion: if its labels are others, those whose label both know, and no metrics.

    `learned` has the rows that it was trained on, `inherited` those of the champions before it, as far as known.
    """
    return measure(artifact, dataset, folder, report=report, learned=learned, inherited=inherited)


def _measure_one(module: ModuleType, name: str, subject: "Subject", place: Path) -> dict[str, float]:
    import json

    result = module.measure(subject, place)
    (place / f"{name}.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    headlines: dict[str, float] = module.headlines(result)
    return headlines


def _seal(subject: "Subject", place: Path, metrics: dict[str, float]) -> "Measurements":
    from daybreak import digests
    from daybreak.records import Measurements

    return Measurements(
        path=place,
        digest=digests.of_files(place.iterdir(), below=place),
        artifact_sha256=subject.artifact.sha256,
        dataset_digest=subject.dataset.digest,
        metrics=metrics,
        recipe=subject.recipe,
    )
