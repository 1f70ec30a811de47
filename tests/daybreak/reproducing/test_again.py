"""A run made again by the code of its commit, in a process of its own, while today's code is another."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from making import Finished, commit_all, run_git

from daybreak import digests, reproducing
from daybreak.records import DatasetRef
from daybreak.reproducing import again, room


def test_what_a_later_daybreak_wrote_down_beside_is_passed_over(tiny_dataset: DatasetRef) -> None:
    told = {**tiny_dataset.model_dump(mode="json"), "colour": "blue"}
    assert again._known(DatasetRef, told) == tiny_dataset


def test_the_code_of_another_place_is_refused(tmp_path: Path) -> None:
    again._demand(str(digests.HOUSE))
    with pytest.raises(SystemExit, match=f"not from {tmp_path}"):
        again._demand(str(tmp_path))


@pytest.mark.slow
def test_yesterday_s_code_gives_yesterday_s_bits_though_today_s_is_broken(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkout gets the code the night ran on, is committed, and then broken: the run is still the same."""
    from dataclasses import replace

    checkout = tmp_path / "checkout"
    shutil.copytree(finished.night.checkout, checkout)
    shutil.rmtree(checkout / room.CODE)
    shutil.copytree(digests.HOUSE, checkout / room.CODE, ignore=shutil.ignore_patterns("__pycache__"))
    commit_all(checkout, "The code of that night")
    commit = run_git(checkout, "rev-parse", "HEAD").strip()
    (checkout / room.PROOF).write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    commit_all(checkout, "Break it")
    project = finished.night.project.model_copy(update={"root": checkout})
    night = replace(finished.night, checkout=checkout, project=project)
    object.__setattr__(night, "store", finished.night.store)
    real = reproducing.past.read

    def dated(*asked: Any) -> Any:
        found = real(*asked)
        return found._replace(record=found.record.model_copy(update={"commit": commit}))

    monkeypatch.setattr(reproducing.past, "read", dated)
    told: list[str] = []
    found = reproducing.reproduce(night, finished.record.run_id, lambda step, share, note: told.append(step))
    assert found.identical
    assert found.commit == commit
    assert list(dict.fromkeys(told)) == ["start", "train", "export", "evaluate"]


@pytest.mark.parametrize("kind", ["classify", "generate"])
def test_either_recipe_comes_out_the_same(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    from daybreak.training import winner

    names = ("tiny_dataset", "tiny_model", "tiny_training")
    names = names if kind == "classify" else ("tiny_dialogues", "tiny_writer", "tiny_writing")
    dataset, model, training = (request.getfixturevalue(name) for name in names)
    short = training.model_copy(update={"epochs": 0.5, "seeds": 2})
    for name in ("made", "again"):
        (tmp_path / name).mkdir()
    made = winner.train(dataset, model, short, tmp_path / "made", cache=tmp_path / "cache")
    asked = {
        "run": "past",
        "dataset": dataset.model_dump(mode="json"),
        "model": model.model_dump(mode="json"),
        "training": short.model_dump(mode="json"),
        "best": {},
        "exporting": None,
        "folder": str(tmp_path / "again"),
    }
    answer = again.run(asked, lambda step, share, note: None)
    assert answer["model"]["sha256"] == made.sha256
    assert answer["metrics"] == made.metrics
    assert answer["shipped"] is None
