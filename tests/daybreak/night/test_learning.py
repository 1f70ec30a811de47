"""What a model learned before tonight: the training rows of every champion that it goes back to."""

from making import Finished

from daybreak import night as steps
from daybreak.night import learning
from daybreak.recording import open_ledger
from daybreak.records import BaseRef

COLD = BaseRef(source="daybreak/zh-mini", revision="1", weights_sha256="w", tokenizer_sha256="t")


def warm(version: int) -> BaseRef:
    return COLD.model_copy(update={"source": "/steps/train", "revision": f"version {version}"})


def test_a_model_from_elsewhere_inherits_nothing(finished: Finished) -> None:
    for base in (None, COLD, COLD.model_copy(update={"revision": "version two"})):
        assert learning.inherited(finished.night, base) == ()
    assert learning.named(()) == {}


def test_a_child_of_the_champion_inherits_its_training_rows(finished: Finished) -> None:
    (rows,) = learning.inherited(finished.night, warm(1))
    assert rows is not None
    assert rows.read_bytes() == finished.results.dataset.split("train").read_bytes()
    model = finished.results.exported.model.model_copy(update={"base": warm(1)})
    child = finished.results.exported.model_copy(update={"model": model})
    step = steps.measure(finished.night, finished.results.dataset, child)
    assert step.inputs["rows inherited"] == learning.named((rows,))["rows inherited"]
    assert (
        "rows inherited"
        not in steps.measure(finished.night, finished.results.dataset, finished.results.exported).inputs
    )


def test_every_champion_on_the_way_counts_and_an_unknown_one_ends_it(finished: Finished) -> None:
    ledger, night = open_ledger(finished.night), finished.night
    champion = ledger.champion("sample")
    assert champion is not None
    assert learning.inherited_by(night, champion) == ()
    ledger.record_run(finished.record.model_copy(update={"base": warm(7)}))
    assert learning.inherited(night, warm(1))[1:] == (None,)
    assert learning.inherited_by(night, champion) == (None,)
    assert learning.named((None,))["rows inherited"]
    ledger.record_run(finished.record.model_copy(update={"base": warm(1)}))
    assert len(list(learning.ancestors(ledger, "sample", warm(1)))) == 1, "a circle ends"


def test_rows_of_a_model_that_was_not_trained_here_are_not_known(finished: Finished) -> None:
    champion = open_ledger(finished.night).champion("sample")
    assert champion is not None
    assert learning.rows_of(finished.night, champion.model_copy(update={"weights_sha256": ""})) is None
    assert learning.rows_of(finished.night, champion.model_copy(update={"data_version": 99})) is None
