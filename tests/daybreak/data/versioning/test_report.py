"""A version's page says what it is, and what changed since the version before and the champion's data."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from daybreak.data import tables
from daybreak.data.describing.accounts import SPLITS
from daybreak.data.versioning import cache, report
from daybreak.errors import DataError
from daybreak.records import Project


def test_a_version_is_set_beside_the_one_before_and_the_champions(grown: Project) -> None:
    told = report.report(grown, champion=1)
    assert told["version"] == 3
    before, champions = told["drift"]
    assert before["name"][1] == "the version before (2)"
    assert before["rows"] == {"added": 60, "removed": 0}
    assert before["p_value"] > 0.001, "rows of the same kind"
    assert champions["name"][1] == "the champion's training data (version 1)"
    assert champions["rows"] == {"added": 120, "removed": 0}, "what version 1 held out was there"
    assert sum(label["added"] for label in before["labels"]) == pytest.approx(1)
    page = Path(told["report"]).read_text(encoding="utf-8")
    assert Path(told["report"]) == grown.data / "reports/3.html"
    for words in ("sample · 数据版本 data version 3 · ", "Against the version before (2)", "Against the champion"):
        assert words in page


def test_the_same_version_gives_the_same_page(grown: Project) -> None:
    first, second = (Path(report.report(grown, 2)["report"]).read_bytes() for _ in range(2))
    assert first == second


def test_a_first_version_is_compared_with_nothing(prepared: Project) -> None:
    assert report.report(prepared, champion=1)["drift"] == []


def test_there_must_be_a_version(prepared: Project) -> None:
    with pytest.raises(DataError, match="project sample has no data version 9; expected one of: 1"):
        report.report(prepared, 9)
    (prepared.data / "split/test.parquet").unlink()
    with pytest.raises(DataError, match="project sample has no prepared data"):
        report.report(prepared)


def test_a_version_of_an_earlier_daybreak_is_said_to_be_one(prepared: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    file = cache.files_of(prepared, 1)["data/describe/report.json"]
    facts = tables.read_json(file)
    file.chmod(0o644)
    tables.write_json({key: value for key, value in facts.items() if key != "stages"}, file)
    with pytest.raises(DataError, match="data version 1 was described by an earlier Daybreak"):
        report.report(prepared)


def rows(*found: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["id", "text", "label"])


def test_few_new_rows_are_counted_and_not_judged(tmp_path: Path) -> None:
    made: dict[str, dict[str, Path]] = {}
    for name, ids in (("old", ("1", "2")), ("new", ("2", "3"))):
        found = rows(*((row, f"文本{row}", '["a", "b"]') for row in ids)).assign(source=["s", "s"])
        extra = pd.concat([found, found.assign(id="9", source="made:swap")])
        for split in ("train", "validation", "test"):
            part = extra if split == "train" else extra[:0]
            tables.write(part.assign(train_only=False), tmp_path / name / f"{split}.parquet", tables.PLACED)
            made.setdefault(name, {})[f"data/split/{split}.parquet"] = tmp_path / name / f"{split}.parquet"
    told: dict[str, Any] = report._compared(("旧", "old"), made["old"], SPLITS, made["new"])
    made["old"]["data/split/test.parquet"] = made["new"]["data/split/train.parquet"]
    held_out = report._compared(("旧", "old"), made["old"], ("train",), made["new"])
    assert held_out["rows"] == {"added": 0, "removed": 1}
    assert told["rows"] == {"added": 1, "removed": 1}
    assert (told["p_value"], told["effect"], told["typical"]) == (None, None, [])
    assert told["labels"] == [{"name": name, "before": 1.0, "added": 1.0} for name in ("a", "b")]
