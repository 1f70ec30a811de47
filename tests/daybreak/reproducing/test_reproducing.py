"""A night done again: bit for bit, without touching anything, and what it says where that cannot be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from making import Finished, commit_all, make_rows, write_csv

from daybreak import digests, reproducing
from daybreak import night as steps
from daybreak.errors import BadInput, DataError, ParamsError
from daybreak.night import Night, open_night


def content(folder: Path) -> str:
    return digests.of_files((path for path in folder.rglob("*") if path.is_file()), below=folder)


@pytest.fixture
def recorded(finished: Finished) -> Iterator[Any]:
    """`recorded(file, edit)` changes a JSON file of the run's folder until the test is over."""
    originals: dict[Path, bytes] = {}

    def change(name: str, edit: Any) -> None:
        path = finished.night.folder / name
        originals.setdefault(path, path.read_bytes())
        tree = json.loads(path.read_text(encoding="utf-8"))
        edit(tree)
        path.write_text(json.dumps(tree), encoding="utf-8")

    yield change
    for path, before in originals.items():
        path.write_bytes(before)


def test_the_same_bits_come_out_and_nothing_is_touched(finished: Finished) -> None:
    before = content(finished.night.store.root), content(finished.night.project.data)
    told: list[str] = []
    found = reproducing.reproduce(finished.night, finished.record.run_id, lambda step, share, note: told.append(step))
    assert found.differences == ()
    assert found.identical
    assert (found.weights_sha256, found.distance) == (finished.results.model.sha256, {})
    assert finished.record.model is not None
    assert found.artifact_sha256 == finished.record.model.sha256
    assert found.metrics["accuracy"] == finished.record.metrics["accuracy"]
    assert (content(finished.night.store.root), content(finished.night.project.data)) == before
    assert list(dict.fromkeys(told)) == ["train", "export", "evaluate"]


def test_another_seed_gives_other_weights_and_says_what_differs_first(finished: Finished, recorded: Any) -> None:
    recorded("params.json", lambda tree: tree["training"].update(seed=18))
    found = reproducing.reproduce(finished.night, finished.record.run_id)
    assert not found.identical
    assert found.differences[0].startswith("the trained model has SHA-256 ")
    assert found.differences[1].startswith("its weights lie ")
    assert found.differences[2].startswith("the artifact that ships has SHA-256 ")
    assert found.distance["relative"] > 0.01
    assert found.distance["largest"] > 0


def test_a_thread_more_is_named_whatever_it_does_to_the_bits(finished: Finished) -> None:
    found = reproducing.reproduce(finished.night, finished.record.run_id, overrides=("training.threads=2",))
    assert found.circumstances == ("training.threads=2 was set on purpose", "threads is 2, the run's was 1")
    if not found.identical:
        assert found.differences[:2] == found.circumstances
        assert found.distance["relative"] < 0.5


@pytest.mark.parametrize("override", ["training.thread=2", "gates.quality=2", "training.threads"])
def test_only_what_the_run_was_made_by_can_be_changed(finished: Finished, override: str) -> None:
    with pytest.raises(ParamsError, match=r"changes nothing that the run was made by; expected section\.key=value"):
        reproducing.reproduce(finished.night, finished.record.run_id, overrides=(override,))


def test_circumstances_stand_before_outcomes(finished: Finished, recorded: Any) -> None:
    """Another commit and lock file come first; where the same bits come out all the same, they are no difference."""
    root = finished.night.checkout
    (root / "requirements.lock").write_text("torch==0.1\n", encoding="utf-8")
    try:
        found = reproducing.reproduce(finished.night, finished.record.run_id)
        assert found.identical
        assert found.circumstances[-1] == "requirements.lock is another one"
        recorded("params.json", lambda tree: tree["training"].update(seed=18))
        assert reproducing.reproduce(finished.night, finished.record.run_id).differences[0] == found.circumstances[0]
    finally:
        (root / "requirements.lock").unlink()


def test_an_unknown_run(finished: Finished) -> None:
    with pytest.raises(BadInput, match="there is no run nobody of project sample; expected a run"):
        reproducing.reproduce(finished.night, "nobody")


def test_a_run_that_trained_nothing(finished: Finished, recorded: Any) -> None:
    recorded("results.json", lambda tree: tree.clear())
    with pytest.raises(BadInput, match=r"left no results in .*; expected a run that trained a model"):
        reproducing.reproduce(finished.night, finished.record.run_id)


def test_params_of_another_daybreak(finished: Finished, recorded: Any) -> None:
    recorded("params.json", lambda tree: tree["training"].update(magic=1))
    with pytest.raises(
        ParamsError, match=r"the section training that run .* recorded cannot be read.*See its params\.json"
    ):
        reproducing.reproduce(finished.night, finished.record.run_id)


def test_a_data_version_that_never_was(finished: Finished, recorded: Any) -> None:
    recorded("results.json", lambda tree: tree["dataset"].update(version=7))
    with pytest.raises(DataError, match="has no data version 7; expected one of: 1"):
        reproducing.reproduce(finished.night, finished.record.run_id)


@pytest.mark.slow
def test_a_run_on_data_of_the_past_needs_nothing_but_tag_and_cache(finished: Finished, tmp_path: Path) -> None:
    """The data has moved on to version 2; the first night's comes from dvc's cache, and the workspace keeps its own."""
    import shutil

    root = tmp_path / "checkout"
    shutil.copytree(finished.night.checkout, root)
    night: Night = replace(open_night(None, (), root), settings=finished.night.settings)
    write_csv(root / "rows.csv", make_rows(700, seed=5))
    commit_all(root, "More rows")
    assert steps.prepare(night).value.version == 2
    before = content(night.project.data)
    assert reproducing.reproduce(night, finished.record.run_id).identical
    assert content(night.project.data) == before
