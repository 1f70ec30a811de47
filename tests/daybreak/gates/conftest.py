"""Evidence of a good candidate, and a way to spoil one measurement of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from daybreak.records import Evidence
from daybreak.testing.gate_contract import make_evidence


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return make_evidence(tmp_path)


@pytest.fixture
def change(evidence: Evidence) -> Callable[[str, Callable[[dict[str, Any]], None]], None]:
    """`change(name, edit)` rewrites one of the candidate's measurements."""

    def rewrite(name: str, edit: Callable[[dict[str, Any]], None]) -> None:
        path = evidence.candidate.path / f"{name}.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        edit(found)
        path.write_text(json.dumps(found), encoding="utf-8")

    return rewrite
