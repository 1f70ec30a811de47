"""The `tuning` section of params.yaml: how the sweep searches."""

from typing import Literal

from pydantic import Field, model_validator

from daybreak.records import Record


class Range(Record):
    """One dimension of the search space: `low` and `high` of a draw between them, or `values` of a choice."""

    draw: Literal["uniform", "loguniform", "integer", "choice"]
    low: float | None = None
    high: float | None = None
    values: tuple[float | int | str, ...] = ()

    @model_validator(mode="after")
    def _is_drawable(self) -> "Range":
        if self.draw == "choice":
            if not self.values:
                raise ValueError("a choice needs `values`")
        elif self.low is None or self.high is None or not self.low < self.high:
            raise ValueError("`low` must be below `high`")
        elif self.draw == "loguniform" and self.low <= 0:
            raise ValueError("`low` of a loguniform range must be above 0")
        return self


class TuningParams(Record):
    """`trials` runs over `fraction` of the training rows, at most `epochs` long; ASHA thins them from `grace` on.

    `metric` is one of the recipe's. No `trials`, or no `space`, and the winner is trained with the params as they are.
    """

    trials: int = Field(default=6, ge=0)
    fraction: float = Field(default=0.3, gt=0, le=1)
    epochs: float = Field(default=1.0, gt=0)
    grace: float = Field(default=0.4, gt=0)
    reduction: int = Field(default=2, ge=2)
    metric: str = "accuracy"
    seed: int = Field(default=17, ge=0)
    space: dict[str, Range] = Field(default={})

    @model_validator(mode="after")
    def _rungs_fit(self) -> "TuningParams":
        if self.grace > self.epochs:
            raise ValueError(f"grace ({self.grace} epochs) is longer than a trial ({self.epochs} epochs)")
        return self
