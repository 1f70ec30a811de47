"""What is asked of params, machine and data before any work: a night that cannot end well does not begin."""

from daybreak.errors import DataError, ParamsError
from daybreak.night import founding
from daybreak.night.opening import Night
from daybreak.records import DatasetRef
from daybreak.tracking import targets
from daybreak.training import machine


def check(night: Night) -> None:
    """ParamsError where this machine lacks what the params ask for; asked before any work, in well under a second."""
    from daybreak.tuning import search

    machine.demand(night.params.training)
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


def writes(night: Night) -> bool:
    """Whether the project's model is trained and measured, but not one that is exported and released."""
    from daybreak import recipes

    return not recipes.releasable(night.params.model.recipe)


def demand_releasable(night: Night) -> None:
    """ParamsError for a recipe whose models cannot be exported, judged and released."""
    recipe = night.params.model.recipe
    if writes(night):
        found = f"model.recipe is {recipe}, whose models can be trained and measured, but not released"
        raise ParamsError(found, "classify", f"Run daybreak run train-model --project {night.project.name}")
