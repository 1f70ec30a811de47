"""`daybreak gates explain`: the run that is meant, what its gates said in plain words, whether its dossier holds."""

from pathlib import Path
from typing import Any

from daybreak.errors import BadInput
from daybreak.ledger import Ledger
from daybreak.records import RunRecord
from daybreak.reports import sentences
from daybreak.reports.phrases import Language
from daybreak.reports.words import both

LOOKED_AT = 50
"""So many of the newest runs are asked for one that was judged."""


def explain(ledger: Ledger, project: str, run: str | None, language: Language, runs: Path) -> dict[str, Any]:
    """A run's verdicts, and in `explanation` what they say in words; the latest that was judged without an id.

    `runs` is the folder of the project's runs.

    Raises BadInput for a run that is not there, and for one that broke off before any gate was asked.
    """
    from daybreak.releasing import sealing

    record, remarks = _find(ledger, project, run, language)
    page = record.artifacts.get("report", "")
    if fault := sealing.fault(record, runs):
        remarks.append(both("explain_altered", fault=fault)[language])
    return {
        "run": record.run_id,
        "status": record.status,
        "remarks": remarks,
        "explanation": sentences.of_run(record, language),
        "report": page if page and Path(page).is_file() else None,
        "verdicts": [verdict.model_dump(mode="json") for verdict in record.verdicts],
    }


def in_words(found: dict[str, Any], language: Language, *, verbose: bool = False) -> str:
    """The same for a terminal."""
    told = found["explanation"]
    lines = [told["headline"], *found["remarks"]]
    for gate in told["stops"]:
        lines += ["", *_gate(gate, language, verbose)]
    if told["warns"]:
        lines += ["", f"{_say('explain_warns', language)}:"]
        for gate in told["warns"]:
            lines += ["", *_gate(gate, language, verbose)]
    if told["agree"]:
        lines += ["", f"{_say('explain_agree', language)}:"]
        lines += [f"  - {_named(gate)}: {' '.join(_said(gate, language, verbose))}" for gate in told["agree"]]
    page = found["report"] or "–"
    return "\n".join([*lines, "", _say("explain_more", language, page=page)])


def _gate(gate: dict[str, Any], language: Language, verbose: bool) -> list[str]:
    """One that does not agree: what it found, what would change that, and examples."""
    lines = [f"{_named(gate)} · {_say(gate['outcome'], language)}", *(f"  {each}" for each in _open(gate, verbose))]
    if gate["remedies"]:
        lines += [f"  {_say('explain_change', language)}: {'; '.join(gate['remedies'])}"]
    if gate["examples"]:
        lines += [f"  {_say('explain_examples', language)}:", *(f"    - {each}" for each in gate["examples"])]
    return lines


def _open(gate: dict[str, Any], verbose: bool) -> list[str]:
    return [gate["in_full"]] if verbose else gate["open"]


def _said(gate: dict[str, Any], language: Language, verbose: bool) -> list[str]:
    """Of one that does not stand against it, the first sentence is enough."""
    told = [gate["in_full"]] if verbose else gate["sentences"][:1]
    return told if gate["outcome"] == "PASS" else [_say(gate["outcome"], language) + ".", *told]


def _named(gate: dict[str, Any]) -> str:
    return f"{gate['title']} ({gate['gate']})"


def _say(key: str, language: Language, **values: Any) -> str:
    return both(key, **values)[language]


def _find(ledger: Ledger, project: str, run: str | None, language: Language) -> tuple[RunRecord, list[str]]:
    """The run that is meant, and what is to be said about why it is that one."""
    runs = [ledger.run(project, run)] if run else ledger.runs(project, LOOKED_AT)
    asked = runs[0] if runs else None
    if asked is None:
        raise BadInput(
            f"there is no run{f' {run}' if run else ''} of project {project}", "a run", "See daybreak runs list"
        )
    if asked.verdicts:
        return asked, []
    same = ledger.run(project, asked.same_as) if asked.same_as else None
    if same and same.verdicts:
        return same, [both("explain_same", run=asked.run_id)[language]]
    judged = next((each for each in runs if each and each.verdicts), None)
    why = asked.reason or asked.status
    if run or judged is None:
        raise BadInput(f"run {asked.run_id} was not judged: {why}", "a run that gates judged", "See daybreak runs list")
    return judged, [both("explain_earlier", run=asked.run_id, reason=why)[language]]
