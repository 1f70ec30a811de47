"""What is removed of the past, and everything that is not."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fabricating import fabricate_night, size_of
from making import Finished

from daybreak import recording, retention
from daybreak.keeping import RetentionParams
from daybreak.night import Night
from daybreak.planning import Results
from daybreak.records import RunRecord
from daybreak.tracking import Registry
from daybreak.tuning import search

KEPT = 2
RELEASED = (True, True, False, True, False)


@pytest.fixture(scope="module")
def lived(_finished: Finished, tmp_path_factory: pytest.TempPathFactory, mlflow_template: Path) -> Night:
    """Five nights in a home of their own, some released; `retention.nights` is two. Nothing is cleaned yet."""
    night = dwell(_finished, tmp_path_factory.mktemp("lived") / "home", mlflow_template)
    for number, passes in enumerate(RELEASED, 1):
        fabricate_night(night, _finished.results.dataset, number, passes=passes)
    return night


def dwell(finished: Finished, home: Path, mlflow_template: Path) -> Night:
    """The finished night's project with a state of its own."""
    home.mkdir(parents=True)
    shutil.copyfile(mlflow_template, home / "mlflow.db")
    params = finished.night.params.model_copy(update={"retention": RetentionParams(nights=KEPT)})
    return replace(finished.night, settings=finished.night.settings.model_copy(update={"home": home}), params=params)


@pytest.fixture
def night(lived: Night, tmp_path: Path) -> Iterator[Night]:
    """The five nights, put back afterwards in their place, since paths in records are absolute.

    Databases are written back through SQLite: clients of this process still hold the files open.
    """
    home, before = lived.settings.home, tmp_path / "before"
    shutil.copytree(home, before)
    yield lived
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
            shutil.copytree(before / path.name, path)
    for name in ("ledger.db", "mlflow.db"):
        with closing(sqlite3.connect(before / name)) as kept, closing(sqlite3.connect(home / name)) as live:
            kept.backup(live)


def clean(night: Night, *, dry_run: bool = False) -> retention.Cleaned:
    return retention.clean(night, recording.open_ledger(night), dry_run)


def runs(night: Night) -> list[RunRecord]:
    """Oldest first."""
    return recording.open_ledger(night).runs(night.project.name, limit=100)[::-1]


def results(night: Night, run: RunRecord) -> Results:
    path = night.settings.runs(night.project) / run.run_id / recording.RESULTS
    return Results.model_validate_json(path.read_text(encoding="utf-8"))


def test_a_dry_run_tells_and_removes_nothing(night: Night) -> None:
    before = size_of(night.settings.home)
    told = clean(night, dry_run=True)
    assert told.dry_run
    assert told.bytes > 0
    assert size_of(night.settings.home) == pytest.approx(before, abs=100_000)  # SQLite's own files may move
    done = clean(night)
    assert done.what == told.what
    assert done.bytes >= told.bytes


def test_what_the_kept_nights_did_stays_and_what_older_ones_did_goes(night: Night) -> None:
    past = runs(night)
    clean(night)
    for place, run in enumerate(past):
        found = results(night, run)
        kept = place >= len(past) - KEPT
        assert found.model.path.exists() == kept
        assert found.exported.fp32.path.exists() == kept
        assert found.evidence.candidate.path.exists() == kept
    assert len(list(night.store.root.glob("judge/*"))) == KEPT
    assert len(list(night.store.root.glob("sweep/*"))) == KEPT
    assert len(list(night.cache.glob("tokens/*"))) == KEPT


def test_whatever_was_released_stays_for_good(night: Night) -> None:
    past = runs(night)
    clean(night)
    ledger, registry = recording.open_ledger(night), Registry(night.settings.mlflow)
    done = [move for move in ledger.history(night.project.name) if move.outcome == "done"]
    assert len(done) == sum(RELEASED)
    for move in done:
        run = next(run for run in past if run.run_id == move.run_id)
        assert (night.settings.models(night.project) / move.model_sha256 / "model.onnx").is_file()
        assert (night.settings.runs(night.project) / run.run_id / "dossier" / "report.html").is_file()
        assert move.to_version is not None
        registered = registry.version(night.project, move.to_version)
        assert registered is not None
        assert registered.sha256 == move.model_sha256
    champion = ledger.champion(night.project.name)
    assert champion is not None
    assert registry.alias(night.project) == champion.version


def test_a_refused_night_of_old_leaves_its_record_and_no_more(night: Night) -> None:
    old = runs(night)[2]
    assert old.status == "refused"
    clean(night)
    folder = night.settings.runs(night.project) / old.run_id
    assert sorted(path.name for path in folder.iterdir()) == ["params.json", "results.json", "run.json"]
    assert recording.open_ledger(night).run(night.project.name, old.run_id) == old
    assert old.model is not None
    assert old.model.version is not None
    assert not (night.settings.models(night.project) / old.model.sha256).exists()
    assert Registry(night.settings.mlflow).version(night.project, old.model.version) is None


