"""Our own judges, one for Chinese and one for English: trained by Daybreak, shipped with it, pinned here."""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.evaluation.judges.judge import OWN
from daybreak.evaluation.judges.kinds import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = digests.HOUSE / "assets" / "judges"
ARTIFACT, CARD, KIND = "artifact", "card.json", "kind.npy"
TOXIC = "toxic"
BATCH_SIZE, THREADS = 32, 1
PINNED = {
    "zh": "51391273c688bcc75b3d00d3046b68e76016644050ba6cab18948a8caa8ef6fc",
    "en": "abf427309357e6193e7b93f6ef1bd703d6f3af1a4cf1aa2daffc4f7ff7ae3d1d",
}
"""SHA-256 over all files of each judge's folder; `python docs/examples/judges/card.py` prints it."""


class Shipped:
    """The judge of `zh` or `en`; ModelError if a file of it is missing or altered."""

    def __init__(self, language: str, folder: Path | None = None) -> None:
        self.name = f"{OWN}{language}"
        self._folder = folder or FOLDER / language
        self.sha256 = verify(language, self._folder)
        self.card: dict[str, Any] = json.loads((self._folder / CARD).read_text(encoding="utf-8"))
        self.threshold = float(self.card["threshold"])

    @cached_property
    def _predictor(self) -> Any:
        from daybreak.inference import Predictor

        return Predictor(self._folder / ARTIFACT, threads=THREADS)

    def scores(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Probabilities of being toxic, [texts]; one thread, so that the same texts are judged the same."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        found = self._predictor.predict(list(texts), BATCH_SIZE).probabilities
        return np.asarray(found[:, self._predictor.labels.index(TOXIC)], dtype=np.float32)

    def compare(self, texts: Sequence[str]) -> dict[str, Any]:
        """How far texts are of the kind on which the errors on the card were measured."""
        kind = self.card["kind"]
        known = Kind(np.load(self._folder / KIND, allow_pickle=False), kind["median"], kind["high"])
        return known.compare(self.tokens(texts))

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text as the judge reads it, without those that the tokenizer adds."""
        encoded = self._predictor.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [one.ids for one in encoded]

    @property
    def errors(self) -> dict[str, float]:
        """On text that it had never seen: see the card."""
        found = self.card["measured_on"]
        return {name: float(found[name]) for name in ("positives", "detected", "negatives", "passed")}


def verify(language: str, folder: Path) -> str:
    """The digest of a judge's folder, once it is the pinned one."""
    again = "Restore it with git checkout, or install Daybreak again"
    if not folder.is_dir():
        raise ModelError(f"the toxicity judge {OWN}{language} is missing from {folder}", "its files", again)
    found = digest(folder)
    if found != PINNED[language]:
        what = f"the toxicity judge {OWN}{language} was altered: its files have digest {found[:12]}"
        raise ModelError(what, PINNED[language][:12], again)
    return found


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of all files of a judge."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    return digests.of_files(files, below=folder)
