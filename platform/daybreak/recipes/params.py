"""The `model` section of params.yaml: which recipe, on which base."""

from pydantic import Field

from daybreak.records import Record


class ModelParams(Record):
    """What is trained, and where its weights start.

    `base` is a local folder, `daybreak/<name>` for a model that ships with Daybreak, a Hugging Face id (then `revision`
    is the full hash of one commit), `modelscope:owner/name` (then a commit or a tag), `champion` to go on from the
    model that is released, or `scratch` (then `config` holds the keys of a transformers `BertConfig`).
    """

    recipe: str = "classify"
    base: str = "daybreak/zh-mini"
    revision: str | None = None
    config: dict[str, int | float | str] = Field(default={})
