"""Replacing: what is found becomes a consistent pseudonym or a mark, or stands against the whole row."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect
from collections.abc import Iterator
from typing import Literal, NamedTuple

from daybreak.data.cleaning import characters
from daybreak.data.personal import kinds, naming
from daybreak.records import Record

Action = Literal["pseudonym", "mask", "refuse", "keep"]
NOT_SEPARATORS = str.maketrans("", "", " -.()+\t")


class PersonalParams(Record):
    """What is done with each kind: the same datum always becomes the same pseudonym, or only the kind is left, or the
    row is refused, or it is kept. `series` enters the digests behind the pseudonyms: another one, other pseudonyms.
    """

    resident_id: Action = "pseudonym"
    bank_card: Action = "pseudonym"
    mobile: Action = "pseudonym"
    landline: Action = "pseudonym"
    email: Action = "pseudonym"
    ip: Action = "pseudonym"
    coordinates: Action = "pseudonym"
    wechat: Action = "pseudonym"
    qq: Action = "pseudonym"
    user: Action = "pseudonym"
    order: Action = "pseudonym"
    waybill: Action = "pseudonym"
    name: Action = "keep"
    address: Action = "keep"
    series: str = "daybreak"

    def action(self, kind: str) -> Action:
        """What is done with a kind."""
        chosen: Action = getattr(self, kind)
        return chosen


MARK = re.compile(rf"\[(?:{'|'.join(sorted(PersonalParams.model_fields.keys() - {'series'}))})(?:-[0-9a-f]{{4}})?\]")


class Find(NamedTuple):
    """A datum in a text: characters `start` to `end`."""

    kind: str
    start: int
    end: int
    value: str


def find(text: str, *, names: bool = False, addresses: bool = False, tagger: bool = True) -> list[Find]:
    """What a text holds, in its order, none overlapping another.

    Names and addresses are slower and less sure, so only if asked for; without the tagger, names by the words around.
    A `value` is in plain characters: full-width ones and dashes, which a conversation keeps, are looked through.
    What stands for a datum already is none, nor does it vouch for what follows.
    """
    text = characters.plain(text)
    text = MARK.sub(_hidden, text) if "[" in text else text
    found: list[Find] = []
    seen = kinds.signs(text)
    for kind in kinds.KINDS if seen else ():
        for match in kind.compiled.finditer(text) if kind.sign in seen else ():
            value = match[kind.group]
            if value and (kind.confirm is None or kind.confirm(value)):
                _add(Find(kind.name, *match.span(kind.group), value), found)
    for start, end in naming.addresses(text) if addresses else ():
        _add(Find("address", start, end, text[start:end]), found)
    for start, end in naming.names(text, tagger=tagger) if names else ():
        _add(Find("name", start, end, text[start:end]), found)
    return found


def looked_for(text: str, params: PersonalParams) -> list[Find]:
    """What a text holds of the kinds that are not kept."""
    found = find(text, names=params.name != "keep", addresses=params.address != "keep")
    return [datum for datum in found if params.action(datum.kind) != "keep"] if found else found


def replace(text: str, found: list[Find], params: PersonalParams) -> str:
    """The text with what was found replaced; what stands for a refusal is masked."""
    return "".join(_pieces(text, found, params))


def pseudonym(kind: str, value: str, series: str) -> str:
    """`[kind-abcd]`: four hexadecimal digits of a keyed digest of the datum, however it was spaced or capitalised.

    So few, because many numbers of a kind must share each: nobody who tries all numbers learns which one it was.
    """
    plain = value.translate(NOT_SEPARATORS).lower() or value
    if kind == "mobile":
        plain = plain.removeprefix("00").removeprefix("86") if len(plain) > 11 else plain
    digest = hashlib.blake2b(f"{kind}\n{plain}".encode(), key=series.encode()[:64], digest_size=2).hexdigest()
    return f"[{kind}-{digest}]"


def _pieces(text: str, found: list[Find], params: PersonalParams) -> Iterator[str]:
    place = 0
    for datum in found:
        yield text[place : datum.start]
        chosen = params.action(datum.kind) == "pseudonym"
        yield pseudonym(datum.kind, datum.value, params.series) if chosen else f"[{datum.kind}]"
        place = datum.end
    yield text[place:]


def _hidden(mark: re.Match[str]) -> str:
    return "。" * len(mark[0])


def _add(datum: Find, found: list[Find]) -> None:
    """Put a datum at its place, unless something that was found before it overlaps."""
    place = bisect(found, datum.start, key=lambda other: other.start)
    before, after = found[max(0, place - 1) : place], found[place : place + 1]
    if all(other.end <= datum.start for other in before) and all(datum.end <= other.start for other in after):
        found.insert(place, datum)
