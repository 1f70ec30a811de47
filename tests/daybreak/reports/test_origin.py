"""Notes on where a model comes from: its seeds, and what going on from the champion was worth."""

from typing import Any

from making import Finished

from daybreak.planning import Results
from daybreak.records import RunRecord, SeedScore
from daybreak.reports import origin


def _results(finished: Finished, **model: Any) -> Results:
    return finished.results.model_copy(update={"model": finished.results.model.model_copy(update=model)})


def _warm(finished: Finished) -> Results:
    base = finished.results.model.base.model_copy(update={"source": "/somewhere", "revision": "version 3"})
    return _results(finished, base=base)


def test_one_training_from_a_base_needs_no_words(finished: Finished) -> None:
    assert list(origin.notes(finished.results, [finished.record])) == []


def test_seeds_are_told_with_mean_and_spread(finished: Finished) -> None:
    seeds = tuple(SeedScore(seed=17 + place, score=score, sha256="") for place, score in enumerate((0.8, 0.9, 0.7)))
    metrics = {"seeds_mean": 0.8, "seeds_deviation": 0.1}
    (note,) = origin.notes(_results(finished, seeds=seeds, metrics=metrics), [])
    assert note.startswith(
        "trained from 3 seeds, mean 0.8000, standard deviation 0.1000 on validation rows (0.8000 from"
    )
    assert note.endswith("the median, from seed 17, is this model")


def test_warm_is_held_against_the_last_cold_one_on_the_same_data(finished: Finished) -> None:
    (note,) = origin.notes(_warm(finished), [_other(finished), finished.record])
    score = finished.record.metrics["accuracy"]
    assert note == (
        f"training went on from the champion, version 3: accuracy {score:.4f}; run {finished.record.run_id}, which "
        f"began from scratch on the same data, has {score:.4f}"
    )


def test_without_a_cold_one_that_is_said(finished: Finished) -> None:
    (note,) = origin.notes(_warm(finished), [_other(finished)])
    assert note.endswith("what that was worth is not known")


def _other(finished: Finished) -> RunRecord:
    return finished.record.model_copy(update={"data_digest": "other"})
