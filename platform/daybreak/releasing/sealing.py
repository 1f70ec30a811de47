"""The dossier's JSON is named by its content: what was sealed is what is read, or the difference is said."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.errors import EvidenceMismatch
from daybreak.ledger import Ledger
from daybreak.records import Judgement, Project, RunRecord
from daybreak.releasing.candidate import Candidate

FOLDER = "dossier"
FILE = "dossier.json"
SEAL = "digest"


def sealed(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with the SHA-256 of all the rest of it, as JSON holds it."""
    plain = json.loads(json.dumps({key: tree[key] for key in tree if key != SEAL}, ensure_ascii=False, default=str))
    return {**plain, SEAL: digests.of_value(plain)}


def read(folder: Path) -> str:
    """The digest that the folder's dossier names itself by."""
    found: str = json.loads((folder / FILE).read_text(encoding="utf-8"))[SEAL]
    return found


def place(record: RunRecord, runs: Path) -> Path:
    """Where a run's dossier.json lies: below `runs`, or where its record says it was written."""
    path = runs / record.run_id / FOLDER / FILE
    report = record.artifacts.get("report")
    recorded = Path(report).with_name(FILE) if report else path
    return path if path.is_file() or not recorded.is_file() else recorded


def fault(record: RunRecord, runs: Path) -> str:
    """What is wrong with the dossier of a run below `runs`, "" if it is what the ledger's record says it was."""
    return altered(place(record, runs), record.dossier) if record.dossier else ""


def altered(path: Path, digest: str) -> str:
    """What is wrong with a dossier.json that was sealed under that digest, "" if nothing is."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"{path} cannot be read ({type(error).__name__})"
    if not isinstance(tree, dict) or sealed(tree)[SEAL] != digest or tree.get(SEAL) != digest:
        return f"{path} was altered since it was written"
    return ""


def demand(ledger: Ledger, project: Project, candidate: Candidate, judgement: Judgement, dossier: Path) -> None:
    """There is a dossier of these verdicts on this model, it was sealed before, and nobody altered it since.

    Raises EvidenceMismatch if not.
    """
    remedy = "Judge the candidate again with daybreak run"
    digest = ledger.sealed_dossier(project.name, candidate.run_id, judgement.digest)
    if not digest:
        found = f"no dossier of run {candidate.run_id} was sealed with these verdicts"
        raise EvidenceMismatch(found, "one, before the release", remedy)
    if found := altered(dossier, digest):
        raise EvidenceMismatch(
            f"the dossier of run {candidate.run_id} cannot be relied on: {found}", f"digest {digest[:12]}", remedy
        )
    tree = json.loads(dossier.read_text(encoding="utf-8"))
    of_these = tree["judgement"]["digest"] == judgement.digest
    if not of_these or tree["evidence"]["artifact_sha256"] != candidate.artifact.sha256:
        raise EvidenceMismatch(f"{dossier} is of other verdicts or another model", "those to be released", remedy)
