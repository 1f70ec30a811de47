"""What is to become champion, and what must hold before it may."""

from daybreak import digests, inference
from daybreak.errors import EvidenceMismatch
from daybreak.ledger import Proposal
from daybreak.records import ArtifactRef, Evidence, Judgement, MoveKind, Project, Record
from daybreak.tracking import Registry

AGAIN = "Run daybreak run again"


class Candidate(Record):
    """A registered version, the very files that were judged, and where they come from.

    `weights_sha256` is that of the trained torch model, `params_digest` that of all params: holds know a model by them.
    """

    version: int
    artifact: ArtifactRef
    run_id: str
    data_version: int
    commit: str
    weights_sha256: str = ""
    params_digest: str = ""

    def propose(self, kind: MoveKind, *, actor: str, reason: str, evidence: str = "") -> Proposal:
        """The proposal to make it champion, resting on the judgement whose digest is `evidence`."""
        facts = self.model_dump(exclude={"version", "artifact"})
        return Proposal(
            to_version=self.version,
            artifact=self.artifact,
            kind=kind,
            actor=actor,
            reason=reason,
            evidence=evidence,
            **facts,
        )


def demand_unaltered(judgement: Judgement, evidence: Evidence, candidate: Candidate) -> None:
    """Verdicts, evidence and candidate belong together. Raises EvidenceMismatch if they do not."""
    computed = Judgement.compute_digest(judgement.verdicts, judgement.evidence_digest, judgement.champion_version)
    remedy = "Judge the candidate again with daybreak run"
    if not judgement.verdicts:
        raise EvidenceMismatch("no gate has judged the candidate", "at least one verdict", remedy)
    if computed != judgement.digest:
        raise EvidenceMismatch(
            "the verdicts were altered since they were given", f"digest {judgement.digest[:12]}", remedy
        )
    if evidence.digest != judgement.evidence_digest:
        raise EvidenceMismatch("the verdicts rest on other evidence", f"digest {evidence.digest[:12]}", remedy)
    if evidence.candidate.artifact_sha256 != candidate.artifact.sha256:
        raise EvidenceMismatch(
            f"the evidence is of model {evidence.candidate.artifact_sha256[:12]}",
            candidate.artifact.sha256[:12],
            remedy,
        )


def demand_intact(artifact: ArtifactRef, remedy: str = AGAIN) -> None:
    """Hash every file again: what was judged is what ships, nothing less and nothing more."""
    for file in artifact.files:
        path = artifact.path / file.name
        found = digests.of_file(path)[:12] if path.is_file() else "gone"
        if found != file.sha256[:12]:
            raise EvidenceMismatch(f"{path} is {found}", f"SHA-256 {file.sha256[:12]}, as it was judged", remedy)
    if inference.digest(artifact.path) != artifact.sha256:
        raise EvidenceMismatch(f"{artifact.path} holds other files than were judged", "only those", remedy)


def demand_registered(
    registry: Registry,
    project: Project,
    proposal: Proposal,
    remedy: str = "Register the candidate again with daybreak run",
) -> None:
    """MLflow knows the version, and as that model. Raises EvidenceMismatch if it does not."""
    registered = registry.version(project, proposal.to_version)
    found = registered.sha256[:12] if registered else "nothing"
    if registered is None or registered.sha256 != proposal.artifact.sha256:
        raise EvidenceMismatch(
            f"version {proposal.to_version} of {project.registered_model} in MLflow is {found}",
            f"model {proposal.artifact.sha256[:12]}",
            remedy,
        )
