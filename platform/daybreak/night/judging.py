"""From a trained model to verdicts: the artifact that ships, what is measured of it, and what gates say."""

from functools import partial
from pathlib import Path

from daybreak import digests, progress
from daybreak.errors import ParamsError
from daybreak.night.hanging import inputs_of
from daybreak.night.opening import Night
from daybreak.params import parse_params
from daybreak.records import Champion, DatasetRef, Evidence, ExportRef, Judgement, Measurements, ModelRef
from daybreak.steps import Step

# Rows the exporter traces with, and checks the exported answers on.
EXPORT_TEXTS = 64


def export(night: Night, dataset: DatasetRef, model: ModelRef) -> Step[ExportRef]:
    """Export the winner to the artifacts, one of which ships."""

    def work(folder: Path) -> ExportRef:
        from daybreak import exporting
        from daybreak.data import tables

        texts = tables.read(dataset.split("validation"))["text"].head(EXPORT_TEXTS).tolist()
        return exporting.export(model, night.params.exporting, texts, folder, partial(progress.report, "export"))

    rooms = ("recipes", "exporting", "inference.py")
    inputs = inputs_of(night, sections=("exporting",), rooms=rooms, model=model.sha256, data=dataset.digest)
    return Step("export", inputs, ExportRef, work)


def measure(night: Night, dataset: DatasetRef, exported: ExportRef) -> Step[Measurements]:
    """Measure the artifact that ships, on everything that gates will ask for."""

    def work(folder: Path) -> Measurements:
        from daybreak import evaluation

        return evaluation.measure_candidate(exported, dataset, folder, partial(progress.report, "evaluate"))

    rooms = ("recipes", "evaluation", "inference.py", "data")
    named = {"data": dataset.digest, "artifact": exported.shipped.sha256, **_judging_sets(night)}
    return Step("evaluate", inputs_of(night, rooms=rooms, **named), Measurements, work)


def measure_champion(night: Night, dataset: DatasetRef, champion: Champion) -> Step[Measurements]:
    """Answer the same test rows with the champion."""

    def work(folder: Path) -> Measurements:
        from daybreak import evaluation

        return evaluation.measure_champion(champion.artifact, dataset, folder)

    named = {"data": dataset.digest, "artifact": champion.sha256, **_judging_sets(night)}
    return Step(
        "evaluate-champion", inputs_of(night, rooms=("evaluation", "inference.py", "data"), **named), Measurements, work
    )


def _judging_sets(night: Night) -> dict[str, str]:
    """Digests of what judges a model beside the test split, where the project has it."""
    from daybreak.data.held_out import evaluation_sets, golden

    root, frozen = night.project.root, night.params.split.release_set
    benchmarks = evaluation_sets.digest(root)
    return {
        "golden cases": golden.digest(root),
        "release set": frozen or "",
        "benchmarks": benchmarks,
        "params clean": digests.of_value(night.params.clean.model_dump()),
    }


def judge(night: Night, evidence: Evidence, opponent: Champion | None) -> Step[Judgement]:
    """Let every gate judge the evidence."""
    version = opponent.version if opponent else None
    loosened = loosened_by(night)

    def work(folder: Path) -> Judgement:
        from daybreak.gates import judge

        return judge.judge(evidence, night.params.gates, folder, version, loosened)

    champion = evidence.champion.digest if evidence.champion else "none"
    named = {"candidate": evidence.candidate.digest, "champion": f"{version} {champion}"}
    named["committed limits"] = digests.of_value(loosened)
    inputs = inputs_of(night, sections=("gates",), rooms=("gates",), **named)
    return Step("judge", inputs, Judgement, work)


def loosened_by(night: Night) -> list[str]:
    """What makes this night's limits looser than the commit's: settings, or gates whose code was changed."""
    from daybreak.data.versioning import versions
    from daybreak.gates import limits

    name = night.project.params_file.name
    text = versions.committed(night.project.root, name)
    if text is None:
        return [f"{name} is not committed"]
    try:
        asked = parse_params(text, night.project.params_file).gates.model_dump(mode="json")
    except ParamsError as error:
        return [f"{name} of the commit cannot be read ({error.found})"]
    changed = versions.is_dirty(night.checkout, ["platform/daybreak/gates"])
    code = ["the code of the gates differs from the commit"] if changed else []
    return limits.loosened(asked, night.params.gates.model_dump(mode="json")) + code
