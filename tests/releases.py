"""One project with its ledger and registry, and models that were trained, judged and registered in it."""

import json
from pathlib import Path

from daybreak import digests, gates, inference, releasing
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
from daybreak.releasing import Candidate, sealing
from daybreak.tracking import Registry, Tracker


class House:
    """Makes candidates (`candidate(seed)`), and releases, promotes and rolls back in one word."""

    def __init__(self, folder: Path, mlflow_url: str, ledger_url: str | None = None) -> None:
        self.folder = folder
        self.project = Project(name="sample", root=folder)
        self.ledger_url = ledger_url or f"sqlite:///{folder / 'ledger.db'}"
        self.mlflow_url = mlflow_url
        self.ledger = Ledger(self.ledger_url, home=folder)
        self.registry = Registry(mlflow_url)
        self.run_id = Tracker(mlflow_url, folder / "artifacts", self.project).start("night", {})

    def candidate(self, seed: int, **changes: object) -> Candidate:
        folder = self.folder / f"model-{seed}"
        folder.mkdir()
        (folder / "model.onnx").write_bytes(bytes([seed]) * 99)
        (folder / "labels.json").write_text("{}", encoding="utf-8")
        paths = sorted(folder.iterdir())
        files = tuple(FileDigest(name=path.name, sha256=digests.of_file(path), bytes=99) for path in paths)
        artifact = ArtifactRef(path=folder, kind="onnx-int8", sha256=inference.digest(folder), bytes=99, files=files)
        version = self.registry.register(self.project, self.run_id, artifact, labels=("negative", "positive"), tags={})
        facts = {
            "version": version,
            "artifact": artifact,
            "run_id": f"night-{seed}",
            "data_version": seed,
            "commit": "c0ffee",
            "weights_sha256": f"{seed:064x}",
            "params_digest": "p" * 64,
        }
        return Candidate.model_validate({**facts, **changes})

    def candidates(self, count: int) -> list[Candidate]:
        return [self.candidate(seed) for seed in range(1, count + 1)]

    def released(self, count: int) -> list[Candidate]:
        """Models that were champion one after another; the last one is."""
        made = self.candidates(count)
        for before, after in zip([None, *made], made, strict=False):
            self.release(after, against=before.version if before else None)
        return made

    def evidence(self, candidate: Candidate) -> Evidence:
        measured = Measurements(
            path=self.folder,
            digest=digests.of_value(["measured", candidate.artifact.sha256]),
            artifact_sha256=candidate.artifact.sha256,
            dataset_digest="d1",
            metrics={"accuracy": 0.86},
        )
        dataset = DatasetRef(
            project="sample",
            version=candidate.data_version,
            digest="d1",
            path=self.folder,
            labels=("negative", "positive"),
            rows={},
        )
        return Evidence(candidate=measured, champion=None, dataset=dataset)

    def judgement(
        self, evidence: Evidence, champion: int | None, outcome: Outcome = Outcome.PASS, change: str = "kept"
    ) -> Judgement:
        """A verdict of every gate, `quality` with that outcome, and what it makes of the anchor."""
        numbers = {"measured": 0.86, "limit": 0.84, "bound": 0.85, "samples": 1700}
        told = {"details": {"anchor": {"change": change, "release_set": ""}}}
        verdicts = [
            Verdict.model_validate(
                {"gate": gate, "outcome": "PASS", "reason": "比基线好", **numbers}
                | ({"outcome": outcome, **told} if gate == "quality" else {})
            )
            for gate in gates.discover()
        ]
        digest = Judgement.compute_digest(verdicts, evidence.digest, champion)
        return Judgement(
            verdicts=tuple(verdicts), evidence_digest=evidence.digest, champion_version=champion, digest=digest
        )

    def dossier(self, candidate: Candidate, judgement: Judgement) -> Path:
        """The dossier of a candidate's verdicts, sealed as a night seals it."""
        told = {
            "judgement": judgement.model_dump(mode="json"),
            "evidence": {"artifact_sha256": candidate.artifact.sha256},
        }
        path = self.folder / "sealed" / candidate.run_id / sealing.FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        tree = sealing.sealed(told)
        path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
        sealed = {"judgement": judgement.digest, "digest": tree[sealing.SEAL]}
        self.ledger.seal_dossier("sample", run_id=candidate.run_id, **sealed)
        return path

    def release(self, candidate: Candidate, judgement: Judgement | None = None, against: int | None = None) -> Move:
        evidence = self.evidence(candidate)
        judgement = judgement or self.judgement(evidence, against)
        return releasing.release(
            self.ledger,
            self.registry,
            self.project,
            candidate=candidate,
            evidence=evidence,
            judgement=judgement,
            dossier=self.dossier(candidate, judgement),
            actor="the night",
            reason="every gate passed",
        )

    def promote(
        self,
        candidate: Candidate,
        against: int | None = None,
        outcome: Outcome = Outcome.PASS,
        *,
        override: bool = False,
    ) -> Move:
        evidence = self.evidence(candidate)
        judgement = self.judgement(evidence, against, outcome)
        return releasing.promote(
            self.ledger,
            self.registry,
            self.project,
            candidate=candidate,
            evidence=evidence,
            judgement=judgement,
            dossier=self.dossier(candidate, judgement),
            actor="林晓",
            reason="看过了",
            override=override,
        )

    def rollback(self, to: int | None = None, reason: str = "复核时答错") -> Move:
        return releasing.rollback(self.ledger, self.registry, self.project, to=to, reason=reason, actor="林晓")

    def begin(self, candidate: Candidate, against: int | None = None, kind: str = "release") -> Move:
        """The first half of a move, as a process that died over it leaves it."""
        proposal = Proposal.model_validate(
            {
                "to_version": candidate.version,
                **candidate.model_dump(exclude={"version"}),
                "actor": "the night",
                "reason": "every gate passed",
                "evidence": "e" * 64,
                "kind": kind,
            }
        )
        return self.ledger.begin_move("sample", proposal, against, despite_holds=True)

    def outcomes(self) -> list[str]:
        return [move.outcome for move in self.ledger.history("sample")]

    def assert_champion(self, version: int | None) -> None:
        """Journal and alias agree on the champion, and the journal's chain holds."""
        champion = self.ledger.champion("sample")
        assert (champion.version if champion else None) == version
        assert self.registry.alias(self.project) == version
        assert releasing.moved_outside(self.ledger, self.registry, self.project) is None
        assert self.ledger.verify("sample") is None
