"""A synthetic set in two languages, with personal data planted and without: how much is found, how often in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, NamedTuple

from daybreak.data.personal import issuing, replacing
from daybreak.data.personal.replacing import PersonalParams
from daybreak.data.personal.sentences import CLEAN, PLANTED

SEED = 17
EACH = 100  # sentences a kind and language

Issuer = Callable[[Random], str]
ISSUERS: Mapping[str, Mapping[str, Issuer]] = {
    "zh": {
        "resident_id": issuing.resident_id,
        "mobile": issuing.mobile,
        "landline": issuing.landline,
        "name": issuing.chinese_name,
        "address": issuing.chinese_address,
    },
    "en": {
        "resident_id": lambda chance: chance.choice((issuing.resident_id, issuing.social_security_number))(chance),
        "mobile": lambda chance: chance.choice((issuing.mobile, issuing.western_mobile))(chance),
        "landline": issuing.western_landline,
        "name": issuing.western_name,
        "address": issuing.western_address,
    },
    "both": {
        "bank_card": issuing.bank_card,
        "email": issuing.email,
        "ip": issuing.ip,
        "coordinates": issuing.coordinates,
        "wechat": issuing.wechat,
        "qq": issuing.qq,
        "user": issuing.user,
        "order": issuing.order,
        "waybill": issuing.waybill,
    },
}


class Planted(NamedTuple):
    """A sentence and the one datum it holds."""

    kind: str
    text: str
    value: str


def planted(language: str) -> Iterator[Planted]:
    """EACH sentences of each kind; the same ones every time."""
    for kind, issuer in sorted({**ISSUERS[language], **ISSUERS["both"]}.items()):
        chance = Random(f"{SEED} {language} {kind}")  # noqa: S311 - a test set, not a secret
        for _ in range(EACH):
            value = issuer(chance)
            yield Planted(kind, chance.choice(PLANTED[language][kind]).format(value), value)


def without(language: str) -> Iterator[str]:
    """Sentences with numbers, codes and names of things, and no personal data: ten of each pattern."""
    chance = Random(f"{SEED} {language}")  # noqa: S311 - a test set, not a secret
    for pattern in CLEAN[language]:
        for _ in range(20):
            numbers = {f"n{count}": issuing.digits(chance, count, "123456789") for count in range(1, 14)}
            yield pattern.format(
                **numbers, y=chance.randrange(1990, 2030), m=chance.randrange(1, 13), d=chance.randrange(1, 29)
            )


@cache
def measure(params: PersonalParams) -> dict[str, Any]:
    """Recall a kind and language, and false alarms of what these settings look for.

    `{"planted": {kind: {language: {"n", "recall"}}}, "not_looked_for": [kind], "false_alarms": {language: {"sentences",
    "alarms"}}, "false_alarms_per_1000"}`. A datum is found when no letter or digit of it is left, whatever it was taken
    for. Kinds that are kept are measured too, names then without the tagger, which takes seconds to load.
    """
    recall: dict[str, dict[str, dict[str, float]]] = {}
    alarms: dict[str, dict[str, int]] = {}
    for language in ("zh", "en"):
        found: dict[str, list[bool]] = {}
        for kind, text, value in planted(language):
            found.setdefault(kind, []).append(_is_found(text, value, params))
        for kind, each in found.items():
            recall.setdefault(kind, {})[language] = {"n": len(each), "recall": round(sum(each) / len(each), 4)}
        clean = list(without(language))
        alarms[language] = {
            "sentences": len(clean),
            "alarms": sum(bool(replacing.looked_for(text, params)) for text in clean),
        }
    sentences, alarmed = (sum(each[key] for each in alarms.values()) for key in ("sentences", "alarms"))
    return {
        "planted": dict(sorted(recall.items())),
        "not_looked_for": [kind for kind in sorted(recall) if params.action(kind) == "keep"],
        "false_alarms": alarms,
        "false_alarms_per_1000": round(1000 * alarmed / sentences, 3),
    }


def _is_found(text: str, value: str, params: PersonalParams) -> bool:
    start = text.index(value)
    found = replacing.find(text, names=True, addresses=True, tagger=params.name != "keep")
    covered = {place for datum in found for place in range(datum.start, datum.end)}
    return all(place in covered or not text[place].isalnum() for place in range(start, start + len(value)))
