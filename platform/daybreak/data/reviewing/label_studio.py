"""The round trip to Label Studio: doubtful rows and a sample go out as tasks, people's labels come back as a source."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import quoteattr

from daybreak import digests
from daybreak.data import clean, stage, tables
from daybreak.data.admitting import admission
from daybreak.data.describing.coverage import kept
from daybreak.data.ingest import REVIEWED_LICENCE, IngestParams, row_id
from daybreak.data.reading import sources
from daybreak.data.reading.labels import joined, names
from daybreak.data.reviewing import restoring
from daybreak.errors import DataError
from daybreak.records import Project

if TYPE_CHECKING:
    import pandas as pd

REVIEWED = "reviewed-by-"  # how the name of such a source begins: who reviewed stands in every row's `source`
DOUBTS = ("contradicting_labels", "near_duplicates", "label_noise", "sample")  # why a row is asked about


class Review(NamedTuple):
    """One person's answer to one task; `row` is "" for a task that Daybreak did not write."""

    row: str
    text: str
    label: str
    annotator: str


class Agreed(NamedTuple):
    """A text that all who looked at it labelled alike; `row` is what the data know of it, {} for a new text."""

    text: str
    label: str
    people: tuple[str, ...]
    row: Mapping[str, Any]

    @property
    def changed(self) -> bool:
        return bool(self.row) and self.row["label"] != self.label


# -- out -----------------------------------------------------------------------------------------------------------


def export(project: Project, path: Path, *, suspects: int = 100, sample: int = 100, seed: int = 17) -> dict[str, Any]:
    """Write tasks to `path` and, beside it, the labelling interface (.xml); returns `tasks, interface, rows, why`.

    At most `suspects` rows of each doubt and a `sample` drawn by `seed` in proportion to the labels. A task shows the
    cleaned text, never the label it stands under: people shall answer, not agree. Rows that were reviewed are left out.
    Raises DataError when there is no prepared data, or its rows have no labels.
    """
    root = project.root
    _require_prepared(project)
    labels = tables.read_json(root / "data/describe/report.json")["labels"]
    if not labels:
        raise DataError("the rows have no labels", "rows of text and label", "Review conversations by hand")
    rows = kept(root, "id", "text", "label", "source").to_pandas()
    reviewed = set(rows["text"][rows["source"].str.startswith(REVIEWED)])
    asked: dict[str, dict[str, str]] = {}
    for why, row, text in _asked(root, rows, suspects, sample, seed):
        if text not in reviewed:
            asked.setdefault(text, {"text": text, "row": row, "why": why})
    tables.write_json([{"data": task} for task in asked.values()], path)
    several = any(len(names(label)) > 1 for label in rows["label"].unique())
    interface = path.with_suffix(".xml")
    interface.write_text(_interface(labels, several), encoding="utf-8")
    doubts = Counter(task["why"] for task in asked.values())
    return {
        "tasks": str(path),
        "interface": str(interface),
        "rows": len(asked),
        "why": {why: doubts[why] for why in DOUBTS},
    }


def _require_prepared(project: Project) -> None:
    if not (project.root / "data/describe/report.json").is_file():
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")


