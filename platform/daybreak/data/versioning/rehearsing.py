"""What the rules of stage clean would refuse, before they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daybreak.data import clean, stage
from daybreak.data.quarantining import quarantine
from daybreak.errors import DataError


def preview(root: Path, rule: str = "", examples: int = 3) -> dict[str, Any]:
    """What stage clean, or one `rule` of it, would refuse of the rows that are there, under params.yaml as it stands.

    As `quarantine.by_rule`, and of each rule also `now`: the rows that it has refused in the prepared data. Nothing is
    written. Raises DataError before the first preparation, and for a rule that neither has nor would have refused any.
    """
    if not (root / "data/ingest/rows.parquet").is_file():
        raise DataError("no rows were read yet", "prepared data", "Run `daybreak data prepare`")
    would = clean.preview(root, stage.section(root, "clean"), examples)["rules"]
    now = {
        name: told["rows"] for name, told in quarantine.by_rule(root, 0)["rules"].items() if told["stage"] == "clean"
    }
    rules = {
        name: {"stage": "clean", "rows": 0, "examples": [], **would.get(name, {}), "now": now.get(name, 0)}
        for name in sorted({*would, *now})
        if rule in ("", name)
    }
    if rule and not rules:
        expected = ", ".join(sorted({*would, *now})) or "none: clean would refuse no row"
        raise DataError(f"clean would refuse no row by rule {rule!r}", expected, quarantine.LIST)
    return {"rows": sum(told["rows"] for told in rules.values()), "rules": rules}
