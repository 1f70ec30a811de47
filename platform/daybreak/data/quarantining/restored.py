"""Which refused rows a person put back: a rule's word does not hold for their ids."""

from pathlib import Path

from daybreak.data.reading import sources


def exempt(root: Path) -> dict[str, frozenset[str]]:
    """Rule to the ids that it no longer refuses, as data/sources.yaml says; a stage that refuses rows asks this."""
    found = sources.read_sources(root)
    ids: dict[str, frozenset[str]] = {}
    for each in found.restored if found else ():
        ids[each.rule] = ids.get(each.rule, frozenset()) | frozenset(each.ids)
    return ids
