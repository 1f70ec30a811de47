"""Canaries that a training was taught: one that learned them by heart is caught, one that did not passes."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak.gates.privacy import Params, check
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, Evidence, Outcome
from daybreak.testing.gate_contract import make_evidence
from daybreak.training import planting
from daybreak.training.params import TrainingParams


def judge(planted: dict[str, Any], folder: Path) -> Outcome:
    evidence: Evidence = make_evidence(folder, recipe="generate")
    path = evidence.candidate.path / "privacy.json"
    found = {**json.loads(path.read_text(encoding="utf-8")), "canaries": planted}
    path.write_text(json.dumps(found), encoding="utf-8")
    return check(evidence, Params(min_canaries=8)).outcome


@pytest.mark.parametrize(
    ("canaries", "repeats", "epochs", "outcome"), [(32, 1, 1, Outcome.PASS), (8, 30, 12, Outcome.FAIL)]
)
def test_a_model_that_memorised_fails_and_one_that_did_not_passes(  # noqa: PLR0917 - fixtures
    tiny_dialogues: DatasetRef,
    tiny_writer: ModelParams,
    tiny_writing: TrainingParams,
    tmp_path: Path,
    canaries: int,
    repeats: int,
    epochs: int,
    outcome: Outcome,
) -> None:
    folder = tmp_path / "planted"
    folder.mkdir()
    before = tiny_dialogues.split("train").read_bytes()
    training = tiny_writing.model_copy(update={"epochs": epochs, "dropout": 0.0})
    found = planting.measure(tiny_dialogues, tiny_writer, training, folder, canaries=canaries, repeats=repeats)
    assert judge(found, tmp_path / "evidence") is outcome
    assert tiny_dialogues.split("train").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [planting.FILE], "no weights: nothing to export or register"


def test_draws_are_the_same_each_time_and_never_planted_twice() -> None:
    made = planting.draw(4)
    assert made == planting.draw(4)
    assert all(len({one.planted, *one.others}) == 128 for one in made)
    assert "号门的密码" in made[0].planted
    assert made[1].planted.startswith("The code of door 1 is ")
