"""Measurements of an exported artifact: numbers, no opinions. One file each, discovered by its place in this folder."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.evaluation.subject import Subject
    from daybreak.records import ArtifactRef, DatasetRef, ExportRef, Measurements, ModelRef

Report = Callable[[float, str], None]


def _silent(share: float, note: str) -> None:
    """Nobody watches."""


def discover() -> dict[str, ModuleType]:
    """Every measurement by name: the modules of this folder that define both `measure` and `headlines`."""
    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    return {
        name: each for name, each in sorted(modules.items()) if hasattr(each, "measure") and hasattr(each, "headlines")
    }


def measure(
    artifact: "ArtifactRef",
    dataset: "DatasetRef",
    folder: Path,
    *,
    model: "ModelRef | None" = None,
    twin: "ArtifactRef | None" = None,
    report: Report = _silent,
) -> "Measurements":
    """Measure an artifact on the test split into `folder/measurements/`, one `<measurement>.json` each.

    `model` is the torch model it was exported from and `twin` the other artifact of that export. Without a model only
    its answers are measured (files that say OF_CHAMPION), which is all that is asked of a champion. Raises ModelError
    for an artifact that was altered and for a candidate with other labels than the dataset, DataError for a split that
    cannot be used, and EvidenceMismatch if the splits are not, or do not stay, those that the dataset's digest names.
    """
    from daybreak.evaluation.subject import Subject

    subject = Subject.of(artifact, dataset, model, twin) if model else Subject(artifact, dataset, None, None)
    subject.verify_data()
    found = discover()
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
    exported: "ExportRef", dataset: "DatasetRef", folder: Path, report: Report = _silent
) -> "Measurements":
    """Measure the artifact that ships, on everything that gates will ask for."""
    twin = exported.fp32 if exported.ship == "onnx-int8" else exported.int8
    return measure(exported.shipped, dataset, folder, model=exported.model, twin=twin, report=report)


def measure_champion(
    artifact: "ArtifactRef", dataset: "DatasetRef", folder: Path, report: Report = _silent
) -> "Measurements":
    """Answer the test rows with the champion: if its labels are others, those whose label both know, and no metrics."""
    return measure(artifact, dataset, folder, report=report)


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
    )
