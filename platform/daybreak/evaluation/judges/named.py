"""Judges that a project brings: a Hugging Face classifier, hatesonar's model or one of its kind; pinned by hash."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from daybreak import digests
from daybreak.errors import ModelError, ParamsError
from daybreak.evaluation.judges.judge import Judge
from daybreak.evaluation.judges.params import JudgeParams

if TYPE_CHECKING:
    from numpy.typing import NDArray

HATESONAR = "hatesonar"
SONAR_LABELS = {"0": "hate_speech", "1": "offensive_language", "2": "neither"}
"""What hatesonar's three outputs mean; it ships numbers."""

FILES = ("*.safetensors", "*.json", "*.txt", "*.model")
BATCH_SIZE, MAX_LENGTH = 32, 512


def open_judge(params: JudgeParams) -> Judge:
    """The judge that params name. Raises ModelError where it is not there, not the pinned one, or not a classifier of
    the labels that params call toxic, and ParamsError where nothing pins it.
    """
    place = _locate(params)
    found = digests.of_file(place) if place.is_file() else digests.of_files(_files(place), below=place)
    where = f"gates.toxicity.judges: the judge {params.source} of {params.language}"
    if not params.sha256:
        raise ParamsError(f"{where} has no sha256", "one that pins it", f"Set sha256: {found}")
    if params.sha256 != found:
        raise ModelError(f"{where} has digest {found[:12]}", params.sha256[:12], "Fetch what you pinned, or pin this")
    return _Strings(params, place) if place.is_file() else _Transformer(params, place)


class _Named:
    """What all of them share: nobody has counted their errors, so only rows that people reviewed can calibrate them."""

    errors = None

    def __init__(self, params: JudgeParams) -> None:
        self.name, self.sha256, self.threshold = params.source, params.sha256, params.threshold

    def compare(self, texts: Sequence[str]) -> None:
        """Nothing is known of the text that it learned from."""


class _Strings(_Named):
    """An ONNX model that reads strings and answers a probability for each label, as scikit-learn's exports do."""

    def __init__(self, params: JudgeParams, path: Path) -> None:
        from daybreak.inference import StringClassifier

        super().__init__(params)
        self._model = StringClassifier(path)
        wanted = [number for number, name in SONAR_LABELS.items() if name in params.toxic]
        self._toxic = wanted if params.source == HATESONAR else list(params.toxic)

    def scores(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Probabilities of its toxic labels together, [texts]."""
        found = self._model.probabilities(texts)
        strange = sorted(set(self._toxic) - set(found[0])) if found else []
        if strange or not self._toxic:
            raise _no_label(self.name, strange, list(SONAR_LABELS.values()) if not found else list(found[0]))
        return np.array([sum(each[label] for label in self._toxic) for each in found], dtype=np.float32)


class _Transformer(_Named):
    """A sequence classifier of transformers: softmax over its labels, or of several at once the likeliest toxic one."""

    def __init__(self, params: JudgeParams, folder: Path) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        super().__init__(params)
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True).eval()
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            what = "a sequence classifier in safetensors"
            raise ModelError(f"the judge {self.name} cannot be loaded: {reason}", what, "Name another one") from None
        known = {str(name): int(place) for place, name in self._model.config.id2label.items()}
        strange = [label for label in params.toxic if label not in known]
        if strange:
            raise _no_label(self.name, strange, list(known))
        self._toxic = [known[label] for label in params.toxic]
        self._several = self._model.config.problem_type == "multi_label_classification" or len(known) == 1

    def scores(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Probabilities of being toxic, [texts]."""
        import torch

        found = []
        for start in range(0, len(texts), BATCH_SIZE):
            batch = self._tokenizer(
                list(texts[start : start + BATCH_SIZE]),
                padding=True,
                truncation=True,
                max_length=MAX_LENGTH,
                return_tensors="pt",
            )
            with torch.no_grad():
                logits = self._model(**batch).logits
            if self._several:
                found.append(logits.sigmoid()[:, self._toxic].amax(dim=1))
            else:
                found.append(logits.softmax(dim=1)[:, self._toxic].sum(dim=1))
        return torch.cat(found).numpy() if found else np.zeros(0, dtype=np.float32)


def _locate(params: JudgeParams) -> Path:
    """The file or folder of a judge, fetched if it is a hub's."""
    if params.source == HATESONAR:
        spec = find_spec("hatesonar")
        if spec is None or not spec.submodule_search_locations:
            raise ModelError("the judge hatesonar is not installed", "its package", "pip install --no-deps hatesonar")
        return Path(spec.submodule_search_locations[0]) / "model" / "model.onnx"
    place = Path(params.source).expanduser()
    if place.exists():
        return place
    if not params.revision or params.source.count("/") != 1:
        expected = "a file .onnx, a folder, or a Hugging Face id with the revision of one commit"
        raise ModelError(f"the judge {params.source} is not there", expected, "Mend gates.toxicity.judges")
    return _fetch(params.source, params.revision)


def _fetch(name: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=list(FILES)))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"the judge {name} cannot be fetched: {reason}", "it", "Fetch it into a folder") from None


def _files(folder: Path) -> list[Path]:
    """What of a folder is read: weights, configuration and tokenizer; never a pickle."""
    return sorted(path for pattern in FILES for path in folder.glob(pattern) if path.is_file())


def _no_label(name: str, strange: Sequence[str], known: Sequence[str]) -> ModelError:
    found = f"the judge {name} has no label {strange[0]!r}" if strange else f"the judge {name} has no toxic label"
    return ModelError(found, f"some of {', '.join(known)}", "Mend its `toxic` in gates.toxicity.judges")
