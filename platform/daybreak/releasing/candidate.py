"""What is to become champion, and what must hold before it may."""

from daybreak import digests, gates, inference
from daybreak.errors import BadInput, EvidenceMismatch
from daybreak.ledger import Proposal
from daybreak.records import AnchorChange, ArtifactRef, Evidence, Judgement, MoveKind, Project, Record
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

    def propose(
        self, kind: MoveKind, *, actor: str, reason: str, judgement: Judgement | None = None, accepted: bool = False
    ) -> Proposal:
        """The proposal to make it champion, resting on a judgement, or `accepted` by a person as the new anchor."""
        found = judgement.anchor if judgement else {}
        change: AnchorChange = "reset" if accepted else found.get("change", "kept")
        facts = self.model_dump(exclude={"version", "artifact"})
        return Proposal(
            to_version=self.version,
            artifact=self.artifact,
            kind=kind,
            actor=actor,
            reason=reason,
            evidence=judgement.digest if judgement else "",
            anchor=change,
            release_set=found.get("release_set", ""),
            **facts,
        )


def demand_unaltered(judgement: Judgement, evidence: Evidence, candidate: Candidate) -> None:
    """Verdicts, evidence and candidate belong together.

    Raises EvidenceMismatch if they do not, BadInput for verdicts that an earlier version of Daybreak gave.
    """
    computed = Judgement.compute_digest(judgement.verdicts, judgement.evidence_digest, judgement.champion_version)
    remedy = "Judge the candidate again with daybreak run"
    if not judgement.verdicts:
        raise EvidenceMismatch("no gate has judged the candidate", "at least one verdict", remedy)
    if computed != judgement.digest:
        raise EvidenceMismatch(
            "the verdicts were altered since they were given", f"digest {judgement.digest[:12]}", remedy
        )
    if evidence.former_digest == judgement.evidence_digest:
        found = f"version {candidate.version} was judged by an earlier version of Daybreak"
        raise BadInput(found, "verdicts of this one", remedy)
    if evidence.digest != judgement.evidence_digest:
        raise EvidenceMismatch("the verdicts rest on other evidence", f"digest {evidence.digest[:12]}", remedy)
    if evidence.candidate.artifact_sha256 != candidate.artifact.sha256:
        raise EvidenceMismatch(
            f"the evidence is of model {evidence.candidate.artifact_sha256[:12]}",
            candidate.artifact.sha256[:12],
            remedy,
        )
    if evidence.candidate.dataset_digest != evidence.dataset.digest:
        found = f"the candidate was measured on data {evidence.candidate.dataset_digest[:12]}"
        raise EvidenceMismatch(found, f"{evidence.dataset.digest[:12]}, as the verdicts say", remedy)
    if evidence.dataset.version != candidate.data_version:
        found = f"the verdicts are of data version {evidence.dataset.version}"
        raise EvidenceMismatch(found, f"{candidate.data_version}, which the candidate comes from", remedy)


def demand_complete(judgement: Judgement, project: Project) -> None:
    """Every gate was asked once, also those of the project's own. Raises EvidenceMismatch if one was passed over."""
    asked = [verdict.gate for verdict in judgement.verdicts]
    skipped = [gate for gate in gates.discover(project.plugins) if asked.count(gate) != 1]
    if skipped:
        found = f"{', '.join(skipped)} has not judged the candidate"
        raise EvidenceMismatch(found, "one verdict of every gate", "Judge the candidate again with daybreak run")


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
