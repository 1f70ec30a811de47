"""From findings to a verdict: a bound decides, and the reason says in plain words what was found and what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from daybreak.gates.statistics import Bounds
from daybreak.records import Outcome, Verdict

SEVERITY = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)


def percent(share: float) -> str:
    """A share in 0..1, in percent."""
    return f"{100 * share:.2f} %"


def points(difference: float) -> str:
    """A difference of two shares, in percentage points."""
    return f"{100 * difference:+.2f} points"


@dataclass(frozen=True)
class Finding:
    """One question of a gate: PASS if even the worse bound keeps to the limit, FAIL if even the better one breaks it.

    `rows_needed` is how many samples would settle it, None if no number would; `show` writes a value with its unit.
    Where tests decide that no pair of bounds sums up, `decided` has what they say and `because` why it is a FAIL;
    `asked` says in words what a number would not.
    """

    question: str
    measured: float
    limit: float
    bounds: Bounds
    samples: int
    remedy: str
    direction: Literal["at least", "at most"] = "at most"
    unit: str = "test rows"
    rows_needed: int | None = None
    show: Callable[[float], str] = percent
    decided: Outcome | None = None
    because: str = ""
    asked: str = ""

    @property
    def outcome(self) -> Outcome:
        if self.decided is not None:
            return self.decided
        low, high = self.bounds
        if low >= self.limit if self.direction == "at least" else high <= self.limit:
            return Outcome.PASS
        if high < self.limit if self.direction == "at least" else low > self.limit:
            return Outcome.FAIL
        return Outcome.INCONCLUSIVE

    @property
    def bound(self) -> float:
        """The bound that decided: the worse one, unless even the better one breaks the limit."""
        worse, better = self.bounds if self.direction == "at least" else reversed(self.bounds)
        return better if self.outcome is Outcome.FAIL else worse

    @property
    def needs_more(self) -> int | None:
        if self.outcome is not Outcome.INCONCLUSIVE or self.rows_needed is None:
            return None
        return max(1, self.rows_needed - self.samples)

    @property
    def sentence(self) -> str:
        """What was measured, on how much, how sure that is, the limit, and what to do."""
        found = f"{self.question}: {self.show(self.measured)} on {self.samples:,} {self.unit}"
        asked = self.asked or f"{self.direction} {self.show(self.limit)} is asked"
        if self.outcome is Outcome.PASS:
            return f"{found}{self._sureness('at worst')}; {asked}."
        if self.outcome is Outcome.FAIL:
            because = f", {self.because}" if self.because else self._sureness("at best")
            return f"{found}{because}; {asked}. {self.remedy}."
        more = f"About {self.needs_more:,} more {self.unit} would settle it. " if self.needs_more else ""
        low, high = self.show(self.bounds.low), self.show(self.bounds.high)
        return f"{found}, which leaves it anywhere from {low} to {high}; {asked}. {more}{self.remedy}."

    def _sureness(self, how: str) -> str:
        """The bound in words; nothing of what was counted or computed, and has no interval around it."""
        return "" if self.bounds.low == self.bounds.high else f", {how} {self.show(self.bound)}"


def conclude(
    gate: str, findings: Sequence[Finding], notes: Sequence[str] = (), details: dict[str, Any] | None = None
) -> Verdict:
    """The verdict of a gate: as bad as its worst finding, which also lends its numbers.

    All of several limits must be cleared, each at its own 5 %: together they still pass what violates one of them in at
    most 5 % of nights (an intersection-union test; Berger, Technometrics 24 (1982), 295-300).
    """
    ordered = sorted(findings, key=lambda finding: SEVERITY.index(finding.outcome))
    leading = ordered[0]
    return Verdict(
        gate=gate,
        outcome=leading.outcome,
        measured=leading.measured,
        limit=leading.limit,
        bound=_finite(leading.bound),
        samples=leading.samples,
        reason=" ".join([*(finding.sentence for finding in ordered), *notes]),
        needs_more=leading.needs_more,
        details={"findings": [_summary(finding) for finding in ordered], "notes": list(notes), **(details or {})},
    )


def counted(value: float, limit: float, samples: int, **finding: Any) -> Finding:
    """A finding on what was counted or computed in full, with no interval around it; `finding` has the words."""
    return Finding(measured=value, limit=limit, bounds=Bounds(value, value), samples=samples, **finding)


def not_applicable(gate: str, code: str, reason: str) -> Verdict:
    """The verdict of a gate whose own rule says that there is nothing to judge."""
    return without_numbers(gate, Outcome.NOT_APPLICABLE, code, reason)


def without_numbers(gate: str, outcome: Outcome, code: str, reason: str) -> Verdict:
    """A verdict that rests on no measurement."""
    return Verdict(
        gate=gate,
        outcome=outcome,
        measured=None,
        limit=None,
        bound=None,
        samples=0,
        reason=reason,
        code=code,
    )


def _summary(finding: Finding) -> dict[str, Any]:
    return {
        "question": finding.question,
        "outcome": finding.outcome.value,
        "measured": finding.measured,
        "limit": finding.limit,
        "direction": finding.direction,
        "low": _finite(finding.bounds.low),
        "high": _finite(finding.bounds.high),
        "samples": finding.samples,
        "unit": finding.unit,
        "needs_more": finding.needs_more,
        "remedy": finding.remedy,
        "asked": finding.asked,
        "shown": {
            name: finding.show(value)
            for name, value in (
                ("measured", finding.measured),
                ("limit", finding.limit),
                ("bound", finding.bound),
                ("low", finding.bounds.low),
                ("high", finding.bounds.high),
            )
        },
    }


def _finite(value: float) -> float | None:
    """None for an infinite bound, which JSON cannot say."""
    return value if abs(value) != float("inf") else None
