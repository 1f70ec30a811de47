"""The artifact is no larger than the place it is served from allows."""

from typing import Literal

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import conclude, counted
from daybreak.records import Evidence, Verdict

MIB = 2**20


class Params(GateParams):
    """The default stops a model that was exported in the wrong form; set it to what your servers have to spare."""

    mode: Literal["block", "warn", "off"] = "warn"
    max_mib: float = Field(default=512.0, gt=0, description="MiB: all files of the artifact that ships")


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS if all files together are within the limit: arithmetic, there is no interval around it."""
    found = read(evidence.candidate, "size")
    size = found["bytes"] / MIB
    finding = counted(
        size,
        params.max_mib,
        len(found["files"]),
        question=f"Size of {found['kind']}",
        unit="files",
        show="{:.1f} MiB".format,
        remedy="Ship onnx-int8, train a smaller model, or raise gates.size.max_mib",
    )
    return conclude("size", [finding], details={"files": found["files"]})
