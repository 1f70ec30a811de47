"""Examples as they may be shown: nothing personal in them whatever the project keeps, and not longer than is read."""

from __future__ import annotations

from typing import Any

from daybreak.data.cleaning import characters
from daybreak.data.personal import replacing
from daybreak.data.personal.replacing import PersonalParams

CHARACTERS = 240
LOOKED_AT = 4 * CHARACTERS  # so that a datum at the cut is seen whole
TEXTS = ("text", "texts", "item", "value", "detail")  # keys that hold words of a row
MASKED = PersonalParams.model_validate({name: "mask" for name in PersonalParams.model_fields if name != "series"})


def shown(told: Any, name: str = "") -> Any:
    """The same tree of facts with every text of a row in it masked and cut: report.json leaves the data room."""
    if isinstance(told, dict):
        return {key: shown(value, key) for key, value in told.items()}
    if isinstance(told, list):
        return [shown(each, name) for each in told]
    return masked(told) if name in TEXTS and isinstance(told, str) else told


def masked(text: str) -> str:
    """At most CHARACTERS of a text, each personal datum its kind; Chinese names are known by the words around them."""
    visible = characters.visible(text[:LOOKED_AT])
    found = replacing.find(visible, names=True, addresses=True, tagger=False)
    plain = replacing.replace(visible, found, MASKED)
    return plain if len(plain) <= CHARACTERS and len(text) <= LOOKED_AT else f"{plain[:CHARACTERS]}…"
