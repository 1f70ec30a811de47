"""The champion moves only on unaltered evidence, exactly once, and journal and alias agree after any crash."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from daybreak import digests, inference
from daybreak.errors import EvidenceMismatch, LostRace, ReleaseError
from daybreak.ledger import Ledger, Proposal
from daybreak.records import (
    ArtifactRef,
    DatasetRef,
    Evidence,
    FileDigest,
    Judgement,
    Measurements,
    Move,
    Outcome,
    Project,
    Verdict,
)
from daybreak.releasing import Candidate, heal, moved_outside, release
from daybreak.tracking import Registry, Tracker


class House:
    """One project with its ledger and registry, and models that were trained, judged and registered in it."""

    def __init__(self, folder: Path, mlflow_url: str) -> None:
        self.folder = folder
        self.project = Project(name="sample", root=folder)
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
        self.registry = Registry(mlflow_url)
        self.run_id = Tracker(mlflow_url, folder / "artifacts", self.project).start("night", {})

    def candidate(self, seed: int) -> Candidate:
        folder = self.folder / f"model-{seed}"
        folder.mkdir()
        (folder / "model.onnx").write_bytes(bytes([seed]) * 99)
        (folder / "labels.json").write_text("{}", encoding="utf-8")
        paths = sorted(folder.iterdir())
        files = tuple(FileDigest(name=path.name, sha256=digests.of_file(path), bytes=99) for path in paths)
        artifact = ArtifactRef(path=folder, kind="onnx-int8", sha256=inference.digest(folder), bytes=99, files=files)
        version = self.registry.register(self.project, self.run_id, artifact, labels=("negative", "positive"), tags={})
        return Candidate(version=version, artifact=artifact, run_id=f"night-{seed}", data_version=1, commit="c0ffee")

    def evidence(self, candidate: Candidate) -> Evidence:
        measured = Measurements(
            path=self.folder,
            digest=digests.of_value(["measured", candidate.artifact.sha256]),
            artifact_sha256=candidate.artifact.sha256,
            dataset_digest="d1",
            metrics={"accuracy": 0.86},
        )
        dataset = DatasetRef(
            project="sample", version=1, digest="d1", path=self.folder, labels=("negative", "positive"), rows={}
        )
        return Evidence(candidate=measured, champion=None, dataset=dataset)

    def judgement(self, evidence: Evidence, champion: int | None, outcome: Outcome = Outcome.PASS) -> Judgement:
        verdict = Verdict(
            gate="quality", outcome=outcome, measured=0.86, limit=0.84, bound=0.85, samples=1700, reason="比基线好"
        )
        digest = Judgement.compute_digest([verdict], evidence.digest, champion)
        return Judgement(verdicts=(verdict,), evidence_digest=evidence.digest, champion_version=champion, digest=digest)

    def release(self, candidate: Candidate, judgement: Judgement | None = None, against: int | None = None) -> Move:
        evidence = self.evidence(candidate)
        return release(
            self.ledger,
            self.registry,
            self.project,
            candidate=candidate,
            evidence=evidence,
            judgement=judgement or self.judgement(evidence, against),
            actor="the night",
            reason="every gate passed",
        )

    def begin(self, candidate: Candidate, against: int | None = None) -> Move:
        """The first half of a release, as a process that died over it leaves it."""
        proposal = Proposal(
            to_version=candidate.version,
            artifact=candidate.artifact,
            run_id="night",
            data_version=1,
            commit="c0ffee",
            actor="the night",
            reason="every gate passed",
            evidence="e" * 64,
        )
        return self.ledger.begin_move("sample", proposal, against)

    def outcomes(self) -> list[str]:
        return [move.outcome for move in self.ledger.history("sample")]

    def assert_champion(self, version: int | None) -> None:
        champion = self.ledger.champion("sample")
        assert (champion.version if champion else None) == version
        assert self.registry.alias(self.project) == version
        assert moved_outside(self.ledger, self.registry, self.project) is None


@pytest.fixture
def house(tmp_path: Path, mlflow_url: str) -> House:
    return House(tmp_path, mlflow_url)


def test_a_passed_candidate_becomes_champion(house: House) -> None:
    house.assert_champion(None)
    first, second = house.candidate(1), house.candidate(2)
    move = house.release(first)
    assert (move.outcome, move.from_version, move.to_version) == ("done", None, first.version)
    house.assert_champion(first.version)
    house.release(second, against=first.version)
    house.assert_champion(second.version)
    champion = house.ledger.champion("sample")
    assert champion is not None
    assert champion.artifact == second.artifact
    assert move.evidence == house.judgement(house.evidence(first), None).digest


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.INCONCLUSIVE])
def test_a_blocked_candidate_is_refused_and_journalled(house: House, outcome: Outcome) -> None:
    candidate = house.candidate(1)
    judgement = house.judgement(house.evidence(candidate), None, outcome)
    move = house.release(candidate, judgement)
    assert (move.outcome, move.reason) == ("refused", "quality: 比基线好")
    house.assert_champion(None)
    assert house.outcomes() == ["refused"]


def alter_verdict(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    judgement = house.judgement(house.evidence(candidate), None, Outcome.FAIL)
    passed = judgement.verdicts[0].model_copy(update={"outcome": Outcome.PASS})
    return candidate, judgement.model_copy(update={"verdicts": (passed,)})


def drop_verdicts(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    evidence = house.evidence(candidate)
    digest = Judgement.compute_digest([], evidence.digest, None)
    return candidate, Judgement(verdicts=(), evidence_digest=evidence.digest, champion_version=None, digest=digest)


def judge_other_evidence(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    return candidate, house.judgement(house.evidence(house.candidate(2)), None)


def alter_model(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    (candidate.artifact.path / "model.onnx").write_bytes(b"another model")
    return candidate, house.judgement(house.evidence(candidate), None)


def lose_model(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    (candidate.artifact.path / "model.onnx").unlink()
    return candidate, house.judgement(house.evidence(candidate), None)


def add_a_file(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    (candidate.artifact.path / "model.onnx.data").write_bytes(b"weights of another model")
    return candidate, house.judgement(house.evidence(candidate), None)


def take_another_version(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    other = house.candidate(2)
    return candidate.model_copy(update={"version": other.version}), house.judgement(house.evidence(candidate), None)


def take_no_version(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    return candidate.model_copy(update={"version": 99}), house.judgement(house.evidence(candidate), None)


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (
            alter_verdict,
            "the verdicts were altered since they were given; expected digest .*; Judge the candidate again",
        ),
        (drop_verdicts, "no gate has judged the candidate; expected at least one verdict"),
        (judge_other_evidence, "the verdicts rest on other evidence"),
        (
            alter_model,
            r"model\.onnx is [0-9a-f]{12}; expected SHA-256 [0-9a-f]{12}, as it was judged; Run daybreak run",
        ),
        (lose_model, r"model\.onnx is gone; expected SHA-256"),
        (add_a_file, "holds other files than were judged; expected only those"),
        (take_another_version, r"version 2 of daybreak-sample in MLflow is [0-9a-f]{12}; expected model"),
        (take_no_version, "version 99 of daybreak-sample in MLflow is nothing; expected model"),
    ],
)
def test_what_does_not_belong_together_is_not_released(
    house: House, alter: Callable[[House, Candidate], tuple[Candidate, Judgement]], message: str
) -> None:
    candidate, judgement = alter(house, house.candidate(1))
    with pytest.raises(EvidenceMismatch, match=message):
        house.release(candidate, judgement)
    assert house.outcomes() == []
    house.assert_champion(None)


def test_evidence_of_another_model_is_not_accepted(house: House) -> None:
    measured, other = house.candidate(1), house.candidate(2)
    evidence = house.evidence(measured)
    with pytest.raises(EvidenceMismatch, match="the evidence is of model"):
        release(
            house.ledger,
            house.registry,
            house.project,
            candidate=other,
            evidence=evidence,
            judgement=house.judgement(evidence, None),
            actor="a mistake",
            reason="",
        )
    house.assert_champion(None)


def test_a_candidate_judged_against_an_earlier_champion_loses(house: House) -> None:
    first, second = house.candidate(1), house.candidate(2)
    house.release(first)
    with pytest.raises(LostRace, match="the champion is version 1; expected no model yet"):
        house.release(second)
    house.assert_champion(first.version)
    assert house.outcomes() == ["lost_race", "done"]


def test_twenty_promotions_at_once(house: House) -> None:
    candidates = [house.candidate(seed) for seed in range(1, 21)]

    def attempt(candidate: Candidate) -> int | None:
        try:
            return house.release(candidate).to_version
        except LostRace:
            return None

    with ThreadPoolExecutor(20) as pool:
        winners = [version for version in pool.map(attempt, candidates) if version is not None]
    assert len(winners) == 1
    house.assert_champion(winners[0])
    assert sorted(house.outcomes()) == ["done", *["lost_race"] * 19]


@pytest.mark.parametrize("alias_was_set", [True, False])
def test_a_release_that_died_half_way_is_completed(house: House, alias_was_set: bool) -> None:
    candidate = house.candidate(1)
    house.begin(candidate)
    if alias_was_set:
        house.registry.set_alias(house.project, candidate.version)
    healed = heal(house.ledger, house.registry, house.project)
    assert healed is not None
    assert (healed.outcome, healed.to_version) == ("done", candidate.version)
    house.assert_champion(candidate.version)
    assert heal(house.ledger, house.registry, house.project) is None


def test_a_release_whose_model_is_gone_is_undone(house: House) -> None:
    first = house.candidate(1)
    house.release(first)
    house.begin(first.model_copy(update={"version": 99}), against=first.version)
    healed = heal(house.ledger, house.registry, house.project)
    assert healed is not None
    assert healed.outcome == "undone"
    house.assert_champion(first.version)


def test_healing_a_release_that_is_still_alive_does_no_harm(house: House) -> None:
    """Twenty other commands start, and heal, while one process is releasing."""
    candidate = house.candidate(1)
    with ThreadPoolExecutor(21) as pool:
        mine = pool.submit(house.release, candidate)
        others = [pool.submit(heal, house.ledger, house.registry, house.project) for _ in range(20)]
        assert mine.result().outcome == "done"
        assert [healed.outcome for other in others if (healed := other.result())] in ([], ["done"])
    house.assert_champion(candidate.version)
    assert house.outcomes() == ["done"]


def test_an_alias_that_somebody_else_moved_blocks_the_release(house: House) -> None:
    first, second, third = (house.candidate(seed) for seed in (1, 2, 3))
    house.release(first)
    house.registry.set_alias(house.project, second.version)
    found = moved_outside(house.ledger, house.registry, house.project)
    assert found is not None
    assert "it points to version 2; expected version 1, as the release journal says" in str(found)
    with pytest.raises(ReleaseError, match="In MLflow, set the alias champion to version 1, then run again"):
        house.release(third, against=first.version)
    assert house.outcomes() == ["done"]
    assert house.registry.alias(house.project) == second.version
    house.registry.set_alias(house.project, first.version)
    house.release(third, against=first.version)
    house.assert_champion(third.version)


def test_a_release_whose_alias_is_moved_under_it_is_undone(house: House) -> None:
    first, second, third = (house.candidate(seed) for seed in (1, 2, 3))
    house.release(first)
    house.begin(third, against=first.version)
    house.registry.set_alias(house.project, second.version)
    assert moved_outside(house.ledger, house.registry, house.project) is None
    healed = heal(house.ledger, house.registry, house.project)
    assert healed is not None
    assert healed.outcome == "undone"
    assert house.registry.alias(house.project) == second.version
    assert moved_outside(house.ledger, house.registry, house.project) is not None


def test_an_alias_set_before_any_release_is_noticed(house: House) -> None:
    candidate = house.candidate(1)
    house.registry.set_alias(house.project, candidate.version)
    with pytest.raises(ReleaseError, match="remove the alias champion"):
        house.release(candidate)
    assert house.outcomes() == []
    found = moved_outside(house.ledger, house.registry, house.project)
    assert found is not None
    assert "remove the alias champion" in str(found)


def test_a_release_takes_less_than_two_seconds(house: House) -> None:
    from sqlalchemy import text

    house.release(house.candidate(1))
    with house.ledger._database.read() as session:
        assert session.execute(text("SELECT duration_ms FROM moves")).scalar_one() < 2000
