"""The `training` section of params.yaml."""

from typing import Literal

from pydantic import Field, model_validator

from daybreak.records import Record

CHECKPOINTS = "checkpoints"
"""Below the cache: a folder for each training that is under way, or was killed."""


class AdapterParams(Record):
    """Low-rank adaptation (Hu et al., 2021): only small matrices beside the frozen base are learned, then merged.

    `bits` loads the frozen base in 8 or 4 bits (QLoRA, Dettmers et al., 2023), which needs a GPU with bitsandbytes.
    """

    kind: Literal["none", "lora"] = "none"
    rank: int = Field(default=8, ge=1)
    alpha: float = Field(default=16.0, gt=0, description="scale of the adaptation, over `rank`")
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: tuple[str, ...] = Field(default=(), description="layers by the end of their names; none: every linear one")
    bits: Literal[4, 8, 16, 32] = 32

    @model_validator(mode="after")
    def _bits_need_an_adapter(self) -> "AdapterParams":
        if self.kind == "none" and self.bits < 16:
            raise ValueError("a base in 4 or 8 bits cannot be trained itself: set adapter.kind to lora")
        return self


class CheckpointParams(Record):
    """When a training writes down where it is: every so many steps (0: only at the end of an epoch)."""

    every_steps: int = Field(default=200, ge=0)
    keep_last: int = Field(default=2, ge=1)


class TrainingParams(Record):
    """How one model is fitted. Lengths in tokens, batch size in rows, warm-up as a share of all steps."""

    learning_rate: float = Field(default=1e-3, gt=0, lt=1)
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    epochs: float = Field(default=2.0, gt=0, le=1000)
    batch_size: int = Field(default=32, ge=1, description="rows that are in memory at once, on all processes together")
    accumulation: int = Field(default=1, ge=1, description="batches whose gradients make one step")
    max_length: int = Field(default=160, ge=8)
    packing: bool = Field(default=False, description="texts share a row of a batch, without reading each other")
    dropout: float = Field(default=0.2, ge=0, lt=1)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    class_weights: Literal["none", "balanced"] = "none"
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)
    frozen: tuple[str, ...] = Field(default=(), description="weights that are not learned, by the start of their names")
    adapter: AdapterParams = AdapterParams()
    patience: int = Field(default=0, ge=0, description="epochs without gain after which training stops; 0: never")
    metric: str = Field(default="", description="what gain is measured by, of the recipe's; empty: its first")
    seed: int = Field(default=17, ge=0)
    seeds: int = Field(default=1, ge=1, le=20, description="trainings of the winner, of which the median one ships")
    threads: int = Field(default=1, ge=1, description="CPU threads; part of what makes two runs bit-identical")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    gradient_checkpointing: bool = False
    compile: bool = False
    spread: Literal["none", "ddp", "fsdp", "tensor", "deepspeed"] = "none"
    processes: int = Field(default=1, ge=1, description="how many `spread` runs on; with none, one")
    checkpoints: CheckpointParams = CheckpointParams()
    spike: float = Field(
        default=0.0, ge=0, description="stop where loss exceeds its recent mean so many times; 0: never"
    )
    detect_anomaly: bool = Field(default=False, description="name the operation that a NaN came from; twice as slow")

    @model_validator(mode="after")
    def _processes_are_spread_on(self) -> "TrainingParams":
        if (self.spread == "none") != (self.processes == 1):
            raise ValueError(f"spread is {self.spread} with {self.processes} processes: set both, or neither")
        return self
