"""Artifacts lie where Daybreak's home lies today."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.artifacts import relative, to_record, to_stored
from daybreak.records import ArtifactRef

MakeProposal = Callable[..., Proposal]


@pytest.fixture
def artifact(make_proposal: MakeProposal) -> ArtifactRef:
    return make_proposal(1).artifact


def test_a_path_inside_the_home_is_kept_relative_to_it(artifact: ArtifactRef) -> None:
    home = Path("/old/.daybreak")
    inside = artifact.model_copy(update={"path": home / "models" / "sample" / "abc"})
    stored = to_stored(inside, home)
    assert stored["path"] == "models/sample/abc"
    assert to_record(stored, home) == inside
    assert to_record(stored, Path("/new/.daybreak")).path == Path("/new/.daybreak/models/sample/abc")


def test_a_path_elsewhere_is_kept_as_it_is(artifact: ArtifactRef) -> None:
    for home in (None, Path("/old/.daybreak")):
        stored = to_stored(artifact, home)
        assert stored["path"] == str(artifact.path)
        assert to_record(stored, home) == artifact


def test_what_is_relative_stays_so() -> None:
    assert relative({"path": "models/a"}, Path("/home")) == {"path": "models/a"}


def test_a_moved_checkout_keeps_its_champion(tmp_path: Path, make_proposal: MakeProposal) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    ledger = Ledger(f"sqlite:///{old / 'ledger.db'}", home=old)
    artifact = make_proposal(1).artifact.model_copy(update={"path": old / "models" / "a"})
    ledger.begin_move("sample", make_proposal(1, artifact=artifact), None)
    with ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("done")
    ledger.close()
    old.rename(new)
    moved = Ledger(f"sqlite:///{new / 'ledger.db'}", home=new)
    champion = moved.champion("sample")
    assert champion is not None
    assert champion.artifact.path == new / "models" / "a"
    assert moved.verify("sample") is None
