"""Which licences rows may come under: read as SPDX, judged by the project's rules, with what they oblige to."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal, NamedTuple

from pydantic import Field

from daybreak.records import Record

# What people write where SPDX has an identifier; spaces and case are taken care of.
SPOKEN = {
    "apache": "Apache-2.0",
    "apache-license-2.0": "Apache-2.0",
    "apache2.0": "Apache-2.0",
    "cc0": "CC0-1.0",
    "odbl": "ODbL-1.0",
    "pddl": "PDDL-1.0",
    "public-domain": "CC0-1.0",
    "gpl-3.0": "GPL-3.0-only",
    "agpl-3.0": "AGPL-3.0-only",
    "lgpl-3.0": "LGPL-3.0-only",
}
# What a licence asks of whoever trains on it, by the words of its identifier. Not legal advice: what a person must see.
OBLIGATIONS = {
    "share_alike": ("*-SA-*", "*GPL-*", "ODbL-*", "CDLA-Sharing-*", "OSL-*", "EUPL-*", "GFDL-*", "CC-BY-SA-*"),
    "non_commercial": ("*-NC-*", "*NonCommercial*", "*Research*"),
    "no_derivatives": ("*-ND-*",),
}


class LicenceParams(Record):
    """Patterns such as `CC-BY-*`; an empty `allow` allows all that is known. `unknown`: no licence, or none of SPDX."""

    allow: tuple[str, ...] = Field(default=())
    deny: tuple[str, ...] = Field(default=())
    unknown: Literal["refuse", "warn"] = "warn"


class Refusal(NamedTuple):
    """Why rows of a licence are kept out: the rule, and the pattern or setting that says so."""

    rule: str
    threshold: str


@cache
def normalised(given: str) -> str:
    """The SPDX expression that a text means (`apache 2.0` → `Apache-2.0`), or the text itself where it means none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    text = given.strip()
    joined = re.sub(r"[\s_]+", "-", text.lower())
    for candidate in (SPOKEN.get(joined, text), joined, joined.removesuffix("-license")):
        try:
            return str(canonicalize_license_expression(candidate))
        except InvalidLicenseExpression:
            continue
    return text


def is_known(licence: str) -> bool:
    """Whether this is an SPDX expression; LicenseRef-… is the project's own, and known."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return bool(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return False


def obligations(licence: str) -> list[str]:
    """What an expression obliges to at the most, in order: share_alike, non_commercial, no_derivatives."""
    parts = [part for choice in _choices(licence) for part in choice]
    return [
        name
        for name, patterns in OBLIGATIONS.items()
        if any(_matches(part, pattern) for part in parts for pattern in patterns)
    ]


def judge(licence: str, rules: LicenceParams) -> Refusal | None:
    """None where rows of this licence may be trained on. Of `A OR B` one must be allowed, of `A AND B` both."""
    refusals = [_judge_all(choice, rules) for choice in _choices(licence)]
    return None if None in refusals else refusals[0]


def _judge_all(parts: list[str], rules: LicenceParams) -> Refusal | None:
    return next((found for part in parts if (found := _judge_one(part, rules))), None)


def _judge_one(licence: str, rules: LicenceParams) -> Refusal | None:
    for pattern in rules.deny:
        if _matches(licence, pattern):
            return Refusal("licence_denied", f"deny: {pattern}")
    if any(_matches(licence, pattern) for pattern in rules.allow):
        return None
    if not is_known(licence):
        return Refusal("licence_unknown", "unknown: refuse") if rules.unknown == "refuse" else None
    return Refusal("licence_not_allowed", f"allow: {', '.join(rules.allow)}") if rules.allow else None


def _choices(licence: str) -> list[list[str]]:
    """The alternatives of an expression, each as the licences that hold together; brackets count as AND."""
    bare = re.sub(r" WITH \S+", "", licence)
    if "(" in bare:
        return [re.findall(r"[\w.+-]+", re.sub(r"\b(AND|OR)\b", " ", bare))]
    return [choice.split(" AND ") for choice in bare.split(" OR ")]


def _matches(licence: str, pattern: str) -> bool:
    return fnmatchcase(licence.lower(), pattern.lower())
