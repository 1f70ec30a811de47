"""Files dropped into data/incoming/ are admitted or held aside, stay decided, and a person has the last word."""

import os
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from making import aged, drop_batch, make_rows, run_stages, swap_labels, write_csv, write_params

from daybreak.data import tables
from daybreak.data.admitting import admission, batches, examination, incoming
from daybreak.data.admitting.batches import Decision
from daybreak.data.ingest import IngestParams, row_id
from daybreak.data.reading import sources
from daybreak.data.versioning import versions
from daybreak.errors import DataError
from daybreak.records import Project

Rows = list[tuple[str, str]]


def prepare(project: Project) -> tuple[Decision, ...]:
    """What `versions.prepare` does with incoming files, without dvc."""
    taken = incoming.take_in(project)
    run_stages(project.root)
    return taken


def names(project: Project) -> list[str]:
    recorded = sources.read_sources(project.root)
    return [batch.name for batch in recorded.batches] if recorded else []


def ids(project: Project) -> set[str]:
    files = [project.root / f"data/split/{name}.parquet" for name in ("train", "validation", "test")]
    return {row for file in files for row in tables.read_column(file, "id")}


def ids_of(rows: Rows) -> set[str]:
    return {row_id(text, label) for text, label in rows}


def place(project: Project, name: str) -> Path:
    path = project.root / "data/incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


# -- admitted ------------------------------------------------------------------------------------------------------


def test_a_normal_batch_is_admitted_and_its_rows_are_in(staged_project: Project) -> None:
    rows = make_rows(60, seed=9)
    drop_batch(staged_project, "monday.csv", rows)
    assert (incoming.waiting(staged_project), incoming.is_current(staged_project)) == (1, False)
    assert prepare(staged_project) == ()
    assert names(staged_project) == ["rows.csv", "monday.csv"]
    assert ids(staged_project) > ids_of(rows)
    (decision,) = incoming.decisions(staged_project)
    assert (decision.state, decision.by, decision.reason) == ("admitted", "admission", "every check passed")
    assert decision.measurements.keys() == {
        "rows", "unusable", "labels", "label_mix", "agreement", "strange", "known"
    }  # fmt: skip
    assert (incoming.waiting(staged_project), incoming.is_current(staged_project)) == (0, True)


def test_a_consumed_file_may_be_moved_or_deleted(staged_project: Project) -> None:
    drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    prepare(staged_project)
    before = (staged_project.root / sources.FILE).read_bytes()
    place(staged_project, "monday.csv").unlink()
    assert prepare(staged_project) == ()
    assert (staged_project.root / sources.FILE).read_bytes() == before
    assert admission.is_current(staged_project.root, IngestParams(source="files", path="rows.csv"))


def test_batches_of_another_clone_stay_without_its_decisions(staged_project: Project) -> None:
    drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    prepare(staged_project)
    (staged_project.root / batches.FILE).unlink()
    assert prepare(staged_project) == ()
    assert names(staged_project) == ["rows.csv", "monday.csv"]
    assert incoming.is_current(staged_project)


def test_incoming_batches_follow_the_sample(staged_project: Project) -> None:
    drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    incoming.take_in(staged_project)
    found = admission.admit(staged_project.root, IngestParams())
    assert [batch.name for batch in found.batches] == ["sample", "monday.csv"]
    assert admission.is_current(staged_project.root, IngestParams())


def test_incoming_batches_follow_a_dataset(staged_project: Project) -> None:
    (staged_project.root / "saved").mkdir()
    pq.write_table(pa.table({"text": ["好"], "label": ["yes"]}), staged_project.root / "saved" / "train.parquet")
    drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    incoming.take_in(staged_project)
    params = IngestParams(source="huggingface", path="saved")
    for _ in range(2):
        found = admission.admit(staged_project.root, params)
        assert [batch.name for batch in found.batches] == ["saved", "monday.csv"]
        assert admission.is_current(staged_project.root, params)


