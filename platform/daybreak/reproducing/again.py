"""Trains, exports and measures what a request describes, with whichever Daybreak this Python imports.

Started as a file by the Python of a commit of the past, whose modules it asks; so it may use only what they have all
had. It says how far it is in lines of JSON, and leaves answer.json in the request's folder.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ANSWER = "answer.json"
ROOMS = ("recipes", "training", "exporting", "evaluation")

Say = Callable[[str, float, str], None]


def run(request: dict[str, Any], say: Say) -> dict[str, Any]:
    """Train the winner again, and export and measure it where the run did; gives plain values of what came out."""
    from daybreak import digests
    from daybreak.records import DatasetRef

    dataset, folder = _known(DatasetRef, request["dataset"]), Path(request["folder"])
    model = _train(dataset, request, folder, partial(say, "train"))
    answer: dict[str, Any] = {"model": model.model_dump(mode="json"), "metrics": model.metrics, "shipped": None}
    answer["code"] = {f"code of {room}": digests.of_code(room) for room in ROOMS}
    if request["exporting"] is not None:
        shipped = _export(dataset, model, request, folder, partial(say, "export"))
        answer["shipped"] = shipped.model_dump(mode="json")
        answer["metrics"] = _measure(shipped, dataset, folder, partial(say, "evaluate"))
    return answer


def _known(kind: Any, values: dict[str, Any]) -> Any:
    """A record of values that a later Daybreak wrote down, with more of them perhaps."""
    return kind(**{name: value for name, value in values.items() if name in kind.model_fields})


def _train(dataset: Any, request: dict[str, Any], folder: Path, report: Any) -> Any:
    from daybreak.recipes.params import ModelParams
    from daybreak.training.params import TrainingParams
    from daybreak.tuning import space

    model = _section(request, "model", ModelParams)
    training = space.apply(_section(request, "training", TrainingParams), request["best"])
    if hasattr(space, "apply_model"):
        model = space.apply_model(model, request["best"])
    (folder / "train").mkdir()
    return _trainer()(dataset, model, training, folder / "train", cache=folder / "cache", report=report)


def _trainer() -> Any:
    try:
        from daybreak.training import winner
    except ImportError:
        from daybreak.training import loop

        return loop.train
    return winner.train


def _export(dataset: Any, model: Any, request: dict[str, Any], folder: Path, report: Any) -> Any:
    from daybreak import exporting
    from daybreak.data import tables
    from daybreak.exporting.params import ExportingParams

    texts = tables.read(dataset.split("validation"))["text"].head(request["texts"]).tolist()
    params = _section(request, "exporting", ExportingParams)
    stated = _provenance(request.get("provenance") or {})
    return exporting.export(model, params, texts, folder / "export", report, **stated).shipped


def _provenance(said: dict[str, Any]) -> dict[str, Any]:
    """What the run's manifest stated, as an argument; none where neither it nor its Daybreak knew of it."""
    try:
        from daybreak.exporting.provenance import Provenance
    except ImportError:
        return {}
    return {"provenance": _known(Provenance, said)} if said else {}


def _measure(shipped: Any, dataset: Any, folder: Path, report: Any) -> Any:
    """The metrics of the task alone: latency is another one each time."""
    from daybreak import evaluation

    return evaluation.measure(shipped, dataset, folder / "evaluate", report=report).metrics


def _section(request: dict[str, Any], name: str, kind: Any) -> Any:
    from daybreak.errors import ParamsError

    try:
        return kind(**request[name])
    except ValueError as error:
        reason = " ".join(str(error).split())
        found = f"the section {name} that run {request['run']} recorded cannot be read: {reason}"
        raise ParamsError(found, "params of that run's Daybreak", "See its params.json") from None


def _demand(code: str) -> None:
    """A Daybreak that is found elsewhere is not the commit's."""
    import daybreak

    places = [str(Path(place).resolve()) for place in daybreak.__path__]
    if places != [str(Path(code).resolve())]:
        raise SystemExit(f"daybreak was imported from {places}, not from {code}")


def main() -> None:
    """Answer the request whose file is the argument; an error of ours is said in a line, and ends with status 1."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    _demand(request["code"])
    from daybreak.errors import DaybreakError

    def say(step: str, share: float, note: str) -> None:
        _print({"step": step, "share": share, "note": note})

    try:
        answer = run(request, say)
    except DaybreakError as error:
        _print({"error": type(error).__name__, "arguments": list(error.args)})
        sys.exit(1)
    (Path(request["folder"]) / ANSWER).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _print(word: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
