"""A night in a few lines of Markdown, for the Prefect UI and for MLflow's description of the run."""

from collections.abc import Sequence
from typing import Any

from daybreak.records import RunRecord, Verdict
from daybreak.reports.words import measured, number

SHOWN = ("accuracy", "macro_f1", "perplexity", "token_accuracy", "latency_ms_p95")


def in_markdown(record: RunRecord) -> str:
    """What came of the night, why, on which data, its main numbers, and where to look further."""
    version = f", version {record.model.version}" if record.model else ""
    lines = [f"# {record.status.capitalize()}: {record.project}{version}", "", record.reason, ""]
    lines += [*(f"> {note}" for note in record.notes), ""] if record.notes else []
    lines += [f"Run `{record.run_id}` on data version {record.data_version}, commit `{record.commit[:12]}`.", ""]
    lines += [*_links(record), "", *_numbers(record), *_verdicts(record)]
    return "\n".join(lines)


def of_training(record: RunRecord) -> str:
    """One sentence on a language model and its base, and where the page is."""
    told = [
        f"{name.replace('_', ' ')} {number(record.metrics[f'base_{name}'], name)} → {number(value, name)}"
        for name, value in record.metrics.items()
        if f"base_{name}" in record.metrics
    ]
    compared = ", ".join(told)
    said = f"Trained on data version {record.data_version}. Against its base: {compared}."
    if record.status == "unchanged":
        said = f"Nothing changed since run {record.same_as}. Against its base: {compared}."
    if record.model:
        said += f" It is version {record.model.version} of {record.model.name}; to begin from it, set model.base of"
        said += f" another project to {record.artifacts['model']}."
    return f"{said} {record.artifacts['report']}"


def table(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """One row a verdict, its numbers as people read them."""
    return [
        {
            "gate": verdict.gate,
            "outcome": f"{verdict.outcome}{'' if verdict.mode == 'block' else f' ({verdict.mode})'}",
            "measured": measured(verdict.measured),
            "at worst": measured(verdict.bound),
            "limit": measured(verdict.limit),
            "samples": f"{verdict.samples:,}",
            "reason": verdict.reason,
        }
        for verdict in verdicts
    ]


def _numbers(record: RunRecord) -> list[str]:
    found = [name for name in SHOWN if name in record.metrics]
    rows = [f"| {name.replace('_', ' ')} | {number(record.metrics[name], name)} |" for name in found]
    return ["| metric | value |", "|---|---|", *rows, ""] if rows else []


def _verdicts(record: RunRecord) -> list[str]:
    return [f"- **{verdict.gate}** {verdict.outcome}: {verdict.reason}" for verdict in record.verdicts]


def _links(record: RunRecord) -> list[str]:
    """Addresses where they are known, else the file and the ids."""
    named = {
        "MLflow run": record.mlflow.get("run_url"),
        "Report": record.mlflow.get("report_url"),
        "Prefect run": record.prefect.get("flow_run_url"),
    }
    lines = [f"- [{name}]({address})" for name, address in named.items() if address]
    report = record.artifacts.get("report")
    return [*lines, f"- Report on disk: `{report}`"] if report else lines
