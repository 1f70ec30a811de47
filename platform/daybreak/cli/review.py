"""`daybreak data review export | import`: doubtful rows out to Label Studio, people's labels back as a source."""

from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, data, open_project, show

review = typer.Typer(help="Let people look at doubtful rows in Label Studio.", no_args_is_help=True)
data.add_typer(review, name="review")


@review.command("export")
def review_export(
    file: Annotated[Path, typer.Argument(help="Where to write the tasks; the labelling interface goes beside it.")],
    suspects: Annotated[int, typer.Option(min=0, help="Rows of each kind of doubt, at most.")] = 100,
    sample: Annotated[int, typer.Option(min=0, help="Rows drawn in proportion to the labels.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw: another seed, other rows.")] = 17,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write contradictions, doubtful labels and a stratified sample as Label Studio tasks."""
    from daybreak.data.reviewing import label_studio
    from daybreak.reports import review as drawn

    found = open_project(project).project
    told = label_studio.export(found, file, suspects=suspects, sample=sample, seed=seed)
    show(told, as_json, drawn.exported)


@review.command("import")
def review_import(
    file: Annotated[Path, typer.Argument(help="What Label Studio exported: JSON or JSON-MIN.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make reviewed labels a source of their own, named after who reviewed them; the next preparation takes it in."""
    from daybreak import night as steps
    from daybreak.data.reviewing import label_studio
    from daybreak.reports import review as drawn

    night = open_project(project)
    with steps.alone(night):
        told = label_studio.take_back(night.project, file)
    show(told, as_json, drawn.imported)


@review.command("export-toxicity")
def review_export_toxicity(
    file: Annotated[Path, typer.Argument(help="Where to write the tasks; the labelling interface goes beside it.")],
    rows: Annotated[int, typer.Option(min=1, help="Training rows, those that were reviewed among them.")] = 300,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write training rows for people to call toxic or clean; that says how often the judges err on them."""
    from daybreak.data.reviewing import toxicity
    from daybreak.reports import review as drawn

    found = toxicity.draw(open_project(project).project, file, rows)
    told = {"tasks": str(found.tasks), "interface": str(found.interface), "rows": found.rows}
    show(told, as_json, drawn.toxicity_exported)


@review.command("import-toxicity")
def review_import_toxicity(
    file: Annotated[Path, typer.Argument(help="Label Studio's JSON, or lines of id, label and perhaps text.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add what people called toxic or clean to data/toxicity/reviewed.jsonl; commit it."""
    from daybreak.data.reviewing import toxicity
    from daybreak.reports import review as drawn

    reviewed = toxicity.take_back(open_project(project).project, file)
    show({"reviewed": reviewed, "file": toxicity.FILE.as_posix()}, as_json, drawn.toxicity_imported)
