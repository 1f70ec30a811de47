"""`daybreak data golden | contamination`: cases that must hold, and what judges models found in training rows."""

from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, data, open_project, show


@data.command("golden")
def data_golden(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the golden cases of data/golden/*.jsonl; a line that is none is named."""
    from daybreak.data.held_out import golden
    from daybreak.reports import evaluation_sets

    root = open_project(project).project.root
    cases = [case.model_dump(mode="json") for case in golden.load(root)]
    show({"cases": cases, "digest": golden.digest(root)}, as_json, evaluation_sets.golden)


@data.command("contamination")
def data_contamination(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Benchmarks to look for as well.")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for what judges models in the training rows: release set, golden cases, probes, data/benchmarks/, files."""
    from daybreak.data.held_out import evaluation_sets
    from daybreak.data.near import contamination
    from daybreak.evaluation import fairness
    from daybreak.reports import evaluation_sets as reports

    found = open_project(project).project
    probes = [
        fairness.fill(template, told["reference"])
        for told in fairness.read_probes().values()
        for template in told["templates"]
    ]
    sets = {"fairness probes": probes, **evaluation_sets.of_project(found)}
    sets |= {str(file): evaluation_sets.of_file(found, file) for file in files or []}
    train, threshold = evaluation_sets.training(found)
    measured = contamination.measure(train, sets, threshold)
    show({"sets": measured, "contaminated": contamination.total(measured)}, as_json, reports.contamination)
