"""The `tuning` section of params.yaml: how the sweep searches, with what, how long, and in which nights."""

from typing import Literal

from pydantic import Field, model_validator

from daybreak.records import Record

Value = float | int | str


class Range(Record):
    """One dimension of the search space: `low` and `high` of a draw between them, or `values` of a choice.

    With `when`, it is drawn only in trials where other dimensions, chosen among `values`, have these very values.
    """

    draw: Literal["uniform", "loguniform", "integer", "choice"]
    low: float | None = None
    high: float | None = None
    values: tuple[Value, ...] = ()
    when: dict[str, Value] = Field(default={})

    @model_validator(mode="after")
    def _is_drawable(self) -> "Range":
        if self.draw == "choice":
            if not self.values:
                raise ValueError("a choice needs `values`")
        elif self.values:
            raise ValueError("`values` belong to a choice; give `low` and `high`")
        elif self.low is None or self.high is None or not self.low < self.high:
            raise ValueError("`low` must be below `high`")
        elif self.draw == "loguniform" and self.low <= 0:
            raise ValueError("`low` of a loguniform range must be above 0")
        elif self.draw == "integer" and (self.low % 1 or self.high % 1):
            raise ValueError("`low` and `high` of an integer range must be whole numbers")
        return self


class BudgetParams(Record):
    """What a sweep may use before it stops with what it has, killed and restarted ones included; null: no end to it."""

    minutes: float | None = Field(default=None, gt=0, description="wall clock")
    gpu_hours: float | None = Field(default=None, gt=0, description="of all trials together")
    cost: float | None = Field(default=None, gt=0, description="money, by the prices below")


class TuningParams(Record):
    """`trials` runs over `fraction` of the training rows, at most `epochs` long, thinned from `grace` on.

    `metric` is one of the recipe's, or `loss`; empty: the recipe's first. No `trials`, or no `space`, and the winner is
    trained with the params as they are.
    """

    when: Literal["always", "weekly", "on_drift", "never"] = "always"
    max_drift: float = Field(default=0.1, gt=0, le=1, description="on_drift: change of labels or texts since the sweep")
    trials: int = Field(default=6, ge=0)
    fraction: float = Field(default=0.3, gt=0, le=1)
    epochs: float = Field(default=1.0, gt=0)
    grace: float = Field(default=0.4, gt=0)
    reduction: int = Field(default=2, ge=2)
    metric: str = ""
    search: Literal["tpe", "random", "bohb"] = "tpe"
    scheduler: Literal["asha", "hyperband", "median", "pbt", "none"] = "asha"
    seed: int = Field(default=17, ge=0)
    retries: int = Field(default=1, ge=0, description="how often a trial that broke begins again")
    cpus_per_trial: int = Field(default=1, ge=1, description="CPUs, and threads, of a trial")
    gpus_per_trial: float | None = Field(
        default=None, ge=0, description="null: 1 where there is one; 0.25: four share one"
    )
    at_once: int = Field(default=0, ge=0, description="trials at one time; 0: as many as CPUs and GPUs allow")
    budget: BudgetParams = BudgetParams()
    price_per_gpu_hour: float = Field(default=0.0, ge=0)
    price_per_cpu_hour: float = Field(default=0.0, ge=0)
    space: dict[str, Range] = Field(default={})

    @model_validator(mode="after")
    def _rungs_fit(self) -> "TuningParams":
        if self.grace > self.epochs:
            raise ValueError(f"grace ({self.grace} epochs) is longer than a trial ({self.epochs} epochs)")
        return self

    @model_validator(mode="after")
    def _gpus_are_whole_or_shared(self) -> "TuningParams":
        gpus = self.gpus_per_trial
        if gpus and gpus > 1 and gpus % 1:
            raise ValueError(f"gpus_per_trial is {gpus:g}: a trial has whole GPUs, or a share of one")
        return self

    @model_validator(mode="after")
    def _cost_has_a_price(self) -> "TuningParams":
        if self.budget.cost and not (self.price_per_gpu_hour or self.price_per_cpu_hour):
            raise ValueError("budget.cost needs price_per_gpu_hour or price_per_cpu_hour")
        return self

    @model_validator(mode="after")
    def _conditions_can_hold(self) -> "TuningParams":
        for key, drawn in self.space.items():
            for other, value in drawn.when.items():
                if other not in self.space:
                    raise ValueError(f"space.{key}.when names {other}, which is not in the space")
                if value not in self.space[other].values:
                    raise ValueError(f"space.{key}.when wants {other} to be {value!r}, which it never is")
        _in_order(self.space)
        return self

    @property
    def searches(self) -> bool:
        """Whether there is anything to search: without trials, or a space, a sweep is simply a training."""
        return bool(self.trials and self.space)

    @property
    def ordered(self) -> dict[str, Range]:
        """The space with every dimension behind those that it hangs on."""
        return {key: self.space[key] for key in _in_order(self.space)}


def _in_order(space: dict[str, Range]) -> list[str]:
    placed: list[str] = []
    while len(placed) < len(space):
        free = [key for key, drawn in space.items() if key not in placed and set(drawn.when) <= set(placed)]
        if not free:
            left = ", ".join(sorted(set(space) - set(placed)))
            raise ValueError(f"space: the conditions of {left} hang on each other")
        placed += free
    return placed
