"""The message: one card in the reader's language, the same for every channel."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from daybreak.notifying.note import EVENTS, Kind, Note
from daybreak.records import Record
from daybreak.reports.words import measured

Language = Literal["en", "zh"]
# Chat services cut or refuse long texts: WeCom at 4,096 bytes, Slack's header at 150 characters.
_LONGEST_REASON, _LONGEST_SUBJECT = 600, 120


class Card(Record):
    """A note in words, flat: what an event carries and what a channel picks its message from.

    `body` is plain text, `markdown` and `mrkdwn` (Slack's dialect) the same lines in markup, none repeats the subject.
    """

    event: str
    kind: Kind
    project: str
    at: str
    subject: str
    body: str
    markdown: str
    mrkdwn: str
    colour: Literal["green", "red", "orange"]
    reason: str
    run_id: str
    flow_run_id: str
    version: int | None
    champion_version: int | None
    champion_since: str | None
    gate: str | None
    measured: float | None
    bound: float | None
    limit: float | None
    count: int | None
    report: str
    link: str


_NOT_OF_MODELS: tuple[Kind, ...] = ("missed", "batch_held", "test")
_COLOURS: dict[Kind, Literal["green", "red", "orange"]] = {"released": "green", "refused": "red", "failed": "red"}


def compose(note: Note, language: Language) -> Card:
    """Put a note into words."""
    lines = _lines(note, language)
    verdict, champion = note.verdict, note.champion
    return Card(
        event=EVENTS.get(note.kind, "daybreak.test"),
        kind=note.kind,
        project=note.project,
        at=note.at.isoformat(),
        subject=_cut(_subject(note, language), _LONGEST_SUBJECT),
        body="\n".join(f"{name}: {value}" if name else value for name, value in lines),
        markdown="  \n".join(f"**{name}**: {value}" if name else value for name, value in lines),
        mrkdwn="\n".join(f"*{name}*: {_escape(value)}" if name else _escape(value) for name, value in lines),
        colour=_COLOURS.get(note.kind, "orange"),
        reason=note.reason,
        run_id=note.run_id,
        flow_run_id=note.flow_run_id,
        version=note.version,
        champion_version=champion.version if champion else None,
        champion_since=champion.at.isoformat() if champion else None,
        gate=verdict.gate if verdict else None,
        measured=verdict.measured if verdict else None,
        bound=verdict.bound if verdict else None,
        limit=verdict.limit if verdict else None,
        count=note.count,
        report=note.report,
        link=note.link,
    )


def _subject(note: Note, language: Language) -> str:
    words = _words()[f"subject_{note.kind}"][language]
    gate = note.verdict.gate if note.verdict else "?"
    told = words.format(version=note.version if note.version is not None else "?", gate=gate, count=note.count or 0)
    return f"Daybreak · {note.project}: {told}"


def _lines(note: Note, language: Language) -> list[tuple[str, str]]:
    """(name, value) of each line; a line without a name is a sentence."""
    phrase = {name: texts[language] for name, texts in _words().items()}
    lines = [("", phrase[f"verdict_{note.kind}"])]
    lines += [(phrase["reason"], _cut(_one_line(note.reason), _LONGEST_REASON))] if note.reason else []
    if note.kind not in _NOT_OF_MODELS:
        lines.append((phrase["champion"], _champion(note, phrase)))
    if note.verdict:
        lines.append((note.verdict.gate, _number(note, phrase)))
    lines += [(phrase["report"], note.report)] if note.report else []
    lines += [(phrase["link"], note.link)] if note.link else []
    return lines


def _champion(note: Note, phrase: Mapping[str, str]) -> str:
    if note.champion is None:
        return phrase["no_champion"]
    age = _age(note.at - note.champion.at, phrase)
    return phrase["champion_since"].format(version=note.champion.version, age=age)


def _age(age: timedelta, phrase: Mapping[str, str]) -> str:
    hours = max(age, timedelta()) // timedelta(hours=1)
    if hours == 0:
        return phrase["age_new"]
    return phrase["age_hours"].format(count=hours) if hours < 48 else phrase["age_days"].format(count=hours // 24)


def _number(note: Note, phrase: Mapping[str, str]) -> str:
    verdict = note.verdict
    assert verdict is not None  # noqa: S101 - for the reader and mypy; the caller has looked
    told = phrase["number"].format(measured=measured(verdict.measured), limit=measured(verdict.limit))
    return told + (phrase["number_bound"].format(bound=measured(verdict.bound)) if verdict.bound is not None else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _escape(text: str) -> str:
    """What Slack asks for: three characters are markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@cache
def _words() -> dict[str, dict[Language, str]]:
    import yaml

    found: dict[str, dict[Language, str]] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return found
