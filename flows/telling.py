"""Tells people: by an event that the stack's automations pass on, or directly. What fails here fails nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from prefect.events import emit_event
from prefect.exceptions import MissingContextError
from prefect.logging import get_logger, get_run_logger

from daybreak import notifying, recording
from daybreak.data.admitting.batches import Decision
from daybreak.night import Night, writes
from daybreak.notifying import Card, Delivery, Note, note
from daybreak.records import RunRecord
from daybreak.settings import Settings
from flows.automations import listens, served


def tell_of(night: Night, record: RunRecord) -> None:
    """Tell what became of a night, and whether it is one too many without a release; call the heartbeat address."""
    with _harmless():
        ledger = recording.open_ledger(night)
        champion, runs = ledger.champion(record.project), ledger.runs(record.project, limit=note.HORIZON)
        ledger.close()
        trained = writes(night)  # then nothing waits for a person, and no release is missed
        tell(night.settings, None if trained and record.status == "held" else note.of_run(record, champion))
        after = 0 if trained else night.params.release.stale_after
        tell(night.settings, note.staleness(record, runs, champion, after))
    with _harmless():
        _log(notifying.beat(night.settings))


def tell_missed(settings: Settings, project: str, times: Sequence[datetime]) -> None:
    """Tell which nights fell due and did not run."""
    tell(settings, note.of_missed(project, times, datetime.now(UTC)) if times else None)


def tell_of_batches(night: Night, held: Iterable[Decision]) -> None:
    """Tell which batches were held aside, and why."""
    named = [(batch.name, batch.reason) for batch in held]
    tell(night.settings, note.of_batches(night.project.name, named, datetime.now(UTC)) if named else None)


def tell(settings: Settings, news: Note | None) -> None:
    """Emit the event if a stack listens, and send the card to every channel that none of its automations serves."""
    with _harmless():
        if news is not None:
            card = notifying.compose(news, settings.notify_language)
            elsewhere = _emit(card) if listens() else set()
            _log(notifying.send(settings, card, settings.addresses.keys() - elsewhere))


def _emit(card: Card) -> set[str]:
    """Emit a card as an event; gives the channels that hear of it by an automation."""
    run = {"prefect.resource.id": f"prefect.flow-run.{card.flow_run_id}", "prefect.resource.role": "flow-run"}
    project = {"prefect.resource.id": f"daybreak.project.{card.project}", "prefect.resource.name": card.project}
    reached = served()
    emit_event(card.event, project, related=[run] if card.flow_run_id else [], payload=card.model_dump(mode="json"))
    return reached


@contextmanager
def _harmless() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        _warn(f"Nobody was told: {error}")


def _log(done: Iterable[Delivery]) -> None:
    for failed in (each for each in done if each.error):
        _warn(f"{failed.channel} was not told: {failed.error}")


def _warn(sentence: str) -> None:
    try:
        get_run_logger().warning(sentence)
    except MissingContextError:
        get_logger("telling").warning(sentence)
