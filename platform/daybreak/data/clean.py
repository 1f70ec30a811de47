"""Stage clean: normalise text, replace personal data, and set unusable rows aside."""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from daybreak import __version__
from daybreak.data import restored, stage, tables
from daybreak.data.cleaning import characters, fragments, languages, markup, quality
from daybreak.data.cleaning.languages import Chinese
from daybreak.data.cleaning.quality import QualityParams, Refusal
from daybreak.data.personal import replacing
from daybreak.data.personal.replacing import Find, PersonalParams
from daybreak.records import Record

ROUNDS = 8  # one is enough for nearly every text; what has not settled by then was made to resist
EMPTY = "empty_after_cleaning"
TOO_LONG = "too_long"


class CleanParams(Record):
    """What is taken out of texts, and which rows are refused.

    Repair of broken encodings, NFKC (NFC in conversations), no invisible characters and collapsed white space always
    are. Markup, web addresses, boilerplate and code are left alone in conversations, which may be about them.
    `languages` names the tags that are kept, all if none; `max_advertising` is the number of groups of words that sell.
    """

    lowercase: bool = False
    chinese: Chinese = "keep"
    markup: Literal["strip", "keep"] = "strip"
    urls: Literal["mark", "remove", "keep"] = "mark"
    boilerplate: Literal["remove", "keep"] = "remove"
    code: Literal["remove", "keep"] = "remove"
    languages: tuple[str, ...] = ()
    max_characters: int = Field(default=1_000_000, ge=1)
    max_advertising: int = Field(default=2, ge=0)
    quality: QualityParams = QualityParams()
    personal: PersonalParams = PersonalParams()


class Treated(NamedTuple):
    """A row's text as it is written, what it is known by, what was found in it, and all that stands against it."""

    text: str
    messages: str
    identity: str
    language: str
    found: tuple[Find, ...]
    refusals: tuple[Refusal, ...]


class _Part(NamedTuple):
    """One text of a row: clean, without personal data too, what was found, whether cleaning it came to an end."""

    base: str
    written: str
    found: list[Find]
    settled: bool


@dataclass
class _Tally:
    """Personal data met so far: rows and places a kind."""

    rows: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)

    def add(self, found: tuple[Find, ...]) -> None:
        self.places.update(datum.kind for datum in found)
        self.rows.update({datum.kind for datum in found})


def clean(root: Path, params: CleanParams) -> None:
    """Write data/clean/rows.parquet and personal.json, and data/quarantine/clean.parquet with what was refused."""
    from daybreak.data.personal import planted

    tally = _Tally()
    with (
        tables.opened(root / "data/clean/rows.parquet", tables.CLEANED) as kept,
        tables.opened(root / "data/quarantine/clean.parquet", tables.REFUSED) as refused,
    ):
        for batch in _batches(root, params):
            _append(
                kept, [_written(row, treated) for row, treated, refusal in batch if refusal is None], tables.CLEANED
            )
            _append(refused, [_refused(row, refusal) for row, _, refusal in batch if refusal], tables.REFUSED)
            for _, treated, _ in batch:
                tally.add(treated.found)
    tables.write_json({**_found(tally, params), **planted.measure(params.personal)}, root / "data/clean/personal.json")


def preview(root: Path, params: CleanParams, examples: int = 3) -> dict[str, Any]:
    """What stage clean would refuse under these settings, without writing anything.

    `{"rows": read, "rules": {rule: {"rows": n, "examples": [{id, text, label, value, threshold, detail}]}}}`.
    """
    read, rows = 0, Counter[str]()
    shown: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for batch in _batches(root, params):
        read += len(batch)
        for row, _, refusal in batch:
            if refusal:
                rows[refusal.rule] += 1
                if len(shown[refusal.rule]) < examples:
                    told = _refused(row, refusal)
                    names = ("id", "text", "label", "value", "threshold", "detail")
                    shown[refusal.rule].append({name: told[name] for name in names})
    return {"rows": read, "rules": {rule: {"rows": rows[rule], "examples": shown[rule]} for rule in sorted(rows)}}


def clean_text(text: str, params: CleanParams | None = None) -> str:
    """A labelled text as stage clean writes it; cleaning twice changes nothing."""
    return treat(text, "", params or CleanParams()).text


def identity(text: str) -> str:
    """16 hexadecimal digits of a cleaned text before anything in it is replaced: equal texts, equal identities."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def treat(text: str, messages: str, params: CleanParams) -> Treated:
    """A row's text, or the turns of its conversation, cleaned and freed of personal data."""
    if len(text) > params.max_characters:  # not even looked at, unless a person restored it
        refusal = Refusal(TOO_LONG, str(len(text)), str(params.max_characters))
        return Treated(text, messages, identity(text), "", (), (refusal,))
    turns = json.loads(messages) if messages else []
    parts = [_free(turn["content"], params, conversation=True) for turn in turns] or [_free(text, params)]
    said = [{**turn, "content": part.written} for turn, part in zip(turns, parts, strict=False)]
    whole = _joined(parts)
    language = languages.tag(whole.base)
    return Treated(
        text=whole.written,
        messages=json.dumps(said, ensure_ascii=False) if messages else "",
        identity=identity(whole.base),
        language=language,
        found=tuple(whole.found),
        refusals=tuple(_faults(text, whole, language, params)),
    )


