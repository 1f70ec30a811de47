"""Artifacts of a night in the Prefect UI: keys it accepts, bars that move, and nothing that stops the work."""

import pytest

from daybreak import progress
from tasks.showing import ProgressArtifacts, key_of


@pytest.mark.parametrize("project", ["sample", "shop_reviews", "a-b"])
def test_keys_are_what_prefect_accepts(project: str) -> None:
    assert set(key_of("verdicts", project)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_whoever_watched_before_goes_on_watching_when_no_bar_can_be_drawn() -> None:
    seen: list[tuple[str, float, str]] = []
    with progress.watched_by(ProgressArtifacts("sample", lambda *told: seen.append(told))):
        progress.report("train", 0.5, "epoch 1")  # outside a flow there is no run to put an artifact beside
        progress.report("train", 1.0, "done")
    assert seen == [("train", 0.5, "epoch 1"), ("train", 1.0, "done")]
