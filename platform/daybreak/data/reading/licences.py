"""Which licences rows may come under: read as SPDX, judged by the project's rules, with what they oblige to."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal, NamedTuple, TypeVar

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
# What a licence asks of whoever trains on it, by the words of its name. Not legal advice: what a person must see.
OBLIGATIONS = {
    "share_alike": r"\bsa\b|share.?alike|[al]?gpl\b|odbl\b|cdla-sharing|\bosl\b|\beupl\b|\bgfdl\b|相同方式共享",
    "non_commercial": r"\bnc\b|non.?commercial|research|academic.(use|purpose|only)|personal.use"
    r"|(非|禁止|不得|不可|不能|不允许)(用于|用作)?商[业用]|仅[供限]?(用于)?(研究|学术|科研|学习|个人)",
    "no_derivatives": r"\bnd\b|no.?deriv|禁止演绎|不得演绎|禁止修改|不得修改",
}
STRICTEST_FIRST = ("non_commercial", "no_derivatives", "share_alike")
BINDING = {"(": 0, "OR": 1, "AND": 2}

Found = TypeVar("Found")


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
    """What an expression obliges to, in the order of OBLIGATIONS: share_alike, non_commercial, no_derivatives.

    Of `A OR B` the looser one is taken, as SPDX leaves the choice to who receives it; of `A AND B` both count.
    """
    found: frozenset[str] = _weighed(
        licence, _obliges, lambda one, other: min(one, other, key=_strictness), lambda one, other: one | other
    )
    return [name for name in OBLIGATIONS if name in found]


def judge(licence: str, rules: LicenceParams) -> Refusal | None:
    """None where rows of this licence may be trained on. Of `A OR B` one must be allowed, of `A AND B` both."""
    return _weighed(
        licence,
        lambda name: _judge_one(name, rules),
        lambda one, other: one and other and one,
        lambda one, other: one or other,
    )


def _strictness(duties: frozenset[str]) -> list[bool]:
    return [name in duties for name in STRICTEST_FIRST]


def _obliges(name: str) -> frozenset[str]:
    words = re.sub(r"[\s_-]+", "-", name.lower())
    return frozenset(duty for duty, pattern in OBLIGATIONS.items() if re.search(pattern, words, re.ASCII))


def _weighed(
    licence: str,
    weigh: Callable[[str], Found],
    choose: Callable[[Found, Found], Found],
    join: Callable[[Found, Found], Found],
) -> Found:
    """What an expression comes to, from what each licence in it does; AND binds closer than OR.

    What is no expression of names without blanks is one licence by all its words.
    """
    words = re.findall(r"[()]|[^\s()]+", re.sub(r"\sWITH \S+", "", licence))
    if not _is_expression(words):
        return weigh(licence)
    found: list[Found] = []
    waiting: list[str] = []

    def settle(closer_than: int) -> None:
        while waiting and BINDING[waiting[-1]] > closer_than:
            right, left = found.pop(), found.pop()
            found.append((join if waiting.pop() == "AND" else choose)(left, right))

    for word in words:
        if word == ")":
            settle(BINDING["("])
            waiting.pop()
        elif word in BINDING:
            settle(BINDING[word] - 1 if word != "(" else max(BINDING.values()))
            waiting.append(word)
        else:
            found.append(weigh(word))
    settle(0)
    return found[0]


def _is_expression(words: list[str]) -> bool:
    kinds, before = "".join("o" if word in ("AND", "OR") else word if word in "()" else "n" for word in words), ""
    while kinds != before:
        kinds, before = kinds.replace("non", "n").replace("(n)", "n"), kinds
    return kinds == "n"


def _judge_one(licence: str, rules: LicenceParams) -> Refusal | None:
    versionless = f"{re.sub(r'[ _-]+', '-', licence)}-"  # `*-NC-*` means CC-BY-NC too, and `cc by nc`
    for pattern in rules.deny:
        if _matches(licence, pattern) or _matches(versionless, pattern):
            return Refusal("licence_denied", f"deny: {pattern}")
    if any(_matches(licence, pattern) for pattern in rules.allow):
        return None
    if not is_known(licence):
        return Refusal("licence_unknown", "unknown: refuse") if rules.unknown == "refuse" else None
    return Refusal("licence_not_allowed", f"allow: {', '.join(rules.allow)}") if rules.allow else None


def _matches(licence: str, pattern: str) -> bool:
    return fnmatchcase(licence.lower(), pattern.lower())