def _joined(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    return _Part(
        base="\n".join(part.base for part in parts),
        written="\n".join(part.written for part in parts),
        found=[datum for part in parts for datum in part.found],
        settled=all(part.settled for part in parts),
    )


def _free(text: str, params: CleanParams, *, conversation: bool = False) -> _Part:
    """A text cleaned, then freed of personal data until none is found in what that leaves."""
    base, settled = _settle(text, params, conversation)
    written, found = base, replacing.looked_for(base, params.personal)
    more = found
    for _ in range(ROUNDS if found else 0):
        written, calm = _settle(replacing.replace(written, more, params.personal), params, conversation)
        settled, more = settled and calm, replacing.looked_for(written, params.personal)
        if not more:
            break
    return _Part(base, written, found, settled and not more)


def _settle(text: str, params: CleanParams, conversation: bool) -> tuple[str, bool]:
    """The text cleaned until another time changes nothing, and whether that came to pass."""
    normalise = _lines if conversation else _line
    text = normalise(characters.repair(text), params)
    for _ in range(ROUNDS):
        cleaned = characters.repair(languages.convert(text, params.chinese))
        cleaned = cleaned if conversation else _without_fragments(cleaned, params)
        if cleaned == text:
            return text, True
        text = normalise(cleaned, params)
    return text, False


def _line(text: str, params: CleanParams) -> str:
    """A labelled text is one line; normalising it twice changes nothing."""
    return " ".join(_lower(characters.unite(text), params).split())


def _lines(text: str, params: CleanParams) -> str:
    """A turn keeps its lines, indents and punctuation: somebody will learn to write like this."""
    lines = _lower(characters.visible("\n".join(text.splitlines())), params).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _lower(text: str, params: CleanParams) -> str:
    return unicodedata.normalize("NFKC", text.lower()) if params.lowercase else text


def _without_fragments(text: str, params: CleanParams) -> str:
    if params.markup == "strip":
        text = markup.strip(text)
    if params.urls != "keep":
        text = fragments.mark_urls(text, fragments.URL_MARK if params.urls == "mark" else " ")
    if params.code == "remove":
        text = fragments.without_code(text)
    return fragments.without_boilerplate(text) if params.boilerplate == "remove" else text


def _faults(raw: str, whole: _Part, language: str, params: CleanParams) -> Iterator[Refusal]:
    """All that stands against a row, what leaves least doubt first."""
    text = whole.base
    if not text.strip():
        phrases, _ = _settle(raw, params.model_copy(update={"boilerplate": "keep"}), conversation=False)
        yield Refusal("boilerplate", phrases) if phrases else Refusal(EMPTY)
        return
    if not whole.settled:
        yield Refusal("unsettled", "", f"{ROUNDS} rounds")
    against = sorted({datum.kind for datum in whole.found if params.personal.action(datum.kind) == "refuse"})
    if against:
        yield Refusal("personal_data", ", ".join(against), "refuse")
    if params.languages and language not in params.languages:
        yield Refusal("language", language, ", ".join(params.languages))
    yield from quality.faults(text, params.quality.of(language))
    sells = fragments.advertising(text) if params.max_advertising < len(fragments.ADVERTISING) else 0
    if sells > params.max_advertising:
        yield Refusal("advertising", str(sells), str(params.max_advertising))


def _batches(root: Path, params: CleanParams) -> Iterator[list[tuple[dict[str, Any], Treated, Refusal | None]]]:
    """Rows of stage ingest with what became of them; the refusal is the first that nobody lifted."""
    exempt = restored.exempt(root)
    at_length = partial(treat, params=params.model_copy(update={"max_characters": sys.maxsize}))
    long = exempt.get(TOO_LONG, frozenset())
    for batch in tables.batches(root / "data/ingest/rows.parquet"):
        rows: list[dict[str, Any]] = batch.to_pylist()
        once = cache(partial(treat, params=params))  # repeats are many, and stand in one batch: equal rows, equal ids
        treated = [(at_length if row["id"] in long else once)(row["text"], row["messages"]) for row in rows]
        yield [(row, each, _standing(row["id"], each, exempt)) for row, each in zip(rows, treated, strict=True)]


def _standing(row: str, treated: Treated, exempt: Mapping[str, frozenset[str]]) -> Refusal | None:
    standing = (each for each in treated.refusals if each.rule == EMPTY or row not in exempt.get(each.rule, ()))
    return next(standing, None)


def _append(file: Any, rows: list[dict[str, Any]], columns: tables.Columns) -> None:
    import pyarrow as pa

    if rows:
        file.write_table(pa.Table.from_pylist(rows, schema=tables.schema(columns)))


def _written(row: dict[str, Any], treated: Treated) -> dict[str, Any]:
    of_text = {name: getattr(treated, name) for name in ("text", "messages", "identity", "language")}
    return {**row, **of_text}


def _refused(row: dict[str, Any], refusal: Refusal) -> dict[str, Any]:
    told = {name: getattr(refusal, name) for name in ("rule", "value", "threshold", "detail")}
    return {**row, **told, "pipeline": __version__}


def _found(tally: _Tally, params: CleanParams) -> dict[str, Any]:
    kinds = sorted(tally.rows)
    found = {
        kind: {"rows": tally.rows[kind], "places": tally.places[kind], "action": params.personal.action(kind)}
        for kind in kinds
    }
    return {"found": found}


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("clean", clean)


if __name__ == "__main__":
    sys.exit(main())
