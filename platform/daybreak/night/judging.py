"""From a trained model to verdicts: the artifact that ships, what is measured of it, and what gates say."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from daybreak import digests, progress
from daybreak.errors import ParamsError
from daybreak.gates import plugins
from daybreak.night import learning
from daybreak.night.hanging import inputs_of
from daybreak.night.opening import Night
from daybreak.params import parse_params
from daybreak.records import Champion, DatasetRef, Evidence, ExportRef, Judgement, Measurements, ModelRef
from daybreak.steps import Step

if TYPE_CHECKING:
    from daybreak.exporting.provenance import Provenance

# Rows the exporter traces with, and checks the exported answers on.
EXPORT_TEXTS = 64


def export(night: Night, dataset: DatasetRef, model: ModelRef) -> Step[ExportRef]:
    """Export the winner to the artifacts, one of which ships."""

    def work(folder: Path) -> ExportRef:
        from daybreak import exporting
        from daybreak.data import tables

        texts = tables.read(dataset.split("validation"))["text"].head(EXPORT_TEXTS).tolist()
        report, provenance = partial(progress.report, "export"), _provenance(night, dataset)
        return exporting.export(model, night.params.exporting, texts, folder, report, provenance=provenance)

    rooms = ("recipes", "exporting", "inference")
    inputs = inputs_of(night, sections=("exporting",), rooms=rooms, model=model.sha256, data=dataset.digest)
    return Step("export", inputs, ExportRef, work)


def _provenance(night: Night, dataset: DatasetRef) -> "Provenance":
    from daybreak.data.versioning import versions
    from daybreak.exporting.provenance import Provenance

    return Provenance(
        data_version=dataset.version,
        data_digest=dataset.digest,
        commit=versions.commit_of(night.checkout),
        params_digest=night.params.digest,
    )


def measure(
    night: Night, dataset: DatasetRef, exported: ExportRef, compared: Measurements | None = None
) -> Step[Measurements]:
    """Measure the artifact that ships, on everything that gates will ask for.

    Of a language model, `compared` holds what its untuned base expects of the same rows.
    """
    judges = night.params.gates.toxicity.judges
    inherited = learning.inherited(night, exported.model.base)

    def work(folder: Path) -> Measurements:
        from daybreak import evaluation

        base = compared.path if compared else None
        report = partial(progress.report, "evaluate")
        return evaluation.measure_candidate(
            exported, dataset, folder, report, judges=judges, base=base, inherited=inherited
        )

    rooms = ("recipes", "evaluation", "inference", "data")
    named = {"data": dataset.digest, "artifact": exported.shipped.sha256, **_judging_sets(night)}
    named["toxicity judges"] = digests.of_value([each.model_dump() for each in judges])
    named |= learning.named(inherited)
    if compared:
        named["untuned base"] = compared.digest
    return Step("evaluate", inputs_of(night, rooms=rooms, **named), Measurements, work)


def measure_champion(night: Night, dataset: DatasetRef, champion: Champion) -> Step[Measurements]:
    """Answer the same test rows with the champion, or with the anchor."""

    learned, inherited = _learned_by(night, champion, dataset), learning.inherited_by(night, champion)

    def work(folder: Path) -> Measurements:
        from daybreak import evaluation

        return evaluation.measure_champion(champion.artifact, dataset, folder, learned=learned, inherited=inherited)

    trained = f"{champion.weights_sha256} on data {champion.data_version}"
    named = {"data": dataset.digest, "artifact": champion.sha256, "trained": trained, **_judging_sets(night)}
    named["rows learned"] = digests.of_file(learned) if learned else "unknown"
    named |= learning.named(inherited)
    rooms = ("recipes", "evaluation", "inference", "data")
    return Step("evaluate-champion", inputs_of(night, rooms=rooms, **named), Measurements, work)


def _learned_by(night: Night, champion: Champion, dataset: DatasetRef) -> Path | None:
    """The rows a champion was trained on last, None where that is not known."""
    if champion.weights_sha256 and champion.data_version == dataset.version:
        return dataset.split("train")
    return learning.rows_of(night, champion)


def _judging_sets(night: Night) -> dict[str, str]:
    """Digests of what judges a model beside the test split, where the project has it."""
    from daybreak.data.held_out import evaluation_sets, golden
    from daybreak.data.reviewing import toxicity

    root, frozen = night.project.root, night.params.split.release_set
    benchmarks = evaluation_sets.digest(root)
    return {
        "golden cases": golden.digest(root),
        "release set": frozen or "",
        "benchmarks": benchmarks,
        "leakage and certificate": _told_by_split(night),
        "reviewed toxicity": toxicity.digest(root),
        "params clean": digests.of_value(night.params.clean.model_dump()),
    }


def _told_by_split(night: Night) -> str:
    """SHA-256 over what the split stage says of its rows, which measurements read too."""
    folder = night.project.data / "split"
    files = [path for name in ("leakage.json", "certificate.json") if (path := folder / name).is_file()]
    return digests.of_files(files, below=folder)


def judge(night: Night, evidence: Evidence, opponent: Champion | None) -> Step[Judgement]:
    """Let every gate judge the evidence."""
    version = opponent.version if opponent else None
    loosened = loosened_by(night)

    def work(folder: Path) -> Judgement:
        from daybreak.gates import judge

        return judge.judge(evidence, night.params.gates, folder, version, loosened, plugins=night.project.plugins)

    champion, anchor = (side.digest if side else "none" for side in (evidence.champion, evidence.anchor))
    named = {"candidate": evidence.candidate.digest, "champion": f"{version} {champion}", "anchor": anchor}
    named["attempts"] = digests.of_value(evidence.standing.told)
    named["committed limits"] = digests.of_value(loosened)
    if own := plugins.digest(night.project.plugins):
        named["gates of plugins/"] = own
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
        committed = parse_params(text, night.project.params_file)
    except ParamsError as error:
        return [f"{name} of the commit cannot be read ({error.found})"]
    changed = versions.is_dirty(night.checkout, ["platform/daybreak/gates"])
    code = ["the code of the gates differs from the commit"] if changed else []
    asked, found = (params.gates.model_dump(mode="json") for params in (committed, night.params))
    rows = limits.other_rows(committed.split.release_set, night.params.split.release_set)
    return limits.loosened(asked, found) + rows + code + _changed_plugins(night)


def _changed_plugins(night: Night) -> list[str]:
    """Gates of the project's own that are not the commit's, whatever git was told to overlook."""
    from daybreak.data.versioning import versions

    folder = night.project.plugins
    others = {path.name for path in plugins.files(folder) if not _is_committed(night, path)}
    if not others and versions.is_dirty(night.project.root, [folder.name]):
        return [f"{folder.name}/ differs from the commit"]
    return [f"{folder.name}/{name} differs from the commit" for name in sorted(others)]


def _is_committed(night: Night, path: Path) -> bool:
    from daybreak.data.versioning import versions

    text = versions.committed(night.project.root, path.relative_to(night.project.root).as_posix())
    return text is not None and text.encode() == path.read_bytes().replace(b"\r\n", b"\n")
