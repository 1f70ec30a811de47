"""The tree behind a dossier: complete where everything is there, and whole where something is not."""

import json
from typing import Any

import pytest

from daybreak.reports import content


@pytest.fixture
def tree(night: Any) -> dict[str, Any]:
    return content.gather(**night.given())


def test_the_tree_is_json_and_says_everything(tree: dict[str, Any], night: Any) -> None:
    again = json.loads(json.dumps(tree, ensure_ascii=False))
    assert again["record"]["run_id"] == night.record.run_id
    assert again["judgement"]["digest"] == night.judgement.digest
    assert again["evidence"]["digest"] == night.evidence.digest
    assert again["champion_version"] == 2
    assert again["comparison"]["fixes"] == 3
    assert len(again["history"]) == 180
    assert again["data"]["baseline"]["naive_accuracy"] == 0.937
    assert again["data"].keys() == {"baseline", "licences"}, "what the page uses, and no text of a row"
    assert again["answers"]["confusion"] == [[3, 1], [1, 3]]
    assert again["environment"]["python"]


def test_metrics_stand_beside_each_other(tree: dict[str, Any]) -> None:
    rows = {row["name"]: row for row in tree["metrics"]}
    assert rows["accuracy"] == {"name": "accuracy", "candidate": 0.75, "baseline": 0.5, "champion": 0.5}
    assert rows["macro_f1"]["baseline"] == pytest.approx(1 / 3)
    assert rows["latency_ms_p95"]["baseline"] is None
    assert "naive_accuracy" not in rows


def test_the_metrics_people_ask_for_come_first(night: Any) -> None:
    metrics = {"latency_ms_p95": 3.2, "auc": 0.9, "macro_f1": 0.75, "accuracy": 0.75}
    candidate = night.evidence.candidate.model_copy(update={"metrics": metrics})
    evidence = night.evidence.model_copy(update={"candidate": candidate})
    record = night.record.model_copy(update={"metrics": {"unknown_token_rate": 0.01, **metrics}})
    names = [row["name"] for row in content.gather(**night.given(evidence=evidence, record=record))["metrics"]]
    assert names == ["accuracy", "macro_f1", "auc", "unknown_token_rate", "latency_ms_p95"]


def test_a_first_night_has_no_champion(night: Any) -> None:
    evidence = night.evidence.model_copy(update={"champion": None})
    tree = content.gather(**night.given(evidence=evidence))
    assert tree["comparison"] is None
    assert {row["champion"] for row in tree["metrics"]} == {None}


def test_what_is_missing_is_left_out(night: Any) -> None:
    for path in (*night.evidence.candidate.path.iterdir(), *(night.evidence.dataset.path / "describe").iterdir()):
        path.unlink()
    night.history.unlink()
    tree = content.gather(**night.given())
    assert (tree["comparison"], tree["answers"], tree["data"], tree["history"], tree["wrong"]) == (
        None,
        None,
        None,
        [],
        [],
    )
