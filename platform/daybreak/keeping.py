"""The `retention` section of params.yaml: how much of the past is kept."""

from pydantic import Field

from daybreak.records import Record


class RetentionParams(Record):
    """`nights` are those that trained or judged something; what was released is kept for good, whatever its age."""

    nights: int = Field(default=14, ge=1, description="nights kept in full: steps, trials, weights, reports")
