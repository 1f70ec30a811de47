"""What a person does to the champion, on a night's real results: promote, roll back, lift, reconcile, look back."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from making import Finished

from daybreak import digests, inference, moves
from daybreak.errors import BadInput, EvidenceMismatch, LostRace, ReleaseError
from daybreak.gates import limits
from daybreak.planning import Results
from daybreak.recording import RESULTS, open_ledger
from daybreak.records import ArtifactRef, Judgement, Outcome, Project, RunRecord, Standing
from daybreak.releasing import sealing
from daybreak.settings import Settings
from daybreak.tracking import Registry, Tracker


class Place(NamedTuple):
    """A project and its settings: all that a person's moves need."""

    project: Project
    settings: Settings


@pytest.fixture
def place(finished: Finished, tmp_path: Path) -> Place:
    """A copy of the finished night's state: version 1 is champion."""
    home = tmp_path / "home"
    shutil.copytree(finished.night.settings.home, home, ignore=shutil.ignore_patterns("steps", "locks"))
    return Place(finished.night.project, Settings(home=home))


def candidate(place: Place, finished: Finished, seed: int, outcome: Outcome = Outcome.PASS, against: int = 1) -> int:
    """A later night's model with its verdicts against version `against`, registered and not promoted."""
    run_id = f"night-{seed}"
    shipped = finished.results.exported.shipped
    folder = place.settings.models(place.project) / f"next-{seed}"
    shutil.copytree(shipped.path, folder)
    (folder / "note.txt").write_text(str(seed), encoding="utf-8")
    sha256 = inference.digest(folder)
    artifact = shipped.model_copy(update={"path": folder.rename(folder.with_name(sha256)), "sha256": sha256})
    results = judged(finished.results, artifact, outcome, against)
    run = place.settings.runs(place.project) / run_id
    run.mkdir(parents=True)
    (run / RESULTS).write_text(results.model_dump_json(), encoding="utf-8")
    now = datetime.now(UTC)
    update = {"run_id": run_id, "started_at": now, "finished_at": now, "key": results.judgement.digest}
    record = finished.record.model_copy(update=update)
    open_ledger(place).record_run(record)
    seal(place, run, results)
    tracker = Tracker(place.settings.mlflow, place.settings.mlflow_artifacts, place.project)
    night = tracker.start(run_id, {})
    return Registry(place.settings.mlflow).register(
        place.project, night, artifact, labels=finished.results.dataset.labels, tags={"daybreak.run_id": run_id}
    )


def seal(place: Place, run: Path, results: Results) -> None:
    """The dossier of these verdicts, as far as a release looks at it."""
    evidence = {"artifact_sha256": results.exported.shipped.sha256}
    tree = sealing.sealed({"judgement": results.judgement.model_dump(mode="json"), "evidence": evidence})
    (run / sealing.FOLDER).mkdir(exist_ok=True)
    (run / sealing.FOLDER / sealing.FILE).write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    digest = tree[sealing.SEAL]
    open_ledger(place).seal_dossier("sample", run_id=run.name, judgement=results.judgement.digest, digest=digest)


def judged(results: Results, artifact: ArtifactRef, outcome: Outcome, against: int) -> Results:
    others = (each for each in results.exported.artifacts if each.kind != artifact.kind)
    exported = results.exported.model_copy(update={"artifacts": (artifact, *others)})
    measured = results.evidence.candidate.model_copy(update={"artifact_sha256": artifact.sha256})
    evidence = results.evidence.model_copy(update={"candidate": measured, "champion": results.evidence.candidate})
    verdicts = tuple(
        verdict.model_copy(update={"outcome": outcome if verdict.gate == "quality" else Outcome.PASS, "mode": "block"})
        for verdict in results.judgement.verdicts
    )
    digest = Judgement.compute_digest(verdicts, evidence.digest, against)
    judgement = Judgement(verdicts=verdicts, evidence_digest=evidence.digest, champion_version=against, digest=digest)
    model = results.model.model_copy(update={"sha256": digests.of_value(artifact.sha256)})
    return results.model_copy(
        update={"exported": exported, "evidence": evidence, "judgement": judgement, "model": model}
    )


def champion(place: Place) -> int | None:
    """The champion, once journal and alias agree on it."""
    ledger = open_ledger(place)
    found = ledger.champion(place.project.name)
    assert Registry(place.settings.mlflow).alias(place.project) == (found.version if found else None)
    assert ledger.verify(place.project.name) is None
    return found.version if found else None


def test_a_person_promotes_rolls_back_and_lifts_the_hold(place: Place, finished: Finished) -> None:
    version = candidate(place, finished, 2)
    made = moves.promote(place, version, actor="林晓", reason="")
    assert (made.kind, made.outcome, made.reason) == ("promote", "done", "promoted after run night-2")
    assert made.weights_sha256 == digests.of_value(made.model_sha256)
    assert champion(place) == version
    back = moves.rollback(place, to=0, actor="林晓", reason="答错")
    assert (back.to_version, back.outcome) == (1, "done")
    assert back.duration_ms is not None
    assert back.duration_ms <= 60_000  # 300 on a machine with nothing else to do
    assert champion(place) == 1
    with pytest.raises(ReleaseError, match="it is held"):
        moves.promote(place, version, actor="林晓", reason="再试")
    (hold,) = moves.unhold(place, actor="王芳", reason="查清了")
    assert hold.version == version
    with pytest.raises(BadInput, match="nothing is on hold in project sample"):
        moves.unhold(place, actor="王芳", reason="查清了")
    assert moves.promote(place, version, actor="林晓", reason="再试").outcome == "done"
    assert champion(place) == version


