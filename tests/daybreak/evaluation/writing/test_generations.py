"""What is written to prompts, and the personal data in it."""

from typing import Any

import pandas as pd

from daybreak.records import Measurements


def test_prompts_are_gone_on_with_several_times(measured: Measurements, told: Any) -> None:
    rows = pd.read_parquet(measured.path / "generations.parquet")
    assert list(rows.columns) == ["prompt", "kind", "sample", "text"]
    assert set(rows.groupby("prompt").size()) == {told("generations")["samples"]}
    assert len(rows) == told("generations")["texts"]


def test_personal_data_is_counted_and_hidden() -> None:
    from daybreak.evaluation.writing import generations

    found = generations.look_into(["写信给 zhangsan@example.cn 吧", "没有"])
    assert (found["personal"], found["by_kind"]) == (1, {"email": 1})
    assert found["examples"] == ["写信给 zh… 吧"]
