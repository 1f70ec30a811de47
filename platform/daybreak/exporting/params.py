"""The `exporting` section of params.yaml: which artifact ships."""

from typing import Literal

from pydantic import Field, model_validator

from daybreak.records import Record


class ExportingParams(Record):
    """`ship` names the one artifact that is judged and becomes champion; `provider` is where it is judged and serves.

    `triton` writes a model repository for Triton beside it; `tensorrt` makes that ask for TensorRT, on a GPU.
    """

    ship: Literal["onnx-int8", "onnx-fp32", "onnx-fp16"] = "onnx-int8"
    provider: Literal["cpu", "cuda"] = "cpu"
    triton: bool = False
    tensorrt: bool = False
    opset: int = Field(default=17, ge=14, le=21)

    @model_validator(mode="after")
    def _tensorrt_has_a_place(self) -> "ExportingParams":
        if self.tensorrt and not (self.triton and self.provider == "cuda"):
            raise ValueError("tensorrt needs triton and provider cuda: it stands in the config of a model on a GPU")
        return self
