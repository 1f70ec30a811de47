"""Evidence is named by all its parts."""

from pathlib import Path

from vocabulary import DATASET, measured

from daybreak.records import Evidence


def test_evidence_points_at_the_baseline_and_is_named_by_all_its_parts() -> None:
    first = Evidence(candidate=measured("c"), champion=None, dataset=DATASET)
    against = Evidence(candidate=measured("c"), champion=measured("d"), dataset=DATASET)
    later = Evidence(candidate=measured("c"), champion=None, dataset=DATASET.model_copy(update={"digest": "e" * 64}))
    assert first.baseline == Path("data/describe/baseline.parquet")
    assert len({first.digest, against.digest, later.digest}) == 3
