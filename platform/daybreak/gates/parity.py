"""The exported artifact answers as the trained model did."""

from collections.abc import Iterator
from math import isnan
from typing import Any

from pydantic import Field

from daybreak.errors import DataError
from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, counted, percent
from daybreak.gates.planning import Question, Rows
from daybreak.gates.statistics import clopper_pearson, rows_to_settle_share
from daybreak.records import Evidence, Verdict

EXAMPLES = 3


class Params(GateParams):
    """A flip changes accuracy by at most one row, so this limit also caps what quantisation can cost in accuracy.

    Measured on the sample's size: INT8 flips about 0.1 % of rows; fp32 differs from torch by less than 1e-5.
    """

    max_flip_rate: float = Field(
        default=0.01, ge=0, lt=1, description="share of test rows whose label may change in export"
    )
    max_shape_flip_rate: float = Field(
        default=0.05, ge=0, lt=1, description="share of rows whose label may change, over batches of every shape"
    )
    max_logit_difference: float = Field(
        default=1e-3, ge=0, description="logits: largest difference of fp32 ONNX from torch"
    )


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if the bound on the shipped artifact's flip rate and fp32's largest difference are within limits."""
    found = read(evidence.candidate, "parity")
    findings = [_flips(found, params), *_shape_flips(found, params)]
    if "onnx-fp32" in found:
        findings += [_difference(found, params), _shapes(found, params), *_cache(found, params)]
    details = {"examples": found["flipped"][:EXAMPLES], "shipped": found["shipped"], "alone": found["alone"]}
    return conclude("parity", findings, details=details)


def plan(rows: Rows, params: Params) -> Iterator[Question]:
    """For an export that flips a tenth of what is allowed, which is what INT8 does to the sample."""
    few = params.max_flip_rate / 10
    needed = rows_to_settle_share(few, params.max_flip_rate)
    yield Question(
        f"at most {percent(params.max_flip_rate)} of labels flipped by export", percent(few), rows.test, needed
    )


def _flips(found: dict[str, Any], params: Params) -> Finding:
    flips, rows = found[found["shipped"]]["flips"], found["rows"]
    return Finding(
        question=f"{found.get('unit', 'labels').capitalize()} that {found['shipped']} changes",
        measured=flips / rows,
        limit=params.max_flip_rate,
        bounds=clopper_pearson(flips, rows),
        samples=rows,
        unit=found.get("unit", "test rows"),
        rows_needed=rows_to_settle_share(flips / rows, params.max_flip_rate),
        remedy="Set exporting.ship to onnx-fp32, or look at the flipped texts",
    )


def _shape_flips(found: dict[str, Any], params: Params) -> Iterator[Finding]:
    """INT8 is scaled by what stands in a batch: what holds in batches of 32 may not hold alone, or beside padding."""
    shapes = [shape for shape in found["shapes"] if "flips" in shape]
    flips, rows = (
        sum(each)
        for each in ((shape["flips"][found["shipped"]] for shape in shapes), (shape["rows"] for shape in shapes))
    )
    if rows:
        yield Finding(
            question=f"Labels that {found['shipped']} changes in batches of {len(shapes)} shapes",
            measured=flips / rows,
            limit=params.max_shape_flip_rate,
            bounds=clopper_pearson(flips, rows),
            samples=rows,
            unit="rows, made of the texts of test rows",
            remedy="Set exporting.ship to onnx-fp32, or look at the shapes that are named in parity.json",
        )


def _difference(found: dict[str, Any], params: Params) -> Finding:
    """Arithmetic, not a sample: what was measured is its own bound."""
    return _exact(
        "onnx-fp32 from torch",
        found["onnx-fp32"]["max_logit_difference"],
        found["rows"],
        found.get("unit", "test rows"),
        params,
    )


def _cache(found: dict[str, Any], params: Params) -> Iterator[Finding]:
    """Of a language model: token by token against the whole text read again."""
    if "cache" in found:
        each = found["cache"]["onnx-fp32"]
        which = "onnx-fp32 with a cache from itself without"
        yield _exact(which, each["max_logit_difference"], each["rows"], "tokens", params)


def _shapes(found: dict[str, Any], params: Params) -> Finding:
    """The worst of all shapes of batch: a mask that is dropped, or a length that is frozen, shows in some of them."""
    worst = max(found["shapes"], key=lambda shape: (isnan(shape["onnx-fp32"]), shape["onnx-fp32"]))
    which = f"onnx-fp32 from torch (batch {worst['batch']}, length {worst['length']})"
    return _exact(which, worst["onnx-fp32"], len(found["shapes"]), "shapes of batch", params)


def _exact(which: str, difference: float, samples: int, unit: str, params: Params) -> Finding:
    if isnan(difference):
        raise DataError(f"the largest logit difference of {which} is not a number", "a finite one", "Train again")
    return counted(
        difference,
        params.max_logit_difference,
        samples,
        question=f"Largest logit difference of {which}",
        unit=unit,
        show="{:.2g}".format,
        remedy="The export is wrong for this architecture: try another opset, and report it",
    )
