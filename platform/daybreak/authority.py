"""Who may release: what a night may do by itself, and what it leaves to a named person."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from daybreak.projects import SAMPLE
from daybreak.records import Checkout, Record

Origin = Literal["schedule", "deployment", "command"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SHOWN = 3


def _is_duration(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*[smhd]", text):
        raise ValueError(f"{text!r} is no duration; write a number and s, m, h or d, such as 12h")
    return text


class ReleaseParams(Record):
    """The section `release`: from where a scheduled night may release, and whether a person must approve."""

    ref: str = "main"
    approval: Literal["none", "required"] = "none"
    approval_timeout: Annotated[str, AfterValidator(_is_duration)] = "12h"
    stale_after: int = Field(default=7, ge=0)

    @property
    def approval_seconds(self) -> int:
        """How long a night waits for its approval."""
        return int(self.approval_timeout[:-1]) * _UNITS[self.approval_timeout[-1]]


class Decision(Record):
    """Whether a night may release by itself; `reason` says why not and what a person can do."""

    allowed: bool
    reason: str = ""


class Approval(Record):
    """What a person answered. `name` is empty where nobody did."""

    approved: bool
    name: str
    reason: str


def may_release(
    project: str, origin: Origin, params: ReleaseParams, checkout: Checkout, *, asked: bool = False
) -> Decision:
    """Whether a night whose gates agreed may move the champion without somebody's word.

    The sample always may. Elsewhere only the schedule may, from a clean checkout of `release.ref`; a night that
    somebody started may if they `asked` for it (`--release`). A schedule asks for nothing: nobody looks at it.
    """
    if project == SAMPLE:
        return Decision(allowed=True)
    if origin != "schedule":
        return Decision(allowed=asked, reason="" if asked else "it was started by hand, without --release")
    faults = _faults(params.ref, checkout)
    return Decision(allowed=not faults, reason="; ".join(faults))


def way_out(version: int) -> str:
    """What a person can do with a candidate that the gates agreed to and a night did not release."""
    return f"`daybreak model promote {version}` releases it"


def _faults(ref: str, checkout: Checkout) -> list[str]:
    faults = []
    if checkout.ref_commit is None:
        faults.append(f"release.ref is {ref}, which git does not know here")
    elif checkout.ref_commit != checkout.commit:
        faults.append(f"the checkout stands on {checkout.commit[:10]}, not on {ref} ({checkout.ref_commit[:10]})")
    if checkout.changed:
        faults.append(f"the checkout differs from its commit in {_some(checkout.changed)}")
    return faults


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