def test_a_candidate_of_a_champion_that_is_no_more_is_not_promoted(place: Place, finished: Finished) -> None:
    early, late = candidate(place, finished, 2), candidate(place, finished, 3)
    moves.promote(place, late, actor="林晓", reason="")
    with pytest.raises(LostRace, match=f"the champion is version {late}; expected version 1"):
        moves.promote(place, early, actor="林晓", reason="")


def test_a_refused_candidate_needs_an_override_with_a_reason(place: Place, finished: Finished) -> None:
    version = candidate(place, finished, 2, Outcome.FAIL)
    with pytest.raises(ReleaseError, match="it is refused"):
        moves.promote(place, version, actor="林晓", reason="")
    with pytest.raises(BadInput, match="an override without a reason"):
        moves.promote(place, version, actor="林晓", reason=" ", override=True)
    assert moves.promote(place, version, actor="林晓", reason="急用", override=True).reason == "override: 急用"
    assert champion(place) == version


def test_versions_that_cannot_be_promoted(place: Place, finished: Finished) -> None:
    with pytest.raises(BadInput, match="there is no version 9 of daybreak-sample"):
        moves.promote(place, 9, actor="林晓", reason="")
    with pytest.raises(BadInput, match="version 1 is champion already"):
        moves.promote(place, 1, actor="林晓", reason="")
    version = candidate(place, finished, 2)
    (place.settings.runs(place.project) / "night-2" / RESULTS).unlink()
    with pytest.raises(BadInput, match=r"verdicts on version 2 are not at hand; .*night-2; Judge it again"):
        moves.promote(place, version, actor="林晓", reason="")
    assert champion(place) == 1


def results_of(place: Place, seed: int) -> Path:
    return place.settings.runs(place.project) / f"night-{seed}" / RESULTS


def rewrite(path: Path, edit: Callable[[Results], Results]) -> None:
    path.write_text(edit(Results.model_validate_json(path.read_text(encoding="utf-8"))).model_dump_json(), "utf-8")


def pass_everything(results: Results) -> Results:
    """The verdicts edited by hand."""
    verdicts = tuple(each.model_copy(update={"outcome": Outcome.PASS}) for each in results.judgement.verdicts)
    return results.model_copy(update={"judgement": results.judgement.model_copy(update={"verdicts": verdicts})})


def pass_everything_and_seal_it(results: Results) -> Results:
    """By somebody who knows how the digest is made."""
    verdicts = pass_everything(results).judgement.verdicts
    known = results.judgement
    digest = Judgement.compute_digest(verdicts, known.evidence_digest, known.champion_version)
    return results.model_copy(update={"judgement": known.model_copy(update={"verdicts": verdicts, "digest": digest})})


def take_other_data(results: Results) -> Results:
    return results.model_copy(update={"dataset": results.dataset.model_copy(update={"version": 9})})


def forget_the_attempts(results: Results) -> Results:
    standing = Standing(attempt=1, comparison=7)
    return results.model_copy(update={"evidence": results.evidence.model_copy(update={"standing": standing})})


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (pass_everything, "the verdicts were altered since they were given"),
        (pass_everything_and_seal_it, "not those that the ledger keeps of it; expected digest"),
        (take_other_data, "the verdicts are of data version 1; expected 9"),
        (forget_the_attempts, "the verdicts rest on other evidence"),
    ],
)
def test_results_that_were_edited_promote_nothing(
    place: Place, finished: Finished, edit: Callable[[Results], Results], message: str
) -> None:
    version = candidate(place, finished, 2, Outcome.FAIL)
    rewrite(results_of(place, 2), edit)
    with pytest.raises(EvidenceMismatch, match=message):
        moves.promote(place, version, actor="林晓", reason="")
    assert champion(place) == 1


def test_a_model_file_that_was_altered_is_not_promoted(place: Place, finished: Finished) -> None:
    version = candidate(place, finished, 2)
    artifact = moves.offer(place, version).candidate.artifact
    (artifact.path / artifact.files[0].name).write_bytes(b"another model")
    with pytest.raises(EvidenceMismatch, match="as it was judged"):
        moves.promote(place, version, actor="林晓", reason="")
    with pytest.raises(EvidenceMismatch, match="as it was judged"):
        moves.promote(place, version, actor="林晓", reason="急用", override=True)
    assert champion(place) == 1


