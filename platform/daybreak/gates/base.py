"""What every gate shares: its mode, and the shape of a gate module."""

from typing import Literal, Protocol

from daybreak.records import Evidence, Record, Verdict


class GateParams(Record):
    """Limits of one gate; each gate's own `Params` adds them with units and defaults."""

    mode: Literal["block", "warn", "off"] = "block"


class Gate(Protocol):
    """A gate module: one file in this folder with a `Params` class and a `check` that reads measurements only."""

    Params: type[GateParams]

    def check(self, evidence: Evidence, params: GateParams) -> Verdict:
        """Judge the evidence against the limits; never runs a model."""
        ...
