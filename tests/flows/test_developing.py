"""The part of a night that flows share gives what its steps gave, in the order of the plan."""

import pytest
from making import Finished
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient

from daybreak.planning import ORDER
from flows.developing import Developed, develop, prepare_data


def test_everything_at_hand_is_taken_as_it_is(
    finished: Finished, client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished.night.project.root)
    found: list[Developed] = []

    @flow(name="develops")
    def develops() -> None:
        found.append(develop(finished.night, prepare_data(finished.night)))

    develops()
    ((results, steps),) = found
    assert results.model_copy(update={"evidence": finished.results.evidence}) == finished.results.model_copy(
        update={"judgement": results.judgement}
    )
    assert list(steps) == [step for step in ORDER if step in steps]
    artifacts = [artifact.key for artifact in client.read_artifacts()]
    assert "verdicts-sample" in artifacts
