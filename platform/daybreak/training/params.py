"""The `training` section of params.yaml."""

from pydantic import Field

from daybreak.records import Record


class TrainingParams(Record):
    """How one model is fitted. Lengths in tokens, batch size in rows, warm-up as a share of all steps."""

    learning_rate: float = Field(default=1e-3, gt=0, lt=1)
    epochs: float = Field(default=2.0, gt=0, le=1000)
    batch_size: int = Field(default=32, ge=1)
    max_length: int = Field(default=160, ge=8)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)
    seed: int = Field(default=17, ge=0)
    threads: int = Field(default=1, ge=1, description="CPU threads; part of what makes two runs bit-identical")
