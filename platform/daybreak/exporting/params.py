"""The `exporting` section of params.yaml: which artifact ships."""

from typing import Literal

from pydantic import Field

from daybreak.records import Record


class ExportingParams(Record):
    """`ship` names the one artifact that is judged and becomes champion."""

    ship: Literal["onnx-int8", "onnx-fp32", "onnx-fp16"] = "onnx-int8"
    opset: int = Field(default=17, ge=14, le=21)
