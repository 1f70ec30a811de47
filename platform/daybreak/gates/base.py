"""What every gate shares: its mode, the shape of a gate module, and how it reads a measurement."""

import json
from typing import Any, Literal, Protocol

from pydantic import field_validator

from daybreak.errors import DataError
from daybreak.records import Evidence, Measurements, Record, Verdict


class GateParams(Record):
    """Limits of one gate; each gate's own `Params` adds them, each with a default and a description with its unit.

    `block`: FAIL and INCONCLUSIVE stop the release. `warn`: judged and shown. `off`: not run, and listed as such.
    """

    mode: Literal["block", "warn", "off"] = "block"

    @field_validator("mode", mode="before")
    @classmethod
    def _read_bare_off(cls, mode: Any) -> Any:
        """YAML 1.1 takes a bare `off` for False."""
        return "off" if mode is False else mode


class Gate(Protocol):
    """A gate module: one file in this folder with a `Params` class and a `check` that reads measurements only."""

    Params: type[GateParams]

    def check(self, evidence: Evidence, params: GateParams) -> Verdict:
        """Judge the evidence against the limits; never runs a model."""
        ...


def read(measurements: Measurements, name: str) -> dict[str, Any]:
    """One measurement's JSON; DataError if it was not made or cannot be read."""
    path = measurements.path / f"{name}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise DataError(
            f"the measurement {name} cannot be read: {error}", str(path), "Measure the candidate again"
        ) from None
    return found
