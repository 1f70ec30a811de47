"""A third label in the data: the next night is judged, on the rows whose label the champion knows too."""

from dataclasses import replace
from pathlib import Path

import pytest
from making import commit_all, finish_night, make_rows, write_csv

from daybreak import night as steps
from daybreak import recording
from daybreak.night import open_night
from daybreak.planning import opponent
from daybreak.records import Evidence
from daybreak.reports.comparison import compare

pytestmark = pytest.mark.slow


def test_a_changed_label_set_begins_a_new_series(tmp_path: Path) -> None:
    first = finish_night(tmp_path / "checkout")
    root = first.night.checkout
    mixed = [(f"不好不坏 so so {text}", "mixed") for text, _ in make_rows(300, seed=9)]
    write_csv(root / "rows.csv", make_rows(600) + mixed)
    commit_all(root, "A third label")
    night = replace(open_night(None, (), root), run_id="20261122-series00")
    dataset = steps.prepare(night).value
    assert dataset.labels == ("mixed", "negative", "positive")
    swept = night.store.run(steps.sweep(night, dataset)).value
    model = night.store.run(steps.train(night, dataset, swept)).value
    exported = night.store.run(steps.export(night, dataset, model)).value
    candidate = night.store.run(steps.measure(night, dataset, exported)).value
    rival = opponent(recording.open_ledger(night), night, exported.shipped.sha256)
    assert rival is not None
    champion = night.store.run(steps.measure_champion(night, dataset, rival)).value
    evidence = Evidence(candidate=candidate, champion=champion, dataset=dataset)
    judgement = night.store.run(steps.judge(night, evidence, rival)).value
    (quality,) = (verdict for verdict in judgement.verdicts if verdict.gate == "quality")
    assert quality.code == "new_series"
    assert "the labels were negative, positive, now mixed, negative, positive." in quality.reason
    series = quality.details["series"]
    assert series["shared"] == ["negative", "positive"]
    assert 0 < series["rows"] < sum(1 for _ in open_rows(dataset.split("test")))
    compared = compare(candidate, champion, dataset)
    assert compared is not None
    assert compared.rows == series["rows"]


def open_rows(path: Path) -> list[str]:
    import pandas as pd

    return list(pd.read_parquet(path)["id"])
