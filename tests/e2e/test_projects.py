"""Two projects, both released in one checkout: neither touches what is the other's."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from making import Finished, finish_night, run_git

from daybreak import digests, recording, retention
from daybreak.records import Champion
from daybreak.tracking import Registry

pytestmark = pytest.mark.slow


class State(NamedTuple):
    """All that is one project's own."""

    champion: Champion | None
    alias: int | None
    moves: int
    files: dict[str, str]


def state(finished: Finished) -> State:
    night, ledger = finished.night, recording.open_ledger(finished.night)
    settings, project = night.settings, night.project
    places = (
        settings.steps(project),
        settings.models(project),
        settings.runs(project),
        settings.mlflow_artifacts / project.name,
        project.data,
    )
    files = {
        str(place): digests.of_files((p for p in place.rglob("*") if p.is_file()), below=place) for place in places
    }
    alias = Registry(settings.mlflow).alias(project)
    return State(ledger.champion(project.name), alias, len(ledger.history(project.name)), files)


def test_two_projects_share_a_machine_and_nothing_else(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    sample = finish_night(checkout)
    before = state(sample)
    news = finish_night(checkout, "news")
    assert sample.record.status == news.record.status == "released"
    assert state(sample) == before
    assert run_git(checkout, "tag").split() == ["data/1", "data/news/1"]
    ours, theirs = before.champion, state(news).champion
    assert ours is not None
    assert theirs is not None
    assert (ours.version, theirs.version) == (1, 1)
    assert ours.run_id != theirs.run_id
    assert sample.night.settings.home == news.night.settings.home
    assert not {Path(place) for place in before.files} & {Path(place) for place in state(news).files}
    shutil.rmtree(news.night.settings.steps(news.night.project))
    retention.clean(news.night, recording.open_ledger(news.night))
    assert state(sample) == before
