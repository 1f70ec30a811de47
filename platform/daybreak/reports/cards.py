"""Model card and data sheet from what a night knows; what only people know comes from card.yaml, or is a hole."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from daybreak.reports.words import both, measured, number

Language = Literal["en", "zh"]
ASKED = "card.yaml"
"""A project's own file beside params.yaml: `key: text`, or `key: {en: text, zh: text}`."""
MODEL = (
    (
        "card_details",
        ("card_name", "card_version", "card_kind", "card_base", "card_date", "card_owner", "card_licence"),
    ),
    ("card_intended_use", ("card_uses", "card_users", "card_out_of_scope")),
    ("card_factors", ("card_groups", "card_languages", "card_conditions")),
    ("card_metrics", ("card_scores", "card_thresholds")),
    ("card_evaluation_data", ("card_judged_on", "card_never_seen")),
    ("card_training_data", ("card_learned_from", "card_sources")),
    ("card_analyses", ("card_by_part", "card_by_two_parts")),
    ("card_ethics", ("card_sensitive", "card_harms")),
    ("card_caveats", ("card_open", "card_advice")),
)
"""Sections and their fields after Mitchell et al., Model Cards for Model Reporting (FAT* 2019)."""
DATA = (
    ("sheet_motivation", ("sheet_purpose", "sheet_funding")),
    ("sheet_composition", ("sheet_instances", "sheet_labels", "sheet_splits", "sheet_errors", "sheet_confidential")),
    ("sheet_collection", ("sheet_acquired", "sheet_sampling", "sheet_timeframe", "sheet_consent")),
    ("sheet_preprocessing", ("sheet_cleaned", "sheet_duplicates", "sheet_labelled_by", "sheet_raw")),
    ("sheet_uses", ("sheet_used_for", "sheet_not_for")),
    ("sheet_distribution", ("sheet_licences", "sheet_obligations")),
    ("sheet_maintenance", ("sheet_maintainer", "sheet_updates", "sheet_erasure")),
)
"""Sections and their fields after Gebru et al., Datasheets for Datasets (2018)."""
FILES = {"model-card": MODEL, "data-sheet": DATA}
Card = dict[str, list[dict[str, Any]]]


def gather(tree: Mapping[str, Any], asked: Path | None) -> Card:
    """Both cards as sections of fields: `key`, and `said` by language, None for a hole."""
    known = {**_of_people(asked), **_of_model(tree), **_of_data(tree)}
    return {
        name: [
            {"key": section, "fields": [{"key": key, "said": known.get(key)} for key in fields]}
            for section, fields in sections
        ]
        for name, sections in FILES.items()
    }


def holes(cards: Card) -> list[str]:
    """Keys of all fields that nobody filled, both cards together."""
    return [field["key"] for card in cards.values() for part in card for field in part["fields"] if not field["said"]]


def write(folder: Path, cards: Card, title: str) -> list[Path]:
    """Both cards as Markdown in both languages: model-card.md, model-card.zh.md, data-sheet.md, data-sheet.zh.md."""
    written = []
    for name, sections in cards.items():
        for language in ("en", "zh"):
            path = folder / (f"{name}.md" if language == "en" else f"{name}.{language}.md")
            path.write_text("\n".join(_lines(name, sections, title, language)) + "\n", encoding="utf-8")
            written.append(path)
    return written


def _lines(name: str, sections: list[dict[str, Any]], title: str, language: Literal["en", "zh"]) -> Iterator[str]:
    yield f"# {both(name)[language]}: {title}"
    for section in sections:
        yield from ("", f"## {both(section['key'])[language]}", "")
        for field in section["fields"]:
            said = field["said"][language] if field["said"] else f"_{hole(field['key'])[language]}_"
            yield f"- **{both(field['key'])[language]}**: {said}"


def hole(key: str) -> dict[str, str]:
    """What stands where nobody said anything: how to fill it."""
    return both("hole", field=key)


def _of_people(path: Path | None) -> dict[str, dict[str, str]]:
    """What people wrote; a file that cannot be read is told in `card_open`, and stops nothing."""
    import yaml

    if path is None or not path.is_file():
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        pairs = [(str(key), value) for key, value in found.items() if value]
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
        return {"card_open": both("card_unreadable", file=path.name, error=type(error).__name__)}
    known = {key for sections in FILES.values() for _, fields in sections for key in fields}
    said = {key: value if isinstance(value, Mapping) else {"en": value, "zh": value} for key, value in pairs}
    first = {key: next(iter(value.values())) for key, value in said.items()}
    told = {
        key: {"en": str(value.get("en", first[key])), "zh": str(value.get("zh", first[key]))}
        for key, value in said.items()
    }
    if strange := sorted(set(told) - known):
        told["card_open"] = both("card_strange", file=path.name, keys=", ".join(strange))
    return {key: value for key, value in told.items() if key in known}


