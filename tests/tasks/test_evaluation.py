"""The tasks up to the judgement do what their rooms do: the wiring, and nothing else."""

from making import Finished

from daybreak.records import Evidence
from tasks import data, evaluation, exporting, gates, training, tuning


def test_tasks_give_what_the_steps_gave(finished: Finished) -> None:
    night, results = finished.night, finished.results
    dataset = data.prepare.fn(night).value
    swept = tuning.sweep.fn(night, dataset).value
    model = training.train.fn(night, dataset, swept).value
    exported = exporting.export.fn(night, dataset, model).value
    candidate = evaluation.evaluate.fn(night, dataset, exported).value
    judgement = gates.judge.fn(night, Evidence(candidate=candidate, champion=None, dataset=dataset), None).value
    assert (dataset, model, exported) == (results.dataset, results.model, results.exported)
    assert (candidate, judgement) == (results.evidence.candidate, results.judgement)


def test_the_champion_is_measured_on_the_same_rows(finished: Finished) -> None:
    from daybreak.recording import open_ledger

    champion = open_ledger(finished.night).champion("sample")
    assert champion is not None
    measured = evaluation.evaluate_champion.fn(finished.night, finished.results.dataset, champion).value
    assert measured.artifact_sha256 == champion.sha256
    assert measured.dataset_digest == finished.results.dataset.digest
