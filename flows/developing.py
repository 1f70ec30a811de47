"""The parts of a night that flows share: from what arrived to data, and from data to a judged candidate."""

from typing import NamedTuple

from daybreak import recording
from daybreak.data.admitting import incoming
from daybreak.night import Night, demand_judgeable, demand_single_labels, generates
from daybreak.planning import Results, rivals
from daybreak.recording import Steps
from daybreak.records import DatasetRef, Evidence
from daybreak.steps import Done
from flows.opening import name_after_data
from flows.telling import tell_of_batches
from tasks.data import prepare
from tasks.evaluation import evaluate, evaluate_champion
from tasks.exporting import export
from tasks.gates import judge
from tasks.showing import show_verdicts
from tasks.training import compare, train
from tasks.tuning import sweep


class Developed(NamedTuple):
    """A judged candidate with all that led to it, and when each step was done."""

    results: Results
    steps: Steps


def prepare_data(night: Night) -> Done[DatasetRef]:
    """Admit what arrived and prepare it; the run is named after the data, and people hear of batches held aside."""
    dataset = prepare(night)
    name_after_data(dataset.value.version)
    tell_of_batches(night, [each for each in incoming.held(night.project) if each.at >= night.started_at])
    return dataset


def develop(night: Night, dataset: Done[DatasetRef]) -> Developed:
    """Search, train, export, measure candidate and champion, and let every gate judge."""
    demand_single_labels(dataset.value)
    demand_judgeable(night, dataset.value)
    swept = sweep(night, dataset.value)
    model = train(night, dataset.value, swept.value)
    exported = export(night, dataset.value, model.value)

    compared = compare(night, dataset.value, swept.value, model.value).value if generates(night) else None
    candidate = evaluate(night, dataset.value, exported.value, compared)
    met = rivals(recording.open_ledger(night), night, dataset.value, exported.value.shipped.sha256)
    champion, anchor = (
        evaluate_champion(night, dataset.value, side).value if side else None for side in (met.champion, met.anchor)
    )
    evidence = Evidence(
        candidate=candidate.value, champion=champion, dataset=dataset.value, anchor=anchor, standing=met.standing
    )
    recording.note_attempt(night, dataset.value, exported.value.shipped.sha256)
    judgement = judge(night, evidence, met.champion)
    show_verdicts(night, judgement.value)

    results = Results(
        dataset=dataset.value,
        swept=swept.value,
        model=model.value,
        exported=exported.value,
        evidence=evidence,
        judgement=judgement.value,
        compared=compared,
    )
    steps: Steps = {
        "prepare": dataset,
        "sweep": swept,
        "train": model,
        "export": exported,
        "evaluate": candidate,
        "judge": judgement,
    }
    return Developed(results, steps)
