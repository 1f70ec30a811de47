"""Stage clean: normalise text, replace personal data, and set unusable rows aside."""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from daybreak import __version__
from daybreak.data import glance, stage, tables
from daybreak.data.cleaning import characters, fragments, languages, markup, quality
from daybreak.data.cleaning.languages import Chinese
from daybreak.data.cleaning.quality import QualityParams, Refusal
from daybreak.data.cleaning.workers import Workers
from daybreak.data.glance import Glance
from daybreak.data.personal import replacing
from daybreak.data.personal.replacing import Find, PersonalParams
from daybreak.data.quarantining import restored
from daybreak.data.remembering import recalled
from daybreak.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

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


def clean(root: Path, params: CleanParams) -> None:
    """Write data/clean/rows.parquet and personal.json, and data/quarantine/clean.parquet with what was refused."""
    found = _Tally()
    with (
        tables.opened(root / "data/clean/rows.parquet", tables.CLEANED) as kept,
        tables.opened(root / "data/quarantine/clean.parquet", tables.REFUSED) as refused,
    ):
        for batch in _batches(root, params):
            against = batch.standing
            _append(kept, batch.cleaned(against))
            _append(refused, batch.refused(against))
            found.add(batch.treated["found"])
    told = {"found": found.told(params), **_measured(root, params.personal)}
    tables.write_json(told, root / "data/clean/personal.json")


def preview(root: Path, params: CleanParams, examples: int = 3) -> dict[str, Any]:
    """What stage clean would refuse under these settings, without writing anything.

    `{"rows": read, "rules": {rule: {"rows": n, "examples": [{id, text, label, value, threshold, detail}]}}}`.
    """
    read, rows = 0, Counter[str]()
    shown: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for batch in _batches(root, params, memoised=False):
        read += len(batch.rows)
        against = batch.standing
        rows.update(refusal.rule for refusal in against.values())
        for told in batch.refused(against).to_pylist():
            if len(shown[told["rule"]]) < examples:
                names = ("id", "text", "label", "value", "threshold", "detail")
                shown[told["rule"]].append({name: told[name] for name in names})
    return {"rows": read, "rules": {rule: {"rows": rows[rule], "examples": shown[rule]} for rule in sorted(rows)}}


def clean_text(text: str, params: CleanParams | None = None) -> str:
    """A labelled text as stage clean writes it; cleaning twice changes nothing."""
    return treat(text, "", params or CleanParams()).text