def _asked(root: Path, rows: pd.DataFrame, suspects: int, sample: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """(why, id, text) of what people should look at, the most doubtful first."""
    refused = tables.read(root / "data/quarantine/dedupe.parquet").drop_duplicates("text")
    wrong = refused[refused["rule"] == restoring.CONTRADICTING].head(suspects)
    yield from (("contradicting_labels", row, text) for row, text in zip(wrong["id"], wrong["text"], strict=True))
    pairs = root / "data/dedupe/suspects.parquet"
    if pairs.is_file():
        found = tables.read(pairs).sort_values("similarity", ascending=False, kind="stable").head(suspects)
        near = rows[rows["id"].isin({*found["left"], *found["right"]})]
        yield from (("near_duplicates", row, text) for row, text in zip(near["id"], near["text"], strict=True))
    doubtful = tables.read(root / "data/describe/label_suspects.parquet").head(suspects)
    yield from (("label_noise", row, text) for row, text in zip(doubtful["id"], doubtful["text"], strict=True))
    for row, text in _sample(rows[~rows["source"].str.startswith("made:")], sample, seed):
        yield "sample", row, text


def _sample(rows: pd.DataFrame, size: int, seed: int) -> Iterable[tuple[str, str]]:
    """As many rows of each label as is its share, at least one, in the order of a hash."""
    drawn = rows.assign(order=[hashlib.sha256(f"{seed}:{row}".encode()).hexdigest() for row in rows["id"]])
    for _label, group in drawn.sort_values("order").groupby("label"):
        chosen = group.head(max(1, round(size * len(group) / len(rows)))) if size else group[:0]
        yield from zip(chosen["id"], chosen["text"], strict=True)


def _interface(labels: Iterable[str], several: bool) -> str:
    choices = "".join(f"    <Choice value={quoteattr(label)}/>\n" for label in labels)
    kind = "multiple" if several else "single"
    return (
        '<View>\n  <Text name="text" value="$text"/>\n'
        f'  <Choices name="label" toName="text" choice="{kind}" required="true">\n{choices}  </Choices>\n</View>\n'
    )


# -- back ----------------------------------------------------------------------------------------------------------


def take_back(project: Project, path: Path) -> dict[str, Any]:
    """Make the reviewed labels of a Label Studio export (JSON or JSON-MIN) source batches of the next preparation.

    A batch holds what the same people reviewed and is named after them. Where people disagree on a text nothing is
    taken. A reviewed label wins: rows of the text under another one go to the quarantine. Returns `batches, reviewed,
    confirmed, changed, unanswered, disagreements`. Raises DataError for a file that is no such export, for a label that
    the data do not know, without prepared data, and while the data are rolled back.
    """
    restoring.require_forward(project)
    _require_prepared(project)
    reviews, unanswered = _read(path)
    _require_known(project.root, path, reviews)
    answers = _by_text(project.root, reviews)
    agreed = [each for text, given in answers.items() if (each := _agreed(text, given))]
    taken = {each.text for each in agreed}
    by_people: dict[tuple[str, ...], list[Agreed]] = {}
    for each in sorted(agreed, key=lambda each: (each.people, each.text)):
        by_people.setdefault(each.people, []).append(each)
    params = stage.section(project.root, "ingest")
    changed = sum(each.changed for each in agreed)
    return {
        "batches": [_take_in(project.root, params, people, found) for people, found in by_people.items()],
        "reviewed": len(agreed),
        "confirmed": len(agreed) - changed,
        "changed": changed,
        "unanswered": unanswered,
        "disagreements": sorted(_shown(given) for text, given in answers.items() if text not in taken),
    }


def _read(path: Path) -> tuple[list[Review], int]:
    """The answers, and how many tasks have none."""
    expected, remedy = "a Label Studio export", "Export as JSON or JSON-MIN"
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}", expected, remedy) from None
    except ValueError:
        raise DataError(f"{path.name} is not JSON in UTF-8", expected, remedy) from None
    try:
        found = [list(_answers(task)) for task in tasks]
    except (AttributeError, KeyError, TypeError):
        raise DataError(f"{path.name} holds something else than reviewed tasks", expected, remedy) from None
    return [review for given in found for review in given], sum(not given for given in found)


def _answers(task: Mapping[str, Any]) -> Iterator[Review]:
    """The answers to one task, in either form of export."""
    if "annotations" not in task:
        chosen = task.get("label")
        given = chosen["choices"] if isinstance(chosen, dict) else [chosen] if chosen else []
        yield from _review(task, given, task.get("annotator", ""))
        return
    for answer in task["annotations"]:
        if not answer.get("was_cancelled"):
            chosen = [each for each in answer["result"] if each.get("from_name") == "label"]
            given = [name for each in chosen for name in each["value"]["choices"]]
            yield from _review(task["data"], given, answer.get("completed_by", ""))


def _review(data: Mapping[str, Any], given: list[str], person: Any) -> Iterator[Review]:
    if isinstance(person, dict):
        person = person.get("email") or person.get("id")
    if given:
        yield Review(str(data.get("row", "")), str(data["text"]), joined(given), str(person) or "somebody")


def _require_known(root: Path, path: Path, reviews: Iterable[Review]) -> None:
    known = tables.read_json(root / "data/describe/report.json")["labels"]
    strange = sorted({name for review in reviews for name in names(review.label)} - set(known))
    if strange:
        remedy = "Mend the labelling interface; new labels come with a file of your own"
        raise DataError(f"{path.name} holds the label {strange[0]!r}", f"one of {', '.join(known)}", remedy)


