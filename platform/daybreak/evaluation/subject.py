"""What is measured: one artifact on one dataset, with what it was exported from. Loads each part once, when asked."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from daybreak import digests
from daybreak.errors import DataError, EvidenceMismatch, ModelError
from daybreak.evaluation.judges.params import JudgeParams
from daybreak.inference import LABELS, Predictions, Predictor
from daybreak.records import ArtifactRef, DatasetRef, ModelRef

if TYPE_CHECKING:
    import pandas as pd

    from daybreak.inference.generator import Generator

SPLITS: tuple[Literal["train", "validation", "test"], ...] = ("train", "validation", "test")

BATCH_SIZE = 32
THREADS = 1
"""Of every measuring session: one thread sums in one order, so the same artifact answers the same to the last bit."""


@dataclass(frozen=True)
class Subject:
    """`model` and `twin` are None for a champion, of which only answers are measured.

    `learned` is a Parquet file with the rows a model was trained on (`id, text`), None where that is not known, and
    `inherited` are those of the champions that it was trained on from; `base` is a folder with what the untuned base of
    a language model expects of the test rows.
    """

    artifact: ArtifactRef
    dataset: DatasetRef
    model: ModelRef | None
    twin: ArtifactRef | None
    learned: Path | None = None
    inherited: tuple[Path | None, ...] = ()
    judges: tuple[JudgeParams, ...] = ()
    base: Path | None = None

    @classmethod
    def of(
        cls, artifact: ArtifactRef, dataset: DatasetRef, model: ModelRef | None, twin: ArtifactRef | None
    ) -> "Subject":
        """Raises ModelError if the artifact answers with other labels than the dataset has."""
        subject = cls(artifact, dataset, model, twin, dataset.split("train"))
        if not subject.shares_labels:
            found = f"the artifact answers {list(subject.predictor.labels)}"
            raise ModelError(found, f"the dataset's labels {list(dataset.labels)}", "Train on this data version")
        return subject

    @cached_property
    def predictor(self) -> Predictor:
        return Predictor.of(self.artifact, threads=THREADS)

    @cached_property
    def generator(self) -> "Generator":
        from daybreak.inference.generator import Generator

        return Generator.of(self.artifact, threads=THREADS)

    @cached_property
    def recipe(self) -> str:
        """The kind of model that the artifact says it is."""
        try:
            described = json.loads((self.artifact.path / LABELS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            described = {}  # whoever opens it will say what is wrong with it
        return str(described.get("recipe", "classify"))

    @property
    def shares_labels(self) -> bool:
        """Whether the artifact answers with the labels that the dataset has, in whatever order."""
        return self.recipe == "generate" or sorted(self.predictor.labels) == sorted(self.dataset.labels)

    @property
    def shared_labels(self) -> tuple[str, ...]:
        """The dataset's labels that the artifact knows too: all of them, unless a new series of labels began."""
        return tuple(label for label in self.dataset.labels if label in self.predictor.labels)

    def verify_data(self) -> None:
        """EvidenceMismatch unless the splits are those that the dataset's digest names; DataError if one is missing."""
        files = [self.dataset.split(name) for name in SPLITS]
        try:
            found = digests.of_files(files, below=self.dataset.path / "split")
        except FileNotFoundError as error:
            raise DataError(f"{error.filename} is missing", "all three splits", "Run dvc repro") from None
        if found != self.dataset.digest:
            changed = f"the splits in {self.dataset.path} changed under the night: they have digest {found[:12]}"
            expected = f"{self.dataset.digest[:12]}, data version {self.dataset.version}"
            raise EvidenceMismatch(changed, expected, "Leave the data alone while a night runs, then run again")

    @cached_property
    def test(self) -> "pd.DataFrame":
        """The test split, less rows whose label the artifact cannot know: `id, text, label` and what else there is."""
        rows = self.rows("test")
        return rows if self.shares_labels else rows[rows["label"].astype(str).isin(self.shared_labels)]

    @cached_property
    def texts(self) -> list[str]:
        return [str(text) for text in self.test["text"]]

    @cached_property
    def predictions(self) -> Predictions:
        """The artifact's answers to the test split."""
        return self.predictor.predict(self.texts, BATCH_SIZE)

    def rows(self, split: Literal["train", "validation", "test"]) -> "pd.DataFrame":
        """A split, in its own order; DataError if it is missing, empty, lacks a column or repeats an id."""
        import pandas as pd

        path = self.dataset.split(split)
        try:
            frame = pd.read_parquet(path)
        except FileNotFoundError:
            raise DataError(f"{path} is missing", f"the {split} split", "Run dvc repro") from None
        absent = [name for name in ("id", "text", "label") if name not in frame.columns]
        if absent or frame.empty or frame["id"].duplicated().any():
            found = f"{path} has {len(frame)} rows and columns {list(frame.columns)}"
            raise DataError(found, "rows with a distinct id, text and label", "Run dvc repro")
        return frame
