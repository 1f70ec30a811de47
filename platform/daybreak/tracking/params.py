"""The `tracking` section of params.yaml."""

from typing import Literal

from pydantic import Field

from daybreak.records import Record


class TrackingParams(Record):
    """Where the curves of a training are shown while it runs, besides MLflow."""

    report_to: tuple[Literal["tensorboard", "wandb"], ...] = Field(
        default=(), description="each needs its package; both write below the run's folder and send nothing anywhere"
    )
