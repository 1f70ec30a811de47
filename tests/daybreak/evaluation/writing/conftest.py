"""A subject that writes, measured once."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak import evaluation
from daybreak.records import DatasetRef, ExportRef, Measurements


@pytest.fixture(scope="session")
def dialogues(tiny_dialogues: DatasetRef) -> DatasetRef:
    """With three golden cases, one of which asks for a label."""
    golden = tiny_dialogues.path.parent / "data" / "golden"
    golden.mkdir(parents=True, exist_ok=True)
    cases: list[dict[str, Any]] = [
        {"text": "房间 3?", "answer": "房间价格是一百元", "why": "promised"},
        {"text": "早餐?", "answer": " "},
        {"text": "服务", "label": "positive"},
    ]
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in cases)
    (golden / "cases.jsonl").write_text(lines, encoding="utf-8")
    return tiny_dialogues


@pytest.fixture(scope="session")
def measured(written: ExportRef, dialogues: DatasetRef, tmp_path_factory: pytest.TempPathFactory) -> Measurements:
    return evaluation.measure_candidate(written, dialogues, tmp_path_factory.mktemp("measured"))


@pytest.fixture
def told(measured: Measurements) -> Any:
    """One measurement's JSON, by name."""

    def read(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(Path(measured.path, f"{name}.json").read_text(encoding="utf-8"))
        return found

    return read
