"""The training data is not ruder than agreed, as far as a word list can tell."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, percent
from daybreak.gates.planning import Question, Rows
from daybreak.gates.statistics import rows_to_settle_share, wilson
from daybreak.records import Evidence, Verdict

EXAMPLES = 3


class Params(GateParams):
    """Warns by default: people who complain swear, and for a classifier that is signal, not harm.

    One row in fifty is more than reviews hold, and as much as forums do: beyond it, a source has probably changed.
    """

    mode: Literal["block", "warn", "off"] = "warn"
    max_share: float = Field(default=0.02, ge=0, lt=1, description="share of training rows with a word of the list")


def plan(rows: Rows, params: Params) -> Iterator[Question]:
    """For data with half of what is allowed."""
    half = params.max_share / 2
    needed = rows_to_settle_share(half, params.max_share)
    yield Question(f"at most {percent(params.max_share)} of rude training rows", percent(half), rows.train, needed)


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if the bound on the share is within the limit, taking tonight's rows for a sample of their source."""
    found = read(evidence.candidate, "toxicity")
    finding = Finding(
        question=f"Rude training rows, by {found['judge']}",
        measured=found["share"],
        limit=params.max_share,
        bounds=wilson(found["toxic"], found["rows"]),
        samples=found["rows"],
        unit="training rows",
        rows_needed=rows_to_settle_share(found["share"], params.max_share),
        remedy="Look at the examples, then exclude the batch they came with or raise gates.toxicity.max_share",
    )
    notes = ["A word list knows words, not meaning: it misses what is said politely and finds what is quoted."]
    details = {"examples": found["examples"][:EXAMPLES], "judge": found["judge"], "by_label": found["by_label"]}
    return conclude("toxicity", [finding], notes, details)
