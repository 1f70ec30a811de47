"""The training rows came under licences that a released model may rest on."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import conclude, counted
from daybreak.records import Evidence, Verdict

NOT_FOR_PRODUCTS = ("non_commercial", "no_derivatives")


class Params(GateParams):
    """Every row is counted, so there is no interval. None of this is legal advice.

    A row for research only, in a model that is sold, is a mistake in a single case; rows without a licence are most
    people's own, so they are told and allowed. Which licences come in at all is `ingest.licences`.
    """

    max_restricted: int = Field(
        default=0, ge=0, description="training rows under a licence that forbids commerce or derivatives"
    )
    max_unknown_share: float = Field(
        default=1.0, ge=0, le=1, description="share of training rows without a licence that SPDX knows"
    )


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS if neither count exceeds its limit; share-alike is told, since only people can say what it asks of them."""
    found = read(evidence.candidate, "licence")
    restricted = _rows(found, lambda each: bool({*NOT_FOR_PRODUCTS} & {*each["obligations"]}))
    unknown = _rows(found, lambda each: not each["known"]) / found["rows"]
    findings = [
        counted(
            restricted,
            params.max_restricted,
            found["rows"],
            question="Training rows that may not go into a product",
            unit="training rows",
            show="{:,.0f}".format,
            remedy="Name their licences in ingest.licences.deny, or raise gates.licence.max_restricted",
        ),
        counted(
            unknown,
            params.max_unknown_share,
            found["rows"],
            question="Training rows without a known licence",
            unit="training rows",
            remedy="Name the licence in ingest.licence, or the column that has it in ingest.licence_column",
        ),
    ]
    shared = _rows(found, lambda each: "share_alike" in each["obligations"])
    notes = [f"{shared:,} training rows are share-alike: see what that asks of a model made of them."] if shared else []
    return conclude("licence", findings, notes, {"licences": found["licences"]})


def _rows(found: dict[str, Any], which: Callable[[dict[str, Any]], bool]) -> int:
    return sum(each["rows"] for each in found["licences"].values() if which(each))