def test_a_source_that_is_the_folder_itself_brings_only_what_was_admitted(staged_project: Project) -> None:
    write_params(staged_project.root, {"ingest": {"source": "files", "path": "data/incoming"}})
    drop_batch(staged_project, "good.csv", make_rows(60, seed=9))
    drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=10)))
    incoming.take_in(staged_project)
    found = admission.admit(staged_project.root, IngestParams(source="files", path="data/incoming"))
    assert [batch.name for batch in found.batches] == ["good.csv"]


def test_the_same_content_is_one_batch_under_whatever_name(staged_project: Project) -> None:
    rows = make_rows(20, seed=9)
    drop_batch(staged_project, "a.csv", rows)
    drop_batch(staged_project, "b.csv", rows)
    write_csv(staged_project.root / "elsewhere.csv", make_rows(300))
    aged((staged_project.root / "rows.csv").rename(place(staged_project, "source again.csv")))
    (staged_project.root / "elsewhere.csv").rename(staged_project.root / "rows.csv")
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv", "a.csv"]
    assert (incoming.waiting(staged_project), incoming.is_current(staged_project)) == (0, True)


# -- held ----------------------------------------------------------------------------------------------------------


def test_a_poisoned_batch_is_held_and_the_data_stays(staged_project: Project) -> None:
    before = ids(staged_project)
    path = drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    (held,) = prepare(staged_project)
    assert (held.name, held.state, held.check, held.measured, held.limit) == ("bad.csv", "held", "agreement", 1.0, 0.15)
    assert path.exists()
    assert ids(staged_project) == before
    assert names(staged_project) == ["rows.csv"]
    assert len(list((staged_project.root / sources.SHARDS).iterdir())) == 1


def test_a_held_batch_is_looked_into_once_and_not_forgotten(
    staged_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    (held,) = incoming.take_in(staged_project)
    monkeypatch.setattr(examination.reading, "read", None)
    assert incoming.take_in(staged_project) == ()
    assert incoming.held(staged_project) == (held,)
    assert (incoming.waiting(staged_project), incoming.is_current(staged_project)) == (0, True)


@pytest.mark.parametrize("end", ["delete", "change"])
def test_a_hold_goes_with_its_file(staged_project: Project, end: str) -> None:
    path = drop_batch(staged_project, "batch.csv", swap_labels(make_rows(60, seed=9)))
    incoming.take_in(staged_project)
    path.unlink()
    if end == "change":
        drop_batch(staged_project, "batch.csv", make_rows(60, seed=9))
    assert incoming.held(staged_project) == ()
    prepare(staged_project)
    assert names(staged_project) == (["rows.csv", "batch.csv"] if end == "change" else ["rows.csv"])


def test_one_batch_is_held_and_the_other_taken(staged_project: Project) -> None:
    drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    drop_batch(staged_project, "good.csv", make_rows(60, seed=10))
    (held,) = prepare(staged_project)
    assert held.name == "bad.csv"
    assert names(staged_project) == ["rows.csv", "good.csv"]


# -- left for the next night ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.part", "text,label\n好,positive\n"),
        ("a.csv", ""),
        ("a.jsonl", '{"text": "好", "label": "positive"}\n{"text": "差'),
        ("a.csv", "text,label\n好,positive\n差"),
        ("a.parquet", b"PAR1 and nothing more"),
        ("notes.md", "hello"),
    ],
)
def test_what_is_not_finished_waits_and_is_counted(staged_project: Project, name: str, content: bytes | str) -> None:
    path = drop_batch(staged_project, name, content)
    for _ in range(2):
        assert incoming.take_in(staged_project) == ()
        assert (incoming.waiting(staged_project), incoming.is_current(staged_project)) == (1, True)
        assert [each["file"] for each in incoming.left(staged_project)] == [name]
    path.unlink()
    drop_batch(staged_project, "a.csv", make_rows(20, seed=9))
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv", "a.csv"]
    assert incoming.waiting(staged_project) == 0