def _by_text(root: Path, reviews: Iterable[Review]) -> dict[str, list[tuple[Review, dict[str, Any]]]]:
    """The answers to each text as it was read, before cleaning and before personal data was replaced, with its row."""
    import pyarrow.parquet as pq

    wanted = [("id", "in", sorted({"", *(review.row for review in reviews)}))]
    rows = {row["id"]: row for row in pq.read_table(root / "data/ingest/rows.parquet", filters=wanted).to_pylist()}
    found: dict[str, list[tuple[Review, dict[str, Any]]]] = {}
    for review in reviews:
        row = rows.get(review.row, {})
        found.setdefault(row.get("text", review.text), []).append((review, row))
    return found


def _shown(given: list[tuple[Review, dict[str, Any]]]) -> str:
    """The text as people saw it, with nothing personal in it."""
    return given[0][0].text


def _agreed(text: str, given: list[tuple[Review, dict[str, Any]]]) -> Agreed | None:
    """What all who answered said, None where they differ."""
    if len({review.label for review, _ in given}) > 1:
        return None
    people = tuple(sorted({review.annotator for review, _ in given}))
    review, row = given[0]
    return Agreed(text, review.label, people, row)


def _take_in(root: Path, params: IngestParams, people: tuple[str, ...], found: list[Agreed]) -> str:
    """Store what these people reviewed as a batch of the project, make its labels win, and return its name."""
    slug = "-".join(re.sub(r"[^\w.]+", "-", name.partition("@")[0]).strip("-.") or "somebody" for name in people)
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / "rows.jsonl"
        lines = (json.dumps(_line(params, each), ensure_ascii=False) for each in found)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        digest = digests.of_file(file)
        shard = sources.Shard(name=f"{REVIEWED}{slug}-{digest[:8]}.jsonl", sha256=digest, bytes=file.stat().st_size)
        admission.store(root, file, shard)
    _list(
        root, sources.Batch(name=shard.name, source="files", shards=(shard,), origin=f"{sources.REVIEWS}/{shard.name}")
    )
    right = {row_id(each.text, each.label) for each in found}
    wrong = _rivals(root, found) - right
    who, why = ", ".join(people), f"reviewed: {shard.name}"
    restoring.overrule(root, restoring.CONTRADICTING, right, reason=why, by=who, not_=wrong)
    return shard.name


def _rivals(root: Path, found: list[Agreed]) -> set[str]:
    """Ids of these texts under every other label that a row of them has, or that an earlier review may have given."""
    import pyarrow.parquet as pq

    params = stage.section(root, "clean")
    said = {clean.treat(each.text, "", params).identity: each for each in found}
    known = tables.read_json(root / "data/describe/report.json")["labels"]
    given = {row_id(each.text, label) for each in found for label in known if label != each.label}
    columns, wanted = ["id", "identity", "label"], [("identity", "in", sorted(said))]
    rows = pq.read_table(root / "data/clean/rows.parquet", columns=columns, filters=wanted).to_pylist()
    return given | {row["id"] for row in rows if row["label"] != said[row["identity"]].label}


def _line(params: IngestParams, each: Agreed) -> dict[str, Any]:
    """A reviewed row in the project's own columns; what else was known of it goes with it."""
    given = names(each.label)
    told: dict[str, Any] = {
        params.text_column: each.text,
        params.label_column or "label": list(given) if len(given) > 1 else each.label,
        "annotators": list(each.people),
    }
    if params.group_columns:
        told |= dict.fromkeys(params.group_columns, "") | json.loads(each.row.get("groups") or "{}")
    if params.slice_columns:
        told |= dict.fromkeys(params.slice_columns) | json.loads(each.row.get("slices") or "{}")
    licence = each.row.get("licence", "")
    told[REVIEWED_LICENCE] = "" if params.licence else licence  # every row is under that one
    if params.licence_column:
        told[params.licence_column] = licence
    if params.collected_column:
        told[params.collected_column] = each.row.get("collected", "")
    return told


def _list(root: Path, batch: sources.Batch) -> None:
    """Add the batch to data/sources.yaml unless its content is there."""
    found = sources.read_sources(root)
    if found is None:
        raise DataError(f"{sources.FILE} is missing, nothing was admitted yet", "", sources.PREPARE)
    if batch.shards not in [each.shards for each in found.batches]:
        sources.write_sources(root, found.model_copy(update={"batches": (*found.batches, batch)}))
