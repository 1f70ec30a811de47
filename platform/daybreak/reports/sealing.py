"""The dossier's JSON is named by its content: what was written is what is read, or the difference is said."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.records import RunRecord

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


def fault(record: RunRecord, runs: Path) -> str:
    """What is wrong with the dossier of a run below `runs`, "" if it is what the ledger's record says it was."""
    if not record.dossier:
        return ""
    path = runs / record.run_id / "dossier" / FILE
    recorded = Path(record.artifacts["report"]).with_name(FILE)
    path = path if path.is_file() or not recorded.is_file() else recorded
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"{path} cannot be read ({type(error).__name__})"
    if not isinstance(tree, dict) or sealed(tree)[SEAL] != record.dossier or tree.get(SEAL) != record.dossier:
        return f"{path} was altered since it was written"
    return ""
