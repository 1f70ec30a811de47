"""What gates say, each and together."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from daybreak import digests
from daybreak.records.record import Record


class Outcome(StrEnum):
    """What a gate can say. FAIL and INCONCLUSIVE of a blocking gate stop the release."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Verdict(Record):
    """One gate's opinion: the measured value, the limit it was held against and the bound that decided."""

    gate: str
    outcome: Outcome
    measured: float | None
    limit: float | None
    bound: float | None
    samples: int
    reason: str
    needs_more: int | None = None
    mode: Literal["block", "warn", "off"] = "block"
    code: str = ""
    details: dict[str, Any] = Field(default={})

    @property
    def blocks(self) -> bool:
        return self.mode == "block" and self.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE)


class Judgement(Record):
    """Every gate's verdict on one candidate; `digest` is the SHA-256 of the verdicts with the evidence they rest on."""

    verdicts: tuple[Verdict, ...]
    evidence_digest: str
    champion_version: int | None
    digest: str

    @property
    def blocked_by(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.blocks)

    @property
    def anchor(self) -> dict[str, Any]:
        """What a release makes of the anchor (`change`) and by which `release_set`, as `quality` found; else {}."""
        found = (verdict.details.get("anchor", {}) for verdict in self.verdicts if verdict.gate == "quality")
        return next(found, {})

    @staticmethod
    def compute_digest(verdicts: Sequence[Verdict], evidence_digest: str, champion_version: int | None) -> str:
        """SHA-256 that ties verdicts to the evidence they rest on and to the champion they were given against."""
        given = [verdict.model_dump(mode="json") for verdict in verdicts]
        return digests.of_value({"verdicts": given, "evidence": evidence_digest, "champion": champion_version})
