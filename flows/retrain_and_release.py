"""Retrain and release: one night, from the rows to the champion."""

from typing import Any

from prefect import flow

from daybreak import recording
from daybreak.planning import Results, opponent
from daybreak.recording import Steps
from daybreak.records import Evidence
from flows.ending import ENDED, as_state, links, nothing_to_do, open_this_night, run_name
from tasks.data import prepare
from tasks.evaluation import evaluate, evaluate_champion
from tasks.exporting import export
from tasks.gates import judge, show_verdicts
from tasks.releasing import record, release, track
from tasks.training import train
from tasks.tuning import sweep


@flow(
    name="retrain-and-release",
    flow_run_name=run_name,
    on_failure=ENDED,
    on_crashed=ENDED,
    on_cancellation=ENDED,
)
def retrain_and_release(project: str = "sample", overrides: str = "", require_release: bool = False) -> Any:
    """Prepare the data, search, train, export, judge, and release only what passed.

    Args:
        project: the project to retrain.
        overrides: settings that differ from params.yaml this once, one `section.key=value` a line.
        require_release: end as failed when the candidate is refused.
    """
    night = open_this_night(project, overrides)
    if same := nothing_to_do(night):
        return as_state(same, require_release)

    dataset = prepare(night)
    swept = sweep(night, dataset.value)
    model = train(night, dataset.value, swept.value)
    exported = export(night, dataset.value, model.value)

    candidate = evaluate(night, dataset.value, exported.value)
    rival = opponent(recording.open_ledger(night), night, exported.value.shipped.sha256)
    champion = evaluate_champion(night, dataset.value, rival) if rival else None
    evidence = Evidence(candidate=candidate.value, champion=champion.value if champion else None, dataset=dataset.value)
    judgement = judge(night, evidence, rival)
    show_verdicts(judgement.value)

    results = Results(
        dataset=dataset.value,
        swept=swept.value,
        model=model.value,
        exported=exported.value,
        evidence=evidence,
        judgement=judgement.value,
    )
    steps: Steps = {
        "prepare": dataset,
        "sweep": swept,
        "train": model,
        "export": exported,
        "evaluate": candidate,
        "judge": judgement,
    }
    tracked = track(night, results, links())
    move = release(night, results, tracked)
    return as_state(record(night, results, tracked, move, steps=steps, links=links()), require_release)
