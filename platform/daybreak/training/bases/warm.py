"""A night that goes on from the champion: which torch model that is, and when a night may not go on from it."""

import json
from pathlib import Path
from typing import Any

from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import Champion, DatasetRef
from daybreak.training.bases import base

COLD = "Begin once from another base, such as -p model.base=daybreak/zh-mini"


def begin(model: ModelParams, champion: Champion | None, runs: Path, dataset: DatasetRef) -> ModelParams:
    """The model with the folder of the champion's torch model as its base, `revision` its version.

    `runs` holds what nights recorded. A champion that was itself trained on this data is not gone on from, but trained
    again from where it began: the same night twice must be the same night. ModelError where there is no champion, and
    where its torch model is not here.
    """
    if champion is None:
        raise ModelError("model.base is champion, and there is none yet", "a model that was released", COLD)
    trained = _read(runs / champion.run_id / "results.json")
    if not trained:
        found = f"model.base is champion, and night {champion.run_id} of version {champion.version} left no torch model"
        raise ModelError(found, "a champion that was trained here", COLD)
    place, revision = Path(trained["model"]["path"]), f"version {champion.version}"
    if trained["dataset"]["digest"] == dataset.digest and _began_warm(runs / champion.run_id):
        first = trained["model"]["base"]
        if Path(first["source"]).is_dir():
            place, revision = Path(first["source"]), first["revision"]
    if not (place / "manifest.json").is_file():
        found = f"model.base is champion, and the torch model of version {champion.version} is not in {place} any more"
        raise ModelError(found, "the files of its training", COLD)
    return model.model_copy(update={"base": str(place), "revision": revision})


def _began_warm(run: Path) -> bool:
    return bool(_read(run / "params.json").get("model", {}).get("base") == base.CHAMPION)


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