def identity(text: str) -> str:
    """16 hexadecimal digits of a cleaned text before anything in it is replaced: equal texts, equal identities."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def treat(text: str, messages: str, params: CleanParams, seen: Glance | None = None) -> Treated:
    """A row's text, or the turns of its conversation, cleaned and freed of personal data.

    `seen`: what a glance at the normalised text of a row that is no conversation says of it.
    """
    if len(text) > params.max_characters:  # not even looked at, unless a person restored it
        refusal = Refusal(TOO_LONG, str(len(text)), str(params.max_characters))
        return Treated(text, messages, identity(text), "", (), (refusal,))
    turns = json.loads(messages) if messages else []
    parts = [_free(turn["content"], params, conversation=True) for turn in turns] or [_free(text, params, seen)]
    said = [{**turn, "content": part.written} for turn, part in zip(turns, parts, strict=False)]
    whole = _joined(parts)
    language = languages.tag(whole.base)
    return Treated(
        text=whole.written,
        messages=json.dumps(said, ensure_ascii=False) if messages else "",
        identity=identity(whole.base),
        language=language,
        found=tuple(whole.found),
        refusals=tuple(_faults(text, whole, language, params, seen if seen and seen.normal == whole.base else None)),
    )


def treat_all(texts: Sequence[str], messages: Sequence[str], params: CleanParams) -> Iterator[Treated]:
    """What `treat` makes of each row; one glance at all of them tells which rules have nothing to do where."""
    at_once = params.chinese == "keep" and params.personal.name == params.personal.address == "keep"
    single = [
        at_once and not said and len(text) <= params.max_characters for text, said in zip(texts, messages, strict=True)
    ]
    normal = [_line(characters.repair(text), params) if one else "" for text, one in zip(texts, single, strict=True)]
    for text, said, seen in zip(texts, messages, glance.look(normal), strict=True):
        yield treat(text, said, params, seen if seen.normal else None)


def _joined(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    return _Part(
        base="\n".join(part.base for part in parts),
        written="\n".join(part.written for part in parts),
        found=[datum for part in parts for datum in part.found],
        settled=all(part.settled for part in parts),
    )


def _free(text: str, params: CleanParams, seen: Glance | None = None, *, conversation: bool = False) -> _Part:
    """A text cleaned, then freed of personal data until none is found in what that leaves."""
    base, settled = (seen.normal, True) if seen and not seen.fragments else _settle(text, params, conversation)
    if seen and not seen.personal and base == seen.normal:
        return _Part(base, base, [], settled)
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


def _faults(raw: str, whole: _Part, language: str, params: CleanParams, seen: Glance | None) -> Iterator[Refusal]:
    """All that stands against a row, what leaves least doubt first."""
    text = whole.base
    if not text.strip():
        phrases, _ = _settle(raw, params.model_copy(update={"boilerplate": "keep"}), conversation=False)
        yield Refusal("boilerplate", phrases) if phrases else Refusal(EMPTY)
        return
    if not whole.settled:
        yield Refusal("unsettled", "", f"{ROUNDS} rounds")
    against = {datum.kind for datum in whole.found if params.personal.action(datum.kind) == "refuse"}
    if against:
        yield Refusal("personal_data", ", ".join(sorted(against)), "refuse")
    if params.languages and language not in params.languages:
        yield Refusal("language", language, ", ".join(params.languages))
    yield from quality.faults(text, params.quality.of(language), sound=seen is not None and not seen.garbled)
    if seen and not seen.selling:
        return
    sells = fragments.advertising(text) if params.max_advertising < len(fragments.ADVERTISING) else 0
    if sells > params.max_advertising:
        yield Refusal("advertising", str(sells), str(params.max_advertising))


def _batches(root: Path, params: CleanParams, *, memoised: bool = True) -> Iterator[_Batch]:
    """Rows of stage ingest with what became of them. Repeats are many, and stand together: equal rows, equal ids."""
    exempt = restored.exempt(root)
    known = recalled.Known(root, "clean", params.model_dump(mode="json"), longest=params.max_characters)
    long = exempt.get(TOO_LONG, frozenset())
    with known if memoised else nullcontext(), Workers(treating, params, long) as work:
        for rows in tables.batches(root / "data/ingest/rows.parquet"):
            yield _Batch(rows, known.treated(rows, work), exempt)


def treating(params: CleanParams, long: AbstractSet[str]) -> recalled.Work:
    """What makes columns of ids, texts and messages the columns recalled.TREATED; `long` may be of any length."""
    at_length = params.model_copy(update={"max_characters": sys.maxsize})

    def work(ids: Sequence[str], texts: Sequence[str], messages: Sequence[str]) -> Iterator[tuple[str, ...]]:
        for row, text, said, treated in zip(ids, texts, messages, treat_all(texts, messages, params), strict=True):
            yield columns_of(treat(text, said, at_length) if row in long else treated)

    return work


def columns_of(treated: Treated) -> tuple[str, ...]:
    """A treated row as the columns of recalled.TREATED."""
    against = [[each.rule, each.value, each.threshold, each.detail] for each in treated.refusals]
    return (
        treated.text,
        treated.messages,
        treated.identity,
        treated.language,
        " ".join(datum.kind for datum in treated.found),
        json.dumps(against, ensure_ascii=False) if against else "",
    )


class _Batch(NamedTuple):
    """Rows of stage ingest and, in the same order, what became of them; `exempt` are ids that a rule is lifted for."""

    rows: pa.RecordBatch
    treated: Mapping[str, pa.Array]
    exempt: Mapping[str, frozenset[str]]

    @property
    def standing(self) -> dict[int, Refusal]:
        """By position, the first refusal that nobody lifted."""
        import pyarrow.compute as pc

        found = {}
        for place in pc.indices_nonzero(pc.not_equal(self.treated["refusals"], "")).to_pylist():
            row = self.rows["id"][place].as_py()
            told = (Refusal(*each) for each in json.loads(self.treated["refusals"][place].as_py()))
            standing = (each for each in told if each.rule == EMPTY or row not in self.exempt.get(each.rule, ()))
            if refusal := next(standing, None):
                found[place] = refusal
        return found

    def cleaned(self, against: Mapping[int, Refusal]) -> pa.Table:
        """The rows that nothing stands against, as stage clean writes them."""
        import numpy as np
        import pyarrow as pa

        keep = np.ones(len(self.rows), bool)
        keep[list(against)] = False
        of_text = {name: self.treated[name] for name in ("text", "messages", "identity", "language")}
        columns = {**dict(zip(self.rows.schema.names, self.rows.columns, strict=True)), **of_text}
        whole = pa.table({name: columns[name] for name in tables.CLEANED})
        return (whole.filter(pa.array(keep)) if against else whole).cast(tables.schema(tables.CLEANED))

    def refused(self, against: Mapping[int, Refusal]) -> pa.Table:
        """The other rows, as the quarantine keeps them."""
        import pyarrow as pa

        rows = self.rows.take(pa.array(list(against), pa.int64())).to_pylist()
        told = [
            {**row, **asdict(each), "pipeline": __version__} for row, each in zip(rows, against.values(), strict=True)
        ]
        return pa.Table.from_pylist(told, schema=tables.schema(tables.REFUSED))


class _Tally:
    """Personal data met so far: rows and places a kind."""

    def __init__(self) -> None:
        self._rows, self._places = Counter[str](), Counter[str]()

    def add(self, found: pa.Array) -> None:
        """`found`: of each row the kinds found in it, one after another."""
        for each in found.value_counts().to_pylist():
            kinds, rows = each["values"].split(), each["counts"]
            self._places.update({kind: rows * times for kind, times in Counter(kinds).items()})
            self._rows.update(dict.fromkeys(kinds, rows))

    def told(self, params: CleanParams) -> dict[str, Any]:
        return {
            kind: {"rows": self._rows[kind], "places": self._places[kind], "action": params.personal.action(kind)}
            for kind in sorted(self._rows)
        }


def _measured(root: Path, params: PersonalParams) -> dict[str, Any]:
    """What is found of planted personal data under these settings."""
    from daybreak.data.personal import planted

    key = params.model_dump(mode="json")
    told: dict[str, Any] = recalled.value(root, "planted", key, work=lambda: planted.measure(params))
    return told


def _append(file: Any, rows: pa.Table) -> None:
    if len(rows):
        file.write_table(rows)


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("clean", clean)


if __name__ == "__main__":
    sys.exit(main())
