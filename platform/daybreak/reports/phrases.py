"""What gates say, in the words of people: each phrase of a gate's file in English and in Chinese."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "zh"]
Kind = Literal["questions", "units", "values", "remedies", "asked", "notes"]


@cache
def known() -> dict[str, Any]:
    """`gates` and `names` by name, the other kinds as lists of patterns with what is said instead."""
    import yaml

    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("gates.yaml").read_text(encoding="utf-8"))
    return found


def title(gate: str, language: Language) -> str:
    """What a gate asks about, in a few words; one that nobody named here, such as a plugin, is called by its name."""
    named: Mapping[str, str] = known()["gates"].get(gate) or {}
    return named.get(language, gate.replace("_", " "))


def say(kind: Kind, phrase: str, language: Language) -> str:
    """The phrase in that language; as the gate says it where no pattern fits."""
    for entry in known()[kind]:
        if found := re.fullmatch(entry["is"], phrase, re.DOTALL):
            said = entry.get(language)
            return said.format(*(_name(part or "", language) for part in found.groups())) if said else phrase
    return phrase


def is_known(kind: Kind, phrase: str) -> bool:
    """Whether the phrase can be said in both languages."""
    return any(re.fullmatch(entry["is"], phrase, re.DOTALL) for entry in known()[kind])


def _name(part: str, language: Language) -> str:
    named: Mapping[str, str] = known()["names"].get(part) or {}
    return named.get(language, part)
