"""Stage dedupe: collapse exact repeats, set contradictions aside, cluster near-duplicates."""

from typing import Literal

from pydantic import Field

from daybreak.records import Record


class DedupeParams(Record):
    """`threshold` is exact Jaccard over the set of character 3-grams."""

    threshold: float = Field(default=0.8, gt=0, le=1)
    near: Literal["keep", "drop"] = "keep"