def test_mlflow_keeps_released_nights_without_trials_and_kept_nights_with(night: Night) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import ViewType

    clean(night)
    client = MlflowClient(night.settings.mlflow)
    experiment = client.get_experiment_by_name(night.project.registered_model)
    found = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL)
    nights = {run.info.run_id: run.data.tags["daybreak.run_id"] for run in found if "daybreak.run_id" in run.data.tags}
    past = runs(night)
    expected = {run.run_id for place, run in enumerate(past) if RELEASED[place] or place >= len(past) - KEPT}
    assert set(nights.values()) == expected
    parents = [run.data.tags["mlflow.parentRunId"] for run in found if "mlflow.parentRunId" in run.data.tags]
    assert {nights[parent] for parent in parents} == {run.run_id for run in past[-KEPT:]}
    folders = {path.name for path in (night.settings.mlflow_artifacts / night.project.name).iterdir()} - {"models"}
    assert folders == set(nights)


def test_cleaning_again_finds_nothing(night: Night) -> None:
    clean(night)
    again = clean(night)
    assert again.what == {}


def test_steps_that_a_kept_night_reused_stay_however_old(night: Night) -> None:
    """The latest night stands on the training and export of the very first."""
    past = runs(night)
    first, last = results(night, past[0]), results(night, past[-1])
    reused = last.model_copy(update={"model": first.model, "exported": first.exported})
    path = night.settings.runs(night.project) / past[-1].run_id / recording.RESULTS
    path.write_text(reused.model_dump_json(), encoding="utf-8")
    clean(night)
    assert first.model.path.is_dir()
    assert first.exported.fp32.path.is_dir()
    assert not results(night, past[1]).model.path.exists()


def test_a_night_that_waits_for_approval_keeps_what_it_needs(night: Night) -> None:
    """It has results and no record yet, and may stand on an old candidate."""
    waiting = night.settings.runs(night.project) / "20261122-waiting"
    waiting.mkdir()
    old = results(night, runs(night)[2])
    (waiting / recording.RESULTS).write_text(old.model_dump_json(), encoding="utf-8")
    clean(night)
    assert old.model.path.is_dir()
    assert (night.settings.models(night.project) / old.exported.shipped.sha256).is_dir()


def test_before_there_are_more_nights_than_are_kept_nothing_goes(night: Night) -> None:
    params = night.params.model_copy(update={"retention": RetentionParams(nights=len(RELEASED))})
    before = size_of(night.settings.steps(night.project))
    assert clean(replace(night, params=params)).what == {}
    assert size_of(night.settings.steps(night.project)) == before


def test_unchanged_nights_push_no_other_out(night: Night) -> None:
    *_, oldest_kept, last = runs(night)
    for number in range(KEPT):
        now = datetime.now(UTC)
        recording.unchanged(replace(night, run_id=f"again-{number}", started_at=now), last)
    clean(night)
    assert results(night, oldest_kept).model.path.is_dir()


def test_what_killed_processes_left_goes_once_it_is_old(night: Night) -> None:
    models, place = night.settings.models(night.project), night.store.root / "reproduce"
    left = [models / f"{'a' * 64}.partial", place / "tmp1", place / "tmp2"]
    for folder in left:
        folder.mkdir(parents=True)
    for folder in left[:2]:
        os.utime(folder, (0, 0))
    assert clean(night).what["leftovers"] >= 2
    assert [folder.exists() for folder in left] == [False, False, True]


def test_checkpoints_stay_while_somebody_may_go_on_from_them(night: Night) -> None:
    living, stale = (night.cache / "checkpoints" / name for name in ("living", "stale"))
    for folder in (living, stale):
        (folder / "step-000000200").mkdir(parents=True)
        os.utime(folder, (0, 0))
    os.utime(stale / "step-000000200", (0, 0))
    assert clean(night).what["checkpoints"] == 1
    assert (living / "step-000000200").is_dir()
    assert not stale.exists()


def test_curves_of_old_nights_go(night: Night) -> None:
    folders = [night.settings.runs(night.project) / run.run_id for run in runs(night)]
    for folder in folders:
        (folder / "tensorboard").mkdir()
    clean(night)
    assert [(folder / "tensorboard").exists() for folder in folders] == [False] * (len(folders) - KEPT) + [True] * KEPT


def test_scratch_of_sweeps_is_found_by_its_token() -> None:
    with search.scratch_folder() as folder:
        assert folder in search.scratch_folders()
    assert folder not in search.scratch_folders()


def test_data_is_never_touched(night: Night) -> None:
    before = size_of(night.project.data), size_of(night.checkout / ".dvc"), size_of(night.checkout / ".git")
    clean(night)
    assert (size_of(night.project.data), size_of(night.checkout / ".dvc"), size_of(night.checkout / ".git")) == before


@pytest.mark.slow
def test_many_nights_stay_as_small_as_a_few(finished: Finished, tmp_path: Path, mlflow_template: Path) -> None:
    """Refused nights with 100 kB files, cleaned after each: after the first few, a night costs its record only."""
    night = dwell(finished, tmp_path / "home", mlflow_template)
    sizes = []
    for number in range(1, 31):
        fabricate_night(night, finished.results.dataset, number, passes=number == 1, bytes_a_file=20_000)
        clean(night)
        sizes.append(size_of(night.settings.home))
    assert sizes[-1] - sizes[9] < 20 * 120_000
    assert sizes[-1] < 12_000_000
