"""What passed is let go by the night itself where it may, else it waits, and the reason says for whom."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from making import Finished

from daybreak import locks
from daybreak.authority import ReleaseParams
from daybreak.locks import Held
from daybreak.night import Night
from daybreak.recording import Tracked
from flows.permitting import permit


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[Held]:
    with locks.hold(tmp_path / "sample.lock", 0, "a night") as held:
        yield held


@pytest.fixture
def candidate(finished: Finished) -> Tracked:
    """The night's artifact, as if it had become version 7 and not the champion."""
    return finished.tracked.model_copy(update={"version": 7})


def other_project(night: Night) -> Night:
    return replace(night, project=night.project.model_copy(update={"name": "shop"}))


def test_the_sample_always_may(finished: Finished, candidate: Tracked, turn: Held) -> None:
    assert permit(finished.night, finished.results, candidate, turn, asked=False).answer == "granted"


def test_nobody_asks_about_the_champion(finished: Finished, turn: Held) -> None:
    night = replace(finished.night, origin="deployment")
    assert permit(night, finished.results, finished.tracked, turn, asked=False).answer == "granted"


def test_by_hand_another_project_waits_and_says_how_to_go_on(
    finished: Finished, candidate: Tracked, turn: Held
) -> None:
    permission = permit(other_project(finished.night), finished.results, candidate, turn, asked=False)
    assert permission.answer == "held"
    assert "started by hand" in permission.reason
    assert "daybreak model promote 7" in permission.reason


def test_asked_for_it_does_not(finished: Finished, candidate: Tracked, turn: Held) -> None:
    assert permit(other_project(finished.night), finished.results, candidate, turn, asked=True).answer == "granted"


def test_without_the_stack_an_approval_cannot_be_had(finished: Finished, candidate: Tracked, turn: Held) -> None:
    params = finished.night.params.model_copy(update={"release": ReleaseParams(approval="required")})
    permission = permit(replace(finished.night, params=params), finished.results, candidate, turn, asked=True)
    assert (permission.answer, "while the stack is down" in permission.reason) == ("held", True)


def test_what_a_gate_blocks_is_nobodys_to_permit(finished: Finished, candidate: Tracked, turn: Held) -> None:
    blocking = finished.results.judgement.verdicts[0].model_copy(update={"outcome": "FAIL", "mode": "block"})
    judgement = finished.results.judgement.model_copy(update={"verdicts": (blocking,)})
    results = finished.results.model_copy(update={"judgement": judgement})
    assert permit(other_project(finished.night), results, candidate, turn, asked=False).answer == "granted"