def _of_model(tree: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    record, measured_ = tree["record"], tree["measurements"]
    base, model = record.get("base") or {}, record.get("model") or {}
    scores = [f"{row['name'].replace('_', ' ')} {number(row['candidate'], row['name'])}" for row in tree["metrics"][:3]]
    parts = [_part(part) for part in tree["slices"] if part["share"] is not None]
    blocking = [verdict for verdict in tree["judgement"]["verdicts"] if verdict["mode"] == "block"]
    languages = (measured_.get("fairness") or {}).get("languages") or {}
    groups = sorted((measured_.get("fairness") or {}).get("groups") or {})
    return _filled(
        card_name=model.get("name"),
        card_version=model.get("version"),
        card_date=record["finished_at"][:10],
        card_base=" @ ".join(filter(None, (base.get("source"), base.get("revision")))),
        card_kind=(measured_.get("size") or {}).get("kind"),
        card_groups=", ".join(name.removeprefix("group_") for name in groups),
        card_languages=", ".join(languages),
        card_scores="; ".join(scores),
        card_thresholds="; ".join(
            f"{each['gate']} {measured(each['limit'])}" for each in blocking if each["limit"] is not None
        ),
        card_by_part="; ".join(parts),
    ) | _in_words(tree)


def _in_words(tree: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Sentences about what was measured, in both languages."""
    rows = (tree["measurements"].get("predictions") or {}).get("rows")
    swaps = (tree["measurements"].get("fairness") or {}).get("languages") or {}
    leaks = ((tree["measurements"].get("contamination") or {}).get("leakage") or {}).get("pairs")
    ways = (tree["measurements"].get("robustness") or {}).get("ways") or {}
    said = {}
    if not ((tree["measurements"].get("fairness") or {}).get("groups") or {}):
        said["card_groups"] = both("none_declared")
    if rows:
        said["card_judged_on"] = both("card_judged_on_said", rows=f"{rows:,}", version=tree["record"]["data_version"])
    if leaks is not None:
        said["card_never_seen"] = both("card_never_seen_said", pairs=leaks)
    if swaps:
        count = f"{sum(each['swaps'] for each in swaps.values()):,}"
        flips = f"{sum(each['flips'] for each in swaps.values()):,}"
        said["card_sensitive"] = both("card_sensitive_said", swaps=count, flips=flips)
    if ways:
        said["card_conditions"] = both("card_conditions_said", ways=", ".join(name.replace("_", " ") for name in ways))
    return said


def _of_data(tree: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    record, data = tree["record"], tree["data"] or {}
    rows, splits, licences = record["rows"], data.get("splits") or {}, data.get("licences") or {}
    known = _filled(
        sheet_labels=", ".join(data.get("labels") or ()),
        sheet_splits=", ".join(f"{name} {found['rows']:,}" for name, found in splits.items()),
        sheet_licences="; ".join(f"{name}: {found['rows']:,}" for name, found in licences.items()),
        sheet_acquired=data.get("sources"),
        card_sources=data.get("sources"),
    )
    if "kept" in rows:
        counts = {name: f"{rows.get(name, 0):,}" for name in ("read", "kept", "duplicates", "quarantined", "empty")}
        known["sheet_instances"] = both("sheet_instances_said", **counts)
        known["sheet_cleaned"] = both("sheet_cleaned_said", **counts)
        known["sheet_duplicates"] = both("sheet_duplicates_said", **counts)
        known["card_learned_from"] = both(
            "card_learned_from_said",
            rows=f"{(splits.get('train') or {}).get('rows', 0):,}",
            version=record["data_version"],
        )
        known["sheet_raw"] = both("sheet_raw_said")
        known["sheet_updates"] = both("sheet_updates_said", version=record["data_version"])
        known["sheet_erasure"] = both("sheet_erasure_said")
    obliging = {name: found["obligations"] for name, found in licences.items() if found.get("obligations")}
    if licences:
        named = {name: ", ".join(both(each)["zh"] for each in obligations) for name, obligations in obliging.items()}
        english = {name: ", ".join(both(each)["en"] for each in obligations) for name, obligations in obliging.items()}
        none = both("none_known")
        known["sheet_obligations"] = {
            "en": "; ".join(f"{name}: {each}" for name, each in english.items()) or none["en"],
            "zh": "；".join(f"{name}：{each}" for name, each in named.items()) or none["zh"],
        }
    if suspects := data.get("suspects"):
        known["sheet_errors"] = both("sheet_errors_said", rows=f"{suspects:,}")
    if personal := data.get("personal"):
        told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in personal.items())
        known["sheet_confidential"] = both("sheet_confidential_said", found=told)
    return known


def _filled(**values: Any) -> dict[str, dict[str, str]]:
    """Names and numbers, which are the same in both languages; what is not known is left out."""
    return {key: {"en": str(value), "zh": str(value)} for key, value in values.items() if value not in (None, "")}


def _part(part: Mapping[str, Any]) -> str:
    return f"{part['column']} {part['name']}: {number(part['share'], 'share')} ({part['rows']:,})"
