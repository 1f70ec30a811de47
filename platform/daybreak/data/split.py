"""Stage split: train, validation and test, with no cluster on both sides of a boundary."""

from pydantic import Field, model_validator

from daybreak.records import Record


class Ratios(Record):
    """Shares of the rows; they sum to 1."""

    train: float = Field(default=0.7, gt=0, lt=1)
    validation: float = Field(default=0.2, gt=0, lt=1)
    test: float = Field(default=0.1, gt=0, lt=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> "Ratios":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train + validation + test is {total:g}, it must be 1")
        return self


class SplitParams(Record):
    """How rows are assigned; the seed enters the hash of each cluster."""

    ratios: Ratios = Ratios()
    seed: int = Field(default=17, ge=0)
