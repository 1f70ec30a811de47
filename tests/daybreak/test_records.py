"""The vocabulary is frozen, strict, and travels unharmed between processes."""

import inspect
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from daybreak import records
from daybreak.records import (
    ArtifactRef,
    BaseRef,
    DatasetRef,
    Evidence,
    ExportRef,
    FileDigest,
    Judgement,
    Measurements,
    ModelRef,
    Outcome,
    Project,
    Record,
    RunRecord,
    Verdict,
)

DATASET = DatasetRef(
    project="sample",
    version=3,
    digest="d" * 64,
    path=Path("data"),
    labels=("negative", "positive"),
    rows={"train": 7, "test": 1},
)


def artifact(kind: str) -> ArtifactRef:
    file = FileDigest(name="model.onnx", sha256="f" * 64, bytes=9)
    return ArtifactRef.model_validate({"path": kind, "kind": kind, "sha256": kind, "bytes": 9, "files": (file,)})


def measured(digest: str) -> Measurements:
    return Measurements(
        path=Path("evaluation"),
        digest=digest,
        artifact_sha256="a",
        dataset_digest=DATASET.digest,
        metrics={"accuracy": 0.85},
    )


def verdict(outcome: Outcome = Outcome.PASS, mode: str = "block", measured: float | None = 0.85) -> Verdict:
    return Verdict.model_validate(
        {
            "gate": "quality",
            "outcome": outcome,
            "measured": measured,
            "limit": 0.8,
            "bound": 0.83,
            "samples": 1740,
            "reason": "准确率不低于基线",
            "mode": mode,
        }
    )


EVERY = [value for _, value in inspect.getmembers(records, inspect.isclass) if issubclass(value, Record)]


@pytest.mark.parametrize("record", EVERY, ids=lambda record: record.__name__)
def test_every_record_is_frozen_and_strict(record: type[Record]) -> None:
    assert record.model_config.get("frozen") is True
    assert record.model_config.get("extra") == "forbid"


def test_a_field_cannot_be_changed_or_invented() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DATASET.version = 4  # type: ignore[misc]
    with pytest.raises(ValidationError, match="not permitted"):
        Project.model_validate({"name": "sample", "root": ".", "colour": "red"})


@pytest.mark.parametrize(
    "record", [DATASET, verdict(), verdict(Outcome.INCONCLUSIVE, measured=None), artifact("onnx-int8")]
)
def test_records_survive_pickling_and_json(record: Record) -> None:
    assert pickle.loads(pickle.dumps(record)) == record
    assert type(record).model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(
    ("name", "prefix", "model"), [("sample", "data/", "daybreak-sample"), ("hotel", "data/hotel/", "daybreak-hotel")]
)
def test_everything_of_a_project_hangs_on_it(tmp_path: Path, name: str, prefix: str, model: str) -> None:
    project = Project(name=name, root=tmp_path)
    assert (project.params_file, project.data) == (tmp_path / "params.yaml", tmp_path / "data")
    assert project.plugins == tmp_path / "plugins"
    assert (project.tag_prefix, project.registered_model) == (prefix, model)


def test_a_dataset_knows_its_files() -> None:
    assert DATASET.split("validation") == Path("data/split/validation.parquet")


@pytest.mark.parametrize("ship", ["onnx-int8", "onnx-fp32"])
def test_one_artifact_ships(ship: str) -> None:
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="t")
    model = ModelRef(
        path=Path("m"), recipe="classify", labels=("negative", "positive"), sha256="m", base=base, seed=17, metrics={}
    )
    parts = {"model": model, "fp32": artifact("onnx-fp32"), "int8": artifact("onnx-int8"), "exporter": "torchscript"}
    assert ExportRef.model_validate({**parts, "ship": ship}).shipped.kind == ship


def test_evidence_points_at_the_baseline_and_is_named_by_all_its_parts() -> None:
    first = Evidence(candidate=measured("c"), champion=None, dataset=DATASET)
    against = Evidence(candidate=measured("c"), champion=measured("d"), dataset=DATASET)
    later = Evidence(candidate=measured("c"), champion=None, dataset=DATASET.model_copy(update={"digest": "e" * 64}))
    assert first.baseline == Path("data/describe/baseline.parquet")
    assert len({first.digest, against.digest, later.digest}) == 3


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("mode", ["block", "warn", "off"])
def test_only_a_blocking_gate_that_fails_or_cannot_tell_blocks(outcome: Outcome, mode: str) -> None:
    stops = mode == "block" and outcome in {Outcome.FAIL, Outcome.INCONCLUSIVE}
    assert verdict(outcome, mode).blocks is stops


def test_a_judgement_names_what_blocked_it() -> None:
    verdicts = (verdict(), verdict(Outcome.FAIL), verdict(Outcome.FAIL, "warn"))
    judgement = Judgement(verdicts=verdicts, evidence_digest="e", champion_version=None, digest="j")
    assert judgement.blocked_by == (verdicts[1],)


def test_a_judgement_is_tied_to_verdicts_evidence_and_champion() -> None:
    digests = {
        Judgement.compute_digest([verdict()], "e", 1),
        Judgement.compute_digest([verdict(Outcome.FAIL)], "e", 1),
        Judgement.compute_digest([verdict()], "f", 1),
        Judgement.compute_digest([verdict()], "e", None),
    }
    assert len(digests) == 4


def test_outcomes_read_as_words_in_json() -> None:
    assert json.loads(verdict(Outcome.NOT_APPLICABLE).model_dump_json())["outcome"] == "NOT_APPLICABLE"


def test_a_run_that_changed_nothing_needs_little() -> None:
    now = datetime.now(UTC)
    run = RunRecord(
        run_id="r2", project="sample", status="unchanged", released=False, started_at=now, finished_at=now, same_as="r1"
    )
    assert json.loads(run.model_dump_json())["same_as"] == "r1"
    with pytest.raises(ValidationError, match="status"):
        RunRecord.model_validate({**run.model_dump(), "status": "perhaps"})
