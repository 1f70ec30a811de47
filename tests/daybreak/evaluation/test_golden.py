"""Golden cases are asked of the artifact that ships."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from daybreak.errors import DataError
from daybreak.evaluation import golden
from daybreak.evaluation.subject import Subject
from daybreak.inference import Batch, Predictor
from daybreak.records import DatasetRef


@pytest.fixture
def asked(subject: Subject, copied: DatasetRef) -> Subject:
    return replace(subject, dataset=copied)


def _write(asked: Subject, *cases: Mapping[str, object]) -> None:
    folder = asked.dataset.path.parent / "data" / "golden"
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    (folder / "promises.jsonl").write_text(lines, encoding="utf-8")


def test_without_cases_nothing_is_asked(asked: Subject, tmp_path: Path) -> None:
    found = golden.measure(asked, tmp_path)
    assert found == {"cases": 0, "not_asked": 0, "unasked": [], "failed": []}
    assert golden.headlines(found) == {}


def test_what_does_not_hold_is_named(asked: Subject, tmp_path: Path) -> None:
    _write(
        asked,
        {"text": "房间 好 满意 great", "label": "positive"},
        {"text": "早餐 差 失望 awful", "label": "positive", "why": "a mistake on purpose"},
        {"text": "你好", "answer": "您好"},
        {"text": "房间 差", "label": ["negative", "positive"]},
    )
    found = golden.measure(asked, tmp_path)
    assert (found["cases"], found["not_asked"]) == (2, 2)
    assert found["unasked"] == ["data/golden/promises.jsonl:3", "data/golden/promises.jsonl:4"]
    assert found["failed"] == [
        {
            "text": "早餐 差 失望 awful",
            "label": "positive",
            "predicted": "negative",
            "why": "a mistake on purpose",
            "place": "data/golden/promises.jsonl:2",
        }
    ]
    assert golden.headlines(found) == {"golden_failed": 1.0}


def test_a_case_that_cannot_be_read_is_named(asked: Subject, tmp_path: Path) -> None:
    _write(asked, {"text": "好", "colour": "red"})
    with pytest.raises(DataError, match=r"promises.jsonl:1 is no golden case"):
        golden.measure(asked, tmp_path)


class Company(Predictor):
    """Answers negative to whatever is not alone in its batch."""

    def logits(self, batch: Batch) -> "np.typing.NDArray[np.float32]":
        found = super().logits(batch)
        return found if len(found) == 1 else np.tile(np.array([[1.0, 0.0]], np.float32), (len(found), 1))


def test_every_case_is_asked_alone(asked: Subject, tmp_path: Path) -> None:
    _write(asked, *({"text": f"房间 好 满意 great {place}", "label": "positive"} for place in range(5)))
    asked.__dict__["predictor"] = Company.of(asked.artifact)
    assert golden.measure(asked, tmp_path)["failed"] == []
