"""Top-level sections of a YAML text, taken out and put in without touching a byte of the rest."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from daybreak.errors import ParamsError

Sections = Mapping[str, str | None]  # name to text, None for a section that is not there


def take(text: str, names: tuple[str, ...]) -> dict[str, str | None]:
    """The text of each of these sections, comments within included. Raises ParamsError for what is not YAML."""
    places = _places(text)
    return {name: text[slice(*places[name])] if name in places else None for name in names}


def replace(text: str, wanted: Sections) -> str:
    """The text with these sections made what is wanted; one that was not there is added at the end.

    Raises ParamsError where that would change any other section, as anchors across sections can.
    """
    result = text
    for name, section in wanted.items():
        place = _places(result).get(name)
        if place is None:
            result += f"{'' if result.endswith(chr(10)) or not result else chr(10)}{section}" if section else ""
        else:
            result = result[: place[0]] + (section or "") + result[place[1] :]
    if _others(result, wanted) != _others(text, wanted):
        raise ParamsError("params.yaml shares anchors between sections", "sections on their own", "Write them out")
    return result


def merge(base: Sections, ours: Sections, theirs: Sections) -> dict[str, str | None]:
    """Each section as the one side left it that changed it since `base`. Raises ParamsError where both did."""
    merged = {}
    for name, mine in ours.items():
        if mine not in (base[name], theirs[name]) and theirs[name] != base[name]:
            remedy = "Undo the later change to it, note it down elsewhere, and run again"
            raise ParamsError(f"{name} was changed before and during the rollback", "one of the two", remedy)
        merged[name] = mine if theirs[name] == base[name] else theirs[name]
    return merged


def _places(text: str) -> dict[str, tuple[int, int]]:
    """Where each section begins and ends: after its last line that is neither blank nor a comment of the margin."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ParamsError(f"params.yaml cannot be read: {' '.join(str(error).split())}", "YAML", "Mend it") from None
    if not isinstance(tree, yaml.MappingNode):
        raise ParamsError("params.yaml holds no sections", "one a stage or room", "Mend it")
    keys = [key for key, _value in tree.value]
    starts = [key.start_mark.index for key in keys]
    ends = [*starts[1:], len(text)]
    return {
        key.value: (start, start + len(_trimmed(text[start:end])))
        for key, start, end in zip(keys, starts, ends, strict=True)
    }


def _trimmed(text: str) -> str:
    lines = text.splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines.pop()
    return "".join(lines)


def _others(text: str, names: Sections) -> dict[str, object]:
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ParamsError(f"params.yaml would not be YAML any more: {' '.join(str(error).split())}") from None
    return {name: value for name, value in found.items() if name not in names}
