"""A run as it was recorded, read without today's records, and changed on purpose."""

import json
from typing import Any

import pytest
from making import Finished

from daybreak.errors import BadInput, ParamsError
from daybreak.records import RunRecord
from daybreak.reproducing import past
from daybreak.reproducing.past import Past


@pytest.fixture(scope="module")
def record() -> RunRecord:
    at = "2026-01-01T00:00:00+00:00"
    given: dict[str, Any] = {"run_id": "r", "project": "p", "status": "held", "released": False}
    return RunRecord(**given, started_at=at, finished_at=at)  # type: ignore[arg-type]


def _past(record: RunRecord, **results: Any) -> Past:
    return Past(record, {"model": {"path": "/nowhere", "metrics": {"validation_loss": 1.0}}, **results}, {})


def test_a_night_has_an_artifact_its_metrics_and_its_code(finished: Finished) -> None:
    found = past.read(finished.night, finished.record.run_id)
    assert found.shipped is not None
    assert found.shipped["sha256"] == finished.results.exported.shipped.sha256
    assert found.metrics == finished.results.evidence.candidate.metrics
    assert {"code of recipes", "code of training"} <= found.code.keys()
    assert found.params["training"]["epochs"] == 4


def test_a_training_that_exported_nothing_has_its_own_metrics(record: RunRecord) -> None:
    found = _past(record, exported=None, evidence=None)
    assert found.shipped is None
    assert found.metrics == {"validation_loss": 1.0}
    assert found.code == {}


def test_the_artifact_says_of_what_it_was_made_and_the_run_where_it_is_gone(finished: Finished) -> None:
    found = past.read(finished.night, finished.record.run_id)
    said = found.provenance
    assert said["commit"] == finished.record.commit
    assert said["params_digest"] == finished.record.params_digest
    assert said["data_version"] == finished.results.dataset.version
    exported = json.loads(json.dumps(found.results["exported"]))
    for each in exported["artifacts"]:
        each["path"] = "/nowhere"
    assert found._replace(results={**found.results, "exported": exported}).provenance == said


def test_a_run_that_began_from_the_champion_begins_from_that_model_again(finished: Finished) -> None:
    folder = finished.night.folder
    before = (folder / "params.json").read_bytes()
    tree = json.loads(before)
    tree["model"]["base"] = "champion"
    try:
        (folder / "params.json").write_text(json.dumps(tree), encoding="utf-8")
        found = past.read(finished.night, finished.record.run_id)
    finally:
        (folder / "params.json").write_bytes(before)
    assert found.params["model"]["base"] == finished.results.model.base.source


def test_settings_are_changed_in_a_copy(record: RunRecord) -> None:
    found = _past(record)._replace(params={"training": {"threads": 1, "seed": 17}})
    changed = past.change(found, ("training.threads=2", "training.seed=18"))
    assert changed.params == {"training": {"threads": 2, "seed": 18}}
    assert found.params == {"training": {"threads": 1, "seed": 17}}
    with pytest.raises(ParamsError, match=r"'training\.treads=2' changes nothing that the run was made by"):
        past.change(found, ("training.treads=2",))


def test_an_unknown_run(finished: Finished) -> None:
    with pytest.raises(BadInput, match="there is no run nobody of project sample"):
        past.read(finished.night, "nobody")
