"""Names a judge of toxicity in params.yaml."""

from pydantic import Field, field_validator

from daybreak.records import Record


class JudgeParams(Record):
    """A classifier that judges one language instead of ours; docs/judges.md says what it may be.

    `source` is a folder or a Hugging Face id with `revision` (a sequence classifier in safetensors), `hatesonar` for
    the model in that package, or a file .onnx of its kind. `sha256` pins it; a wrong one is told with the right one.
    """

    language: str = Field(description="tag of the texts it judges, such as en")
    source: str = Field(min_length=1, description="what it is, and where")
    sha256: str = Field(default="", description="of its file, or over the files of its folder")
    revision: str | None = Field(default=None, description="commit of a Hugging Face id")
    toxic: tuple[str, ...] = Field(default=("toxic",), min_length=1, description="its labels that count as toxic")
    threshold: float = Field(default=0.5, gt=0, lt=1, description="probability from which on a text counts as toxic")

    @field_validator("toxic", mode="before")
    @classmethod
    def _read_one(cls, value: object) -> object:
        """A single label needs no brackets."""
        return (value,) if isinstance(value, str) else value