@pytest.mark.parametrize("gone", [False, True])
def test_a_dossier_that_was_altered_or_is_gone_promotes_nothing(place: Place, finished: Finished, gone: bool) -> None:
    version = candidate(place, finished, 2)
    written = results_of(place, 2).parent / sealing.FOLDER / sealing.FILE
    text = written.read_text(encoding="utf-8")
    if gone:
        written.unlink()
    else:
        written.write_text(text.replace('"PASS"', '"FAIL"', 1), encoding="utf-8")
    with pytest.raises(EvidenceMismatch, match=r"dossier of run night-2 cannot be relied on: .*dossier\.json"):
        moves.promote(place, version, actor="林晓", reason="")
    assert champion(place) == 1
    written.write_text(text, encoding="utf-8")
    assert moves.promote(place, version, actor="林晓", reason="").outcome == "done"


def test_results_that_this_version_cannot_read_are_judged_again(place: Place, finished: Finished) -> None:
    version = candidate(place, finished, 2)
    told = json.loads(results_of(place, 2).read_text(encoding="utf-8"))
    strange = json.dumps({**told, "evidence": {"candidate": {}}})
    found = r"an earlier version of Daybreak wrote them, or a hand; .*; Judge it again with daybreak run"
    for text in (strange, strange[:99]):
        results_of(place, 2).write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=found):
            moves.promote(place, version, actor="林晓", reason="")


def test_a_candidate_of_loosened_limits_is_promoted_by_an_override_alone(place: Place, finished: Finished) -> None:
    def loosen(results: Results) -> Results:
        verdicts = (limits.verdict(["gates.quality.margin is 0.5"]), *results.judgement.verdicts)
        known = results.judgement
        digest = Judgement.compute_digest(verdicts, known.evidence_digest, known.champion_version)
        judgement = known.model_copy(update={"verdicts": verdicts, "digest": digest})
        return results.model_copy(update={"judgement": judgement})

    version = candidate(place, finished, 2)
    rewrite(results_of(place, 2), loosen)
    results = Results.model_validate_json(results_of(place, 2).read_text(encoding="utf-8"))
    judgement = results.judgement
    seal(place, results_of(place, 2).parent, results)
    ledger = open_ledger(place)
    record = ledger.run("sample", "night-2")
    assert record is not None
    ledger.record_run(record.model_copy(update={"key": judgement.digest}))
    with pytest.raises(ReleaseError, match=r"it is refused \(limits: Limits were loosened"):
        moves.promote(place, version, actor="林晓", reason="")
    made = moves.promote(place, version, actor="林晓", reason="急用", override=True)
    assert (made.reason, made.anchor) == ("override: 急用", "reset")


def test_an_offer_shows_both_models_on_the_same_rows(place: Place, finished: Finished) -> None:
    shown = moves.describe(moves.offer(place, candidate(place, finished, 2)))
    assert (shown["candidate"]["version"], shown["champion"]["version"]) == (2, 1)
    assert shown["candidate"]["metrics"].keys() == shown["champion"]["metrics"].keys()
    assert 0 <= shown["verdicts_age_hours"] < 1
    assert {verdict["outcome"] for verdict in shown["verdicts"]} == {"PASS"}
    assert shown["comparison"] is None


def test_an_alias_moved_in_mlflow_is_accepted_or_restored(place: Place, finished: Finished) -> None:
    version = candidate(place, finished, 2)
    registry = Registry(place.settings.mlflow)
    registry.set_alias(place.project, version)
    assert moves.reconcile(place, accept=False, actor="林晓", reason="误操作") is not None
    assert champion(place) == 1
    registry.set_alias(place.project, version)
    accepted = moves.reconcile(place, accept=True, actor="林晓", reason="就用它")
    assert accepted is not None
    assert accepted.run_id == "night-2"
    assert champion(place) == version


def test_history_answers_for_a_moment(place: Place, finished: Finished, tmp_path: Path) -> None:
    moves.fetch(place, tmp_path / "served", host="web-1")
    then = datetime.now(UTC)
    version = candidate(place, finished, 2)
    moves.promote(place, version, actor="林晓", reason="")
    moves.rollback(place, to=None, actor="林晓", reason="答错")
    now, earlier = moves.history(place), moves.history(place, then)
    assert [move.kind for move in now.moves] == ["rollback", "promote", "release"]
    assert now.hold is not None
    assert now.hold.version == version
    assert earlier.champion is not None
    assert earlier.released_by is not None
    assert (earlier.champion.version, earlier.released_by.kind) == (1, "release")
    assert earlier.verdicts == finished.record.verdicts
    assert [load.facts["host"] for load in earlier.loads] == ["web-1"]
    assert now.fault is None
    assert moves.history(place, datetime(2020, 1, 1, tzinfo=UTC)).champion is None


def test_the_evidence_of_a_moment_is_one_file(place: Place, tmp_path: Path) -> None:
    import zipfile

    found = moves.collect_evidence(place, datetime.now(UTC), tmp_path / "evidence.zip")
    with zipfile.ZipFile(found.path) as archive:
        names = set(archive.namelist())
        record = RunRecord.model_validate_json(archive.read("run/run.json"))
    assert record.model is not None
    assert record.model.version == found.version
    assert {"journal.jsonl", "verdicts.json", "run/dossier/report.html", "run/params.json", "manifest.json"} <= names