def test_a_file_open_for_writing_waits_until_it_is_closed(staged_project: Project) -> None:
    path = drop_batch(staged_project, "slow.csv", make_rows(20, seed=9))
    with path.open("a", encoding="utf-8"):
        assert incoming.take_in(staged_project) == ()
        assert incoming.left(staged_project) == [{"file": "slow.csv", "reason": "a process is still writing it"}]
    assert prepare(staged_project) == ()
    assert names(staged_project) == ["rows.csv", "slow.csv"]


def test_a_file_written_just_now_is_waited_for(staged_project: Project) -> None:
    write_params(staged_project.root, {"admission": {"quiet_seconds": 1.0}})
    write_csv(place(staged_project, "now.csv"), make_rows(20, seed=9))
    began = time.monotonic()
    prepare(staged_project)
    assert time.monotonic() - began > 0.5
    assert names(staged_project) == ["rows.csv", "now.csv"]


# -- a person decides ----------------------------------------------------------------------------------------------


def test_forced_in_then_excluded_is_the_data_of_before(staged_project: Project) -> None:
    before = (staged_project.root / "data/split/train.parquet").read_bytes()
    bad = drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    prepare(staged_project)
    decision = incoming.admit_held(staged_project, "bad.csv", "we need it", "Li")
    bad.unlink()
    assert (decision.state, decision.by, decision.reason) == ("admitted", "Li", "we need it")
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv", "bad.csv"]
    assert (staged_project.root / "data/split/train.parquet").read_bytes() != before
    incoming.exclude(staged_project, decision.sha256[:6], "labels are swapped", "Li")
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv"]
    assert (staged_project.root / "data/split/train.parquet").read_bytes() == before


def test_an_excluded_batch_stays_out_when_it_is_dropped_again_until_it_is_admitted(staged_project: Project) -> None:
    rows = make_rows(20, seed=9)
    drop_batch(staged_project, "monday.csv", rows)
    prepare(staged_project)
    incoming.exclude(staged_project, "monday.csv", "not ours", "Li")
    drop_batch(staged_project, "tuesday.csv", rows)
    assert not admission.is_current(staged_project.root, IngestParams(source="files", path="rows.csv"))
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv"]
    assert [each.name for each in incoming.excluded(staged_project)] == ["monday.csv"]
    incoming.admit_held(staged_project, "monday.csv", "ours after all", "Li")
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv", "monday.csv"]


def test_a_file_of_the_source_can_be_excluded_and_admitted_again(staged_project: Project) -> None:
    drop_batch(staged_project, "monday.csv", make_rows(300, seed=9))
    prepare(staged_project)
    incoming.exclude(staged_project, "rows.csv", "outdated", "Li")
    prepare(staged_project)
    assert names(staged_project) == ["monday.csv"]
    incoming.admit_held(staged_project, "rows.csv", "a mistake", "Li")
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv", "monday.csv"]
    assert incoming.excluded(staged_project) == ()


