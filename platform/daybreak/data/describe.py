"""Stage describe: counts, leakage and the naive score beside the honest one, as a page and as JSON."""

from pydantic import Field

from daybreak.records import Record


class DescribeParams(Record):
    """How many examples the page shows of each thing, and the seed of the naive split."""

    examples: int = Field(default=5, ge=0)
    seed: int = Field(default=17, ge=0)
