"""What gates found, and what would change it, in plain sentences of either language."""

from collections.abc import Iterator, Mapping
from typing import Any

from daybreak.records import RunRecord, Verdict
from daybreak.reports import phrases
from daybreak.reports.phrases import Language
from daybreak.reports.words import both, measured

SHOWN = 3
STOPS = ("FAIL", "INCONCLUSIVE")


def of_run(record: RunRecord, language: Language) -> dict[str, Any]:
    """Headline, and of each gate its title, sentences, remedies and examples: who stops, who warns, who agrees."""
    told = [of_verdict(verdict.model_dump(mode="json"), language) for verdict in record.verdicts]
    stops = [each for each, verdict in zip(told, record.verdicts, strict=True) if verdict.blocks]
    warns = [each for each, verdict in zip(told, record.verdicts, strict=True) if _warns(verdict)]
    agree = [each for each in told if each not in stops and each not in warns]
    return {"headline": _headline(record, len(stops), language), "stops": stops, "warns": warns, "agree": agree}


def of_verdict(verdict: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """One verdict as people say it; `verdict` as JSON has it."""
    findings = told(verdict)
    open_ = [finding for finding in findings if finding["outcome"] in STOPS]
    return {
        "gate": verdict["gate"],
        "title": phrases.title(verdict["gate"], language),
        "outcome": verdict["outcome"],
        "sentences": [sentence(finding, language) for finding in findings] + list(_notes(verdict, language)),
        "open": [sentence(finding, language) for finding in open_] or list(_notes(verdict, language)),
        "remedies": list(dict.fromkeys(filter(None, (remedy(finding, language) for finding in open_)))),
        "examples": [example(each, language) for each in examples(verdict)],
        "in_full": verdict["reason"],
    }


def told(verdict: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A verdict's findings that can be said in words; none of a time that kept bare numbers."""
    found = (verdict.get("details") or {}).get("findings") or []
    return [finding for finding in found if "shown" in finding]


def sentence(finding: Mapping[str, Any], language: Language) -> str:
    """What was asked and found, and whether that settles it."""
    shown = {name: phrases.say("values", value, language) for name, value in finding["shown"].items()}
    unit = phrases.say("units", finding["unit"], language)
    limit = _say(f"asked_{finding['direction'].replace(' ', '_')}", language, limit=shown["limit"])
    asked = phrases.say("asked", finding["asked"], language) if finding.get("asked") else limit
    question = phrases.say("questions", finding["question"], language)
    facts = {"question": question, "measured": shown["measured"], "samples": f"{finding['samples']:,}", "unit": unit}
    parts = [_say("explain_found", language, **facts, asked=asked)]
    exact = finding["low"] == finding["high"]
    if finding["outcome"] == "FAIL" and not exact:
        parts.append(_say("explain_fail", language, bound=shown["bound"]))
    if finding["outcome"] == "INCONCLUSIVE" and not exact:
        parts.append(_say("explain_open", language, low=shown["low"], high=shown["high"]))
        if more := finding.get("needs_more"):
            parts.append(_say("explain_settle", language, count=f"{more:,}", unit=unit))
    return ("" if language == "zh" else " ").join(parts)


def remedy(finding: Mapping[str, Any], language: Language) -> str:
    """What a person can do about it, "" if the gate did not say."""
    return phrases.say("remedies", finding["remedy"], language)


def examples(verdict: Mapping[str, Any]) -> list[Any]:
    """The worst examples a gate gave with its verdict, at most three."""
    return list((verdict.get("details") or {}).get("examples") or [])[:SHOWN]


def example(found: Any, language: Language) -> str:
    """An example on one line: its text first, then what else is known of it."""
    if not isinstance(found, Mapping):
        return str(found)
    text = found.get("text") or found.get("id") or ""
    told = [
        f"{both(name)[language]} {_plain(value)}"
        for name, value in found.items()
        if name not in ("text", "id", "size") and value not in (None, "") and "margin" not in name
    ]
    return " · ".join(filter(None, [str(text), *told]))


def _headline(record: RunRecord, stopped: int, language: Language) -> str:
    version = record.model.version if record.model and record.model.version else "?"
    facts = {"run": record.run_id, "version": version, "date": f"{record.started_at:%Y-%m-%d}"}
    if stopped:
        return _say("explain_refused", language, **facts, count=stopped, gates=len(record.verdicts))
    known = record.status if record.status in ("released", "held", "unchanged") else "agreed"
    return _say(f"explain_{known}", language, **facts, reason=record.reason)


def _warns(verdict: Verdict) -> bool:
    return verdict.mode == "warn" and verdict.outcome in STOPS


def _notes(verdict: Mapping[str, Any], language: Language) -> Iterator[str]:
    """What a gate adds to its findings; all that it says where it has none."""
    notes = (verdict["details"].get("notes") or []) if told(verdict) else [verdict["reason"]]
    for note in notes:
        yield phrases.say("notes", note, language)
    if verdict.get("needs_more") and not told(verdict):
        yield _say("needs_more", language, count=f"{verdict['needs_more']:,}")


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return measured(value) if isinstance(value, float) else str(value)


def _say(key: str, language: Language, **values: Any) -> str:
    return both(key, **values)[language]
