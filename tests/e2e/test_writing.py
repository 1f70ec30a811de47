"""Two nights of a project whose model writes: the first ends with a champion, the second is compared with it."""

from pathlib import Path
from typing import Any

import pytest
from making import make_writer

from daybreak import night as steps
from daybreak import planning, recording
from daybreak.inference.generator import Generator
from daybreak.night import Night, open_night
from daybreak.planning import Results, rivals
from daybreak.records import Evidence, Outcome, RunRecord
from daybreak.steps import Done

DIALOGUES = 520
"""A tenth of them judge; below 50 rows perplexity is not compared."""


def run(night: Night) -> tuple[Results, RunRecord]:
    """Every step of a night in this process, without Prefect."""
    prepared = steps.prepare(night)
    dataset, ledger = prepared.value, recording.open_ledger(night)
    swept = night.store.run(steps.sweep(night, dataset)).value
    trained = night.store.run(steps.train(night, dataset, swept))
    exported = night.store.run(steps.export(night, dataset, trained.value)).value
    compared = night.store.run(steps.compare(night, dataset, swept, trained.value)).value
    candidate = night.store.run(steps.measure(night, dataset, exported, compared)).value
    met = rivals(ledger, night, dataset, exported.shipped.sha256)
    champion = met.champion and night.store.run(steps.measure_champion(night, dataset, met.champion)).value
    evidence = Evidence(candidate=candidate, champion=champion, dataset=dataset, standing=met.standing)
    recording.note_attempt(night, dataset, exported.shipped.sha256)
    judgement = night.store.run(steps.judge(night, evidence, met.champion)).value
    results = Results(
        dataset=dataset,
        swept=swept,
        model=trained.value,
        exported=exported,
        evidence=evidence,
        judgement=judgement,
        compared=compared,
    )
    tracked = recording.track(night, results, {})
    done: dict[str, Done[Any]] = {"prepare": prepared, "train": trained}
    recording.seal(night, results, tracked, steps=done, links={})
    move = recording.release(night, results, tracked, actor="test")
    return results, recording.conclude(night, results, tracked, move, steps=done, links={})


@pytest.mark.slow
def test_the_first_night_releases_and_the_second_is_compared(tmp_path: Path) -> None:
    root = make_writer(tmp_path / "checkout", dialogues=DIALOGUES).root
    night = open_night(None, (), root)
    results, record = run(night)
    assert record.status == "released", record.reason
    assert record.metrics["perplexity"] < 10
    outcomes = {verdict.gate: verdict.outcome for verdict in record.verdicts}
    assert outcomes["quality"] is outcomes["parity"] is outcomes["latency"] is Outcome.PASS
    assert outcomes["fairness"] is outcomes["robustness"] is outcomes["calibration"] is Outcome.NOT_APPLICABLE
    ledger = recording.open_ledger(night)
    plan = planning.plan(night, ledger)
    assert plan.results == results
    assert "compare" in [step.step for step in plan.steps]
    champion = ledger.champion("sample")
    assert champion is not None
    writer = Generator(champion.artifact.path)
    assert writer.write([writer.ask("房间很好")], 12, is_dialogue=True)[0]

    second, again = run(open_night(None, ("training.seed=5",), root))
    assert second.evidence.champion is not None
    (quality,) = [verdict for verdict in again.verdicts if verdict.gate == "quality"]
    assert "Perplexity against the champion" in quality.reason
