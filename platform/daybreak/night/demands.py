"""What is asked of params, machine and data before any work: a night that cannot end well does not begin."""

from daybreak.errors import DataError, ParamsError
from daybreak.exporting.params import ExportingParams
from daybreak.night import founding
from daybreak.night.opening import Night
from daybreak.records import DatasetRef
from daybreak.tracking import targets
from daybreak.training import machine


def check(night: Night) -> None:
    """ParamsError where this machine lacks what the params ask for; asked before any work, in well under a second."""
    from daybreak.tuning import search

    machine.demand(night.params.training)
    _demand_provider(night.params.exporting)
    _demand_metric(night.params.training.metric, night.params.model.recipe)
    targets.require(night.params.tracking.report_to)
    search.check(night.params.model, night.params.training, night.params.tuning)
    if founding.lays(night):
        _demand_one_layout(night)


def _demand_one_layout(night: Night) -> None:
    """A new encoder is laid out once, before the sweep: every trial begins from it."""
    for key in night.params.tuning.space:
        if key.startswith("model.config.") or key in ("model.base", "max_length"):
            found = f"tuning.space.{key} draws sizes of an encoder that is laid out before the sweep"
            raise ParamsError(found, "keys of training, max_length apart", "Remove it; compare sizes by a night each")


def _demand_provider(exporting: ExportingParams) -> None:
    """What ships is judged where it serves, so the GPU must be here; INT8 has operators that only processors have."""
    if exporting.provider == "cpu":
        return
    if exporting.ship == "onnx-int8":
        found = "exporting.provider is cuda, and exporting.ship is onnx-int8, which is for processors"
        raise ParamsError(found, "onnx-fp32 or onnx-fp16", "Set exporting.ship to one of them, or provider to cpu")
    if machine.driven() == 0:
        found = "exporting.provider is cuda, and NVIDIA's driver finds no GPU"
        raise ParamsError(found, "a GPU with its driver", "Set exporting.provider to cpu")


def _demand_metric(metric: str, recipe: str) -> None:
    from daybreak import recipes

    known = {*recipes.find(recipe).METRICS, "loss"}
    if metric and metric not in known:
        found = f"training.metric is {metric!r}, which {recipe} does not measure"
        raise ParamsError(
            found, f"one of {', '.join(sorted(known))}", "Set training.metric to one of them, or to nothing"
        )


def demand_single_labels(dataset: DatasetRef) -> None:
    """DataError for rows with several labels: they can be learned, and are neither exported nor judged yet."""
    import pyarrow.parquet as pq

    values = pq.read_table(dataset.split("train"), columns=["label"]).column("label").to_pylist()
    listed = sum(str(value).startswith("[") and value not in dataset.labels for value in values)
    if listed:
        found = f"{listed} rows of the train split have several labels"
        raise DataError(found, "one label a row, which is what can be judged and released", "Choose one label a row")


def generates(night: Night) -> bool:
    """Whether the project's model writes text and is released: then it is also held against its untuned base."""
    from daybreak import recipes

    recipe = night.params.model.recipe
    return recipes.find(recipe).BASE == "decoder" and recipes.releasable(recipe)


def demand_judgeable(night: Night, dataset: DatasetRef) -> None:
    """DataError or ParamsError for what would keep gates from judging, said before anything is trained.

    That is a test split of one label, golden cases or a release set that cannot be read, and a label in
    gates.quality.critical that the data does not have.
    """
    import pyarrow.parquet as pq

    from daybreak.data.held_out import golden, release_set

    golden.load(night.project.root)
    if frozen := night.params.split.release_set:
        release_set.load(night.project.root, frozen)
    if night.params.model.recipe != "classify":
        return
    unknown = sorted({*night.params.gates.quality.critical} - {*dataset.labels})
    if unknown:
        found = f"gates.quality.critical names {unknown[0]!r}, which is no label of data version {dataset.version}"
        raise ParamsError(found, f"one of {', '.join(dataset.labels)}", "Name another label, or take it out")
    path = dataset.split("test")
    if not path.is_file():
        raise DataError(f"{path} is missing", "a test split, or nothing can be judged", "Run dvc repro")
    labels = {str(each) for each in pq.read_table(path, columns=["label"]).column("label").unique().to_pylist()}
    if len(labels) < 2:
        found = f"the test split holds {'only the label ' + repr(labels.pop()) if labels else 'no rows'}"
        raise DataError(found, "rows of at least two labels", "Add rows, or change split.ratios in params.yaml")


def writes(night: Night) -> bool:
    """Whether the project's model is trained and measured, but not one that is exported and released."""
    from daybreak import recipes

    return not recipes.releasable(night.params.model.recipe)


def demand_releasable(night: Night) -> None:
    """ParamsError for a recipe whose models cannot be exported, judged and released."""
    recipe = night.params.model.recipe
    if writes(night):
        found = f"model.recipe is {recipe}, whose models can be trained and measured, but not released"
        raise ParamsError(found, "classify or generate", f"Run daybreak run train-model --project {night.project.name}")
