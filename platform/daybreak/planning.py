"""What a night would do: which steps are reused, which run again, why, and about how long that takes."""

from typing import Literal, NamedTuple, TypeVar

from daybreak import night as steps
from daybreak.data.versioning import rollback, versions
from daybreak.ledger import Ledger
from daybreak.night import Night
from daybreak.records import (
    ArtifactRef,
    Champion,
    DatasetRef,
    Evidence,
    ExportRef,
    Judgement,
    Measurements,
    ModelRef,
    Record,
    Standing,
    SweepRef,
)
from daybreak.steps import Done, Step

T = TypeVar("T", bound=Record)

ORDER = ("prepare", "sweep", "train", "export", "compare", "evaluate", "evaluate-champion", "judge", "release")


class Planned(Record):
    """One step of a plan; `seconds` is what it took the last time, None if it was never done."""

    step: str
    action: Literal["reuse", "run", "skip"]
    why: str
    seconds: float | None = None


class Results(Record):
    """Everything that the steps of one night yielded; `compared` is a language model beside its untuned base."""

    dataset: DatasetRef
    swept: SweepRef
    model: ModelRef
    exported: ExportRef
    evidence: Evidence
    judgement: Judgement
    compared: Measurements | None = None


class Trained(Record):
    """What the steps of a training yielded whose model is held against its base, and not released.

    `published` is what others may begin from, where the model is such a base.
    """

    dataset: DatasetRef
    swept: SweepRef
    model: ModelRef
    compared: Measurements
    published: ArtifactRef | None = None


class Plan(Record):
    """Every step in order; `results` where all of them are at hand."""

    steps: tuple[Planned, ...]
    results: Results | None = None

    @property
    def seconds(self) -> float:
        """About how long the steps that run will take, by the last time each was done."""
        return sum(step.seconds or 0.0 for step in self.steps if step.action == "run")


class _MissingStepError(Exception):
    """Ends the walk at the first step that has to run."""


def opponent(ledger: Ledger, night: Night, artifact_sha256: str) -> Champion | None:
    """Whom a candidate is judged against: the champion, or its predecessor where the candidate is the champion."""
    champion = ledger.champion(night.project.name)
    if champion and champion.sha256 == artifact_sha256:
        return ledger.predecessor(night.project.name)
    return champion


class Rivals(NamedTuple):
    """Whom a candidate is judged against; `anchor` is None where it is the champion, or its files are gone."""

    champion: Champion | None
    anchor: Champion | None
    standing: Standing


def rivals(ledger: Ledger, night: Night, dataset: DatasetRef, artifact_sha256: str) -> Rivals:
    """The champion, the anchor, and at which attempt they meet the candidate."""
    name, champion = night.project.name, opponent(ledger, night, artifact_sha256)
    frozen = night.params.split.release_set or ""
    standing = ledger.standing(name, sha256=artifact_sha256, data_digest=dataset.digest, release_set=frozen)
    found = ledger.released(name, standing.anchor_version) if standing.anchor_version is not None else None
    return Rivals(champion, found if found and found.artifact.path.is_dir() else None, standing)


def plan(night: Night, ledger: Ledger) -> Plan:
    """Walk the chain as far as finished steps reach. Touches nothing."""
    planned: list[Planned] = []

    def look_up(step: Step[T]) -> T:
        found: Done[T] | None = night.store.find(step)
        if found is None:
            last = night.store.last(step.name)
            planned.append(
                Planned(
                    step=step.name, action="run", why=night.store.why(step), seconds=last["seconds"] if last else None
                )
            )
            raise _MissingStepError
        planned.append(Planned(step=step.name, action="reuse", why="nothing it depends on changed"))
        return found.value

    try:
        results = _walk(night, ledger, look_up, planned)
    except _MissingStepError:
        has_champion = ledger.champion(night.project.name) is not None
        return Plan(steps=(*planned, *_rest(night, planned, has_champion)))
    known = ledger.last_with_key(night.project.name, results.judgement.digest)
    release = (
        Planned(step="release", action="reuse", why=f"decided by run {known.same_as or known.run_id}")
        if known
        else Planned(step="release", action="run", why="these verdicts were not acted on yet")
    )
    return Plan(steps=(*planned, release), results=results)


def _walk(night: Night, ledger: Ledger, look_up, planned: list[Planned]) -> Results:  # type: ignore[no-untyped-def]
    dataset = versions.status(night.project)
    if dataset is None:
        took = next(
            (run.timings["prepare"] for run in ledger.runs(night.project.name) if "prepare" in run.timings), None
        )
        why = "data, its settings or its code changed" if took else "never done before"
        planned.append(Planned(step="prepare", action="run", why=why, seconds=took))
        raise _MissingStepError
    rolled_back = rollback.pinned(night.project) is not None
    why = f"data version {dataset.version} " + ("is what they are rolled back to" if rolled_back else "is up to date")
    planned.append(Planned(step="prepare", action="reuse", why=why))
    swept = look_up(steps.sweep(night, dataset))
    model = look_up(steps.train(night, dataset, swept))
    exported = look_up(steps.export(night, dataset, model))
    compared = look_up(steps.compare(night, dataset, swept, model)) if steps.generates(night) else None
    candidate = look_up(steps.measure(night, dataset, exported, compared))
    met = rivals(ledger, night, dataset, exported.shipped.sha256)
    champion, anchor = (
        look_up(steps.measure_champion(night, dataset, side)) if side else None for side in (met.champion, met.anchor)
    )
    evidence = Evidence(candidate=candidate, champion=champion, dataset=dataset, anchor=anchor, standing=met.standing)
    judgement = look_up(steps.judge(night, evidence, met.champion))
    return Results(
        dataset=dataset,
        swept=swept,
        model=model,
        exported=exported,
        evidence=evidence,
        judgement=judgement,
        compared=compared,
    )


def _rest(night: Night, planned: list[Planned], has_champion: bool) -> list[Planned]:
    """The steps behind the first one that runs: each depends on the one before it."""
    first = planned[-1].step
    rest = []
    for name in ORDER[ORDER.index(first) + 1 :]:
        last = night.store.last(name)
        if name == "compare" and not steps.generates(night):
            continue
        if name == "evaluate-champion" and not has_champion:
            rest.append(Planned(step=name, action="skip", why="there is no champion yet"))
            continue
        rest.append(Planned(step=name, action="run", why=f"follows {first}", seconds=last["seconds"] if last else None))
    return rest
