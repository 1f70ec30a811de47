"""Rows that people called toxic or clean: they say how often a judge errs on a project's own text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from daybreak import digests
from daybreak.data import tables
from daybreak.errors import DataError
from daybreak.records import Project, Record

FILE = Path("data/toxicity/reviewed.jsonl")
"""Kept in git: ids and verdicts, and a text only where no row has it, such as what a model wrote."""

ROWS = 300
LABELS = ("toxic", "clean")
SHAPE = '{"id": …, "label": "toxic" or "clean"}, with "text" for what is no row of the data'
INTERFACE = """<View>
  <Header value="Insults, threatens, curses or despises people? 是否辱骂、威胁、诅咒或蔑视他人？"/>
  <Text name="text" value="$text"/>
  <Choices name="label" toName="text" choice="single" required="true">
    <Choice value="toxic"/>
    <Choice value="clean"/>
  </Choices>
</View>
"""


class Reviewed(Record):
    """One row, what people say of it, and its text where it is no row of the data."""

    id: str = Field(min_length=1)
    label: Literal["toxic", "clean"]
    text: str = ""


class Drawn(NamedTuple):
    """What was written for Label Studio: `rows` tasks, and the labelling interface beside them."""

    tasks: Path
    interface: Path
    rows: int


def load(root: Path) -> tuple[Reviewed, ...]:
    """What was reviewed, by id; nothing where there is no file.

    Raises DataError, naming the line, for one that is no verdict, and for an id with two verdicts.
    """
    path = root / FILE
    if not path.is_file():
        return ()
    found: dict[str, Reviewed] = {}
    for place, value in _lines(path):
        try:
            one = Reviewed(**value)
        except (TypeError, ValidationError):
            raise DataError(f"{place} is no verdict", SHAPE, "Mend the line") from None
        if found.setdefault(one.id, one).label != one.label:
            raise DataError(f"{place} contradicts an earlier line about {one.id}", "one verdict a row", "Mend one")
    return tuple(sorted(found.values(), key=lambda one: one.id))


def digest(root: Path) -> str:
    """SHA-256 of the file; "" without one."""
    return digests.of_file(root / FILE) if (root / FILE).is_file() else ""


def draw(project: Project, path: Path, rows: int = ROWS) -> Drawn:
    """Write training rows as Label Studio tasks to `path`, in the order of a hash: whoever draws draws the same.

    Rows that were reviewed are left out, and count towards `rows`. Raises DataError without prepared data.
    """
    train = project.data / "split/train.parquet"
    if not train.is_file():
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")
    known = {one.id for one in load(project.root)}
    frame = tables.read(train)
    texts = dict(zip(frame["id"].astype(str), frame["text"].astype(str), strict=True))
    chosen = [row for row in in_order(texts)[:rows] if row not in known]
    tables.write_json([{"data": {"row": row, "text": texts[row]}} for row in chosen], path)
    interface = path.with_suffix(".xml")
    interface.write_text(INTERFACE, encoding="utf-8")
    return Drawn(path, interface, len(chosen))


def in_order(rows: Mapping[str, Any]) -> list[str]:
    """Ids in an order that is as good as drawn, and the same every time."""
    return sorted(rows, key=lambda row: hashlib.sha256(f"toxicity:{row}".encode()).hexdigest())


def take_back(project: Project, path: Path) -> int:
    """Add the verdicts of a Label Studio export (JSON or JSON-MIN), or of lines as in FILE; returns how many there are.

    Raises DataError for what is neither, and where people contradict one another or an earlier verdict.
    """
    found = {one.id: one for one in load(project.root)}
    for place, value in _lines(path):
        for answer in _answers(value):
            try:
                one = Reviewed(**answer)
            except (TypeError, ValidationError):
                raise DataError(f"{place} is no verdict", SHAPE, "Mend it") from None
            if found.setdefault(one.id, one).label != one.label:
                raise DataError(f"{place} contradicts another verdict on {one.id}", "one a row", "Let people agree")
    target = project.root / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = (one.model_dump_json(exclude_defaults=True) for one in sorted(found.values(), key=lambda one: one.id))
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(found)


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    """The values of a JSON list, or of JSON Lines, each with its place."""
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("["):
            yield from ((f"{path.name}, task {number}", each) for number, each in enumerate(json.loads(text), 1))
            return
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"{path.name}:{number}", json.loads(line)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path.name} cannot be read: {reason}", SHAPE, "Export it again as JSON") from None


def _answers(value: Any) -> Iterator[dict[str, Any]]:
    """Verdicts of a Label Studio task, one for each person who answered, or of its short form; or the line itself."""
    if not isinstance(value, dict) or not {"annotations", "row"} & value.keys():
        yield value
        return
    if "annotations" not in value:
        chosen = value.get("label")
        for choice in chosen.get("choices", ()) if isinstance(chosen, dict) else [chosen] if chosen else ():
            yield {"id": str(value["row"]), "label": choice}
        return
    for annotation in value["annotations"]:
        for result in annotation.get("result", ()) if not annotation.get("was_cancelled") else ():
            if result.get("from_name") == "label":
                for choice in result["value"].get("choices", ()):
                    yield {"id": str(value["data"].get("row", "")), "label": choice}
