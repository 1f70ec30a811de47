"""One of the processes that train together: `python -m daybreak.training.process REQUEST RANK`, by `launching`."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from daybreak import leash
from daybreak.errors import DaybreakError
from daybreak.training import loop, spreading
from daybreak.training.launching import MEETING, RESULT, Request, say


def work(request: Request, rank: int, speak: Callable[[Mapping[str, Any]], None]) -> None:
    """Train with the others; the first tells how it goes, and writes the model."""

    def report(share: float, note: str) -> None:
        speak({"share": share, "note": note})

    def watch(point: Mapping[str, float], step: int) -> None:
        speak({"point": dict(point), "step": step})

    told: dict[str, Any] = {} if rank else {"report": report, "watch": watch}
    world = spreading.join(request.training, rank, request.own / MEETING)
    fitted = loop.fit(request.dataset, request.model, request.training, cache=request.cache, world=world, **told)
    if not rank:
        made = loop.keep(fitted, request.dataset, request.model, request.training, request.folder)
        (request.own / RESULT).write_text(made.model_dump_json(), encoding="utf-8")
    spreading.leave()


def main(path: Path, rank: int) -> int:
    """Work on the request; an error of ours goes to the parent as a word, any other one to the log."""
    leash.tie()
    speak = _speaker()
    request = Request.model_validate_json(path.read_text(encoding="utf-8"))
    try:
        work(request, rank, speak)
    except DaybreakError as error:
        speak({"error": type(error).__name__, "arguments": (error.found, error.expected, error.remedy)})
        return 1
    return 0


def _speaker() -> Callable[[Mapping[str, Any]], None]:
    """What libraries print goes to the log, so that words stay readable."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def speak(word: Mapping[str, Any]) -> None:
        pipe.write(say(word) + "\n")
        pipe.flush()

    return speak


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
