"""The `model` section of params.yaml: which recipe, on which base."""

from daybreak.records import Record


class ModelParams(Record):
    """`base` is a Hugging Face id, a local folder, `daybreak/<name>` for a model that ships with Daybreak, or `scratch`."""

    recipe: str = "classify"
    base: str = "daybreak/zh-mini"
    revision: str | None = None
    config: dict[str, int | float | str] = {}