def test_a_decision_made_while_a_night_looks_stands(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    drop_batch(staged_project, "held.csv", swap_labels(make_rows(60, seed=10)))
    incoming.take_in(staged_project)
    incoming.exclude(staged_project, "monday.csv", "not ours", "Li")
    (staged_project.root / batches.FILE).write_text(
        batches.read(staged_project.root).model_copy(update={"seen": {}}).model_dump_json(), encoding="utf-8"
    )
    assert path.exists()
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv"]


@pytest.mark.parametrize(
    ("batch", "reason", "actor", "message"),
    [
        ("monday.cvs", "x", "Li", "there is no batch 'monday.cvs'; expected 'monday.csv'; See `daybreak data batches`"),
        ("abc", "x", "Li", "there is no batch 'abc'"),
        ("monday.csv", " ", "Li", "the reason is empty"),
        ("monday.csv", "x", "", "the name is empty"),
    ],
)
def test_a_wrong_decision_is_refused_in_words(
    staged_project: Project, batch: str, reason: str, actor: str, message: str
) -> None:
    drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    prepare(staged_project)
    with pytest.raises(DataError, match=message):
        incoming.exclude(staged_project, batch, reason, actor)


def test_what_makes_no_sense_is_refused(staged_project: Project) -> None:
    with pytest.raises(DataError, match=r"batch rows.csv is the only one"):
        incoming.exclude(staged_project, "rows.csv", "x", "Li")
    with pytest.raises(DataError, match=r"batch rows.csv is neither held nor excluded"):
        incoming.admit_held(staged_project, "rows.csv", "x", "Li")
    drop_batch(staged_project, "monday.csv", make_rows(20, seed=9))
    prepare(staged_project)
    incoming.exclude(staged_project, "monday.csv", "x", "Li")
    with pytest.raises(DataError, match=r"batch monday.csv is excluded already"):
        incoming.exclude(staged_project, "monday.csv", "x", "Li")
    incoming.take_in(staged_project)
    admission.admit(staged_project.root, IngestParams())
    with pytest.raises(DataError, match=r"sample is the project's source itself.*ingest.source"):
        incoming.exclude(staged_project, "sample", "x", "Li")


def test_a_held_file_that_was_changed_is_not_forced_in(staged_project: Project) -> None:
    path = drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    incoming.take_in(staged_project)
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(DataError, match=r"there is no batch 'bad.csv'"):
        incoming.admit_held(staged_project, "bad.csv", "x", "Li")


def test_every_batch_is_listed(staged_project: Project) -> None:
    drop_batch(staged_project, "good.csv", make_rows(60, seed=10))
    drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    prepare(staged_project)
    states = {each["name"]: each["state"] for each in incoming.listing(staged_project)}
    assert states == {"rows.csv": "in", "good.csv": "admitted", "bad.csv": "held"}


# -- with dvc and git ----------------------------------------------------------------------------------------------


def test_versions_follow_what_is_admitted_forced_in_and_excluded(prepared: Project) -> None:
    first = versions.prepare(prepared)
    rows = make_rows(60, seed=9)
    drop_batch(prepared, "good.csv", rows)
    drop_batch(prepared, "bad.csv", swap_labels(make_rows(60, seed=10)))
    second = versions.prepare(prepared)
    assert (first.version, second.version) == (1, 2)
    assert ids(prepared) > ids_of(rows)
    assert [each.name for each in incoming.held(prepared)] == ["bad.csv"]
    assert versions.status(prepared) == second
    incoming.admit_held(prepared, "bad.csv", "we need it", "Li")
    assert versions.status(prepared) is None
    assert versions.prepare(prepared).version == 3
    incoming.exclude(prepared, "bad.csv", "labels are swapped", "Li")
    again = versions.prepare(prepared)
    assert (again.version, again.digest) == (second.version, second.digest)


def test_a_night_without_new_files_knows_it_in_milliseconds(staged_project: Project) -> None:
    for number in range(20):
        drop_batch(staged_project, f"{number}.csv", make_rows(5, seed=number))
    prepare(staged_project)
    began = time.process_time()
    assert incoming.is_current(staged_project)
    assert time.process_time() - began < 1


def test_the_decisions_are_no_part_of_what_git_sees(staged_project: Project) -> None:
    ignored = (staged_project.root / ".gitignore").read_text(encoding="utf-8")
    assert "/data/*" in ignored
    assert batches.FILE.parts[0] == batches.INCOMING.parts[0] == "data"


def test_sources_yaml_tells_what_came_in(staged_project: Project) -> None:
    drop_batch(staged_project, "day/monday.csv", make_rows(20, seed=9))
    prepare(staged_project)
    listed = yaml.safe_load((staged_project.root / sources.FILE).read_text(encoding="utf-8"))["batches"][1]
    assert (listed["name"], listed["source"], listed["origin"]) == (
        "day/monday.csv", "files", "data/incoming/day/monday.csv"
    )  # fmt: skip
