"""Golden questions and test rows with yesterday's answer beside today's."""

import json
from pathlib import Path
from typing import Any

from daybreak.reports import beside, dossier


def measured(*answers: str) -> dict[str, Any]:
    told = [
        {
            "text": f"问题 {number}",
            "label": "是",
            "predicted": answer,
            "why": "promised",
            "place": f"golden.jsonl:{number}",
        }
        for number, answer in enumerate(answers)
    ]
    examples = [{"asked": "还有房吗？", "reference": "有的。", "answer": answers[0]}]
    failed = [each for each in told if each["predicted"] != "是"]
    return {"golden": {"cases": 2, "answers": told, "failed": failed}, "answers": {"examples": examples}}


def test_both_answers_stand_beside_each_other_and_broken_promises_first() -> None:
    found = beside.golden(measured("是", "不"), measured("不", "是"))
    assert [(row["asked"], row["now"], row["then"], row["held"]) for row in found] == [
        ("问题 1", "不", "是", False),
        ("问题 0", "是", "不", True),
    ]
    assert found[0]["why"] == "promised"
    (row,) = beside.written(measured("是"), measured("不"))
    assert (row["wanted"], row["now"], row["then"]) == ("有的。", "是", "不")


def test_without_a_champion_or_answers_there_is_little_to_show() -> None:
    assert [row["then"] for row in beside.golden(measured("是"), {})] == [None]
    assert beside.golden({"golden": {"cases": 6, "failed": []}}, {}) == []
    assert beside.written({}, {}) == []


def test_they_stand_on_the_page(night: Any, tmp_path: Path) -> None:
    for side, found in (
        (night.evidence.candidate, measured("是", "<b>不")),
        (night.evidence.champion, measured("也许")),
    ):
        for name, value in found.items():
            (side.path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    page = dossier.write(tmp_path / "d", **night.given()).read_text(encoding="utf-8")
    for phrase in (
        "Yesterday and today",
        "昨天与今天",
        "问题 0",
        "也许",
        "&lt;b&gt;不",
        "does not hold",
        "golden.jsonl:1",
    ):
        assert phrase in page, phrase
