"""Make a release set: draw or bring its rows, have people review the draft, freeze it; renew it by intent alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.data import clean, reading, sections, stage, tables
from daybreak.data.held_out import release_set
from daybreak.data.held_out.release_set import DRAFT, FILE, FOLDER, ReleaseRow
from daybreak.data.ingest import IngestParams, row_id
from daybreak.data.splitting import linking
from daybreak.data.splitting.assigning import FREE, strata
from daybreak.data.versioning import workspace
from daybreak.errors import DataError
from daybreak.records import Project, Record

JOURNAL = FOLDER / "journal.jsonl"
LEFT = 2  # rows of each label that stay in test
SETTING = "release_set"


class Frozen(Record):
    """One line of the journal: which rows judge releases from `at` on, and what they replace ("" for nothing)."""

    at: datetime
    digest: str
    replaces: str
    rows: int
    labels: dict[str, int]
    by: str
    reason: str


def draw(project: Project, rows: int) -> dict[str, Any]:
    """Draft about this many rows from the prepared test split, which no model was ever trained on; returns `status`.

    Stratified by label, in the order of a hash; near-duplicates and groups are taken whole. Raises DataError without
    prepared data, and where a label would have fewer than two rows left in test.
    """
    path = project.data / "split/test.parquet"
    if not path.is_file():
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")
    test = tables.read(path).reset_index(drop=True)
    pairs = tables.read(project.data / "dedupe/pairs.parquet")
    component = linking.link(test.assign(placed=FREE), pairs.iloc[:0]).component
    wanted = _drawn(test["id"].tolist(), test["label"].tolist(), component.tolist(), rows)
    return _draft(project, [_row(each) for each in test[wanted].to_dict("records")])


def bring(project: Project, file: Path) -> dict[str, Any]:
    """Draft the rows of a file, with the columns that ingest reads, cleaned as the project's data; returns `status`.

    Raises DataError for a file that cannot be read, and for a row that ingest or clean would refuse.
    """
    if not file.is_file():
        raise DataError(f"{file} is no file", "a file of rows", "Name another one")
    ingest: IngestParams = stage.section(project.root, "ingest")
    params: clean.CleanParams = stage.section(project.root, "clean")
    found = {}
    for number, row in enumerate(reading.read(file, file.name, ingest.columns), start=1):
        treated = clean.treat(row.text, row.messages, params)
        fault = row.fault or next((each.rule for each in treated.refusals), "")
        if fault or not (row.label or row.messages):
            raise DataError(
                f"row {number} of {file.name} cannot be used: {fault or 'no_label'}", "a whole row", "Mend it"
            )
        given = row_id(row.text, row.label, row.messages)
        found[given] = ReleaseRow(
            id=given,
            text=treated.text,
            label=row.label,
            messages=treated.messages,
            groups=row.groups,
            slices=row.slices,
            source=file.name,
            identity=treated.identity,
        )
    return _draft(project, found.values())


def freeze(project: Project, *, by: str, reason: str) -> Frozen:
    """Make the draft the release set: its digest goes into params.yaml, and from the next preparation on neither its
    rows nor rows like them stand in any split. `by` is who reviewed it.

    Raises DataError without a draft, for one that is no release set, and without a name or a reason.
    """
    for name, given in (("reason", reason), ("name", by)):
        if not given.strip():
            raise DataError(f"the {name} is empty", "who reviewed the rows, and why they are frozen", f"Give a {name}")
    draft = project.root / DRAFT
    if not draft.is_file():
        raise DataError("there is no draft of a release set", "one", "Run `daybreak data release draw`, or `bring`")
    rows = release_set.read(draft)
    _require(rows)
    text = release_set.text(rows).encode()
    made = Frozen(
        at=datetime.now(UTC),
        digest=hashlib.sha256(text).hexdigest(),
        replaces=_digest(project) or "",
        rows=len(rows),
        labels=_labels(rows),
        by=by.strip(),
        reason=reason.strip(),
    )
    params = workspace.content(project.params_file) or b""
    before = workspace.content(project.root / FILE)
    try:
        workspace.put(project.root / FILE, text)
        workspace.put(project.params_file, _with_digest(params.decode("utf-8"), made.digest).encode())
        release_set.load(project.root, _digest(project) or "")
    except BaseException:
        workspace.put(project.params_file, params)
        workspace.put(project.root / FILE, before)
        raise
    with (project.root / JOURNAL).open("a", encoding="utf-8") as stream:
        stream.write(made.model_dump_json() + "\n")
    draft.unlink()
    return made


def status(project: Project) -> dict[str, Any]:
    """The frozen set and the draft, as `rows, labels, digest` each, None where there is none, and the journal."""
    digest, draft = _digest(project), project.root / DRAFT
    journal = workspace.content(project.root / JOURNAL) or b""
    return {
        "frozen": _told(release_set.load(project.root, digest), digest) if digest else None,
        "draft": _told(release_set.read(draft), digests.of_file(draft)) if draft.is_file() else None,
        "file": FILE.as_posix(),
        "draft_file": DRAFT.as_posix(),
        "journal": [json.loads(line) for line in journal.decode("utf-8").splitlines()],
    }


def _drawn(ids: list[str], labels: list[str], component: list[int], rows: int) -> list[bool]:
    """Which rows of test are drawn: whole components, each label in its share, in the order of a hash."""
    members: dict[int, list[int]] = {}
    for place, number in enumerate(component):
        members.setdefault(number, []).append(place)
    totals = Counter(name for label in labels for name in strata(label))
    room = {name: min(round(rows * total / max(1, len(labels))), total - LEFT) for name, total in totals.items()}
    short = sorted(name for name, left in room.items() if left < 1)
    if short:
        found = f"{rows} rows cannot be drawn: label {short[0]!r} has {totals[short[0]]} rows in test"
        raise DataError(found, "some to draw and two to leave", "Draw more rows, or bring a set of your own")
    taken = [False] * len(ids)
    for places in sorted(members.values(), key=lambda each: _hash(min(ids[place] for place in each))):
        weight = Counter(name for place in places for name in strata(labels[place]))
        if all(count <= room[name] for name, count in weight.items()):
            for name, count in weight.items():
                room[name] -= count
            for place in places:
                taken[place] = True
    return taken


def _hash(name: str) -> str:
    return hashlib.sha256(f"release:{name}".encode()).hexdigest()


def _row(found: dict[str, Any]) -> ReleaseRow:
    return ReleaseRow(**{name: found[name] for name in ReleaseRow.model_fields if name in found})


def _draft(project: Project, rows: Iterable[ReleaseRow]) -> dict[str, Any]:
    drafted = tuple(rows)
    _require(drafted)
    workspace.put(project.root / DRAFT, release_set.text(drafted).encode())
    return status(project)


def _require(rows: tuple[ReleaseRow, ...]) -> None:
    """A release set has rows, and no text of it stands there twice."""
    if not rows:
        raise DataError("the release set is empty", "rows", "Draw some, or bring some")
    for key in ("id", "identity"):
        twice = [value for value, count in Counter(getattr(row, key) for row in rows).items() if count > 1]
        if twice:
            raise DataError(f"{len(twice)} rows stand there twice, such as {twice[0]}", "each once", "Take one out")


def _told(rows: tuple[ReleaseRow, ...], digest: str) -> dict[str, Any]:
    return {"rows": len(rows), "labels": _labels(rows), "digest": digest}


def _labels(rows: tuple[ReleaseRow, ...]) -> dict[str, int]:
    return dict(sorted(Counter(name for row in rows for name in strata(row.label)).items()))


def _digest(project: Project) -> str | None:
    found: str | None = stage.section(project.root, "split").release_set
    return found


def _with_digest(params: str, digest: str) -> str:
    """params.yaml with the digest in section split, comments and all else as they were."""
    section = sections.take(params, ("split",))["split"] or "split:\n"
    line = re.compile(rf"^(?P<start> +{SETTING}: *)[^\s#]*", re.MULTILINE)
    if line.search(section):
        section = line.sub(lambda found: f"{found['start']}{digest}", section)
    else:
        indent = re.search(r"^( +)\w", section, re.MULTILINE)
        section = f"{section.rstrip()}\n{indent[1] if indent else '  '}{SETTING}: {digest}\n"
    return sections.replace(params, {"split": section})
