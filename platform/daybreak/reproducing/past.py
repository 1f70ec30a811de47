"""A run as it was recorded: what its model hangs on, and what came of it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from daybreak.errors import BadInput, ParamsError
from daybreak.exporting.provenance import Provenance
from daybreak.inference import MANIFEST
from daybreak.night import Night
from daybreak.recording import RESULTS, open_ledger
from daybreak.records import ExportRef, RunRecord

CHANGEABLE = ("model", "training", "exporting")


class Past(NamedTuple):
    """`results` and `params` are plain values: the run may have been made by another Daybreak than this one."""

    record: RunRecord
    results: dict[str, Any]
    params: dict[str, Any]

    @property
    def model(self) -> dict[str, Any]:
        """The trained model's reference."""
        found: dict[str, Any] = self.results["model"]
        return found

    @property
    def shipped(self) -> dict[str, Any] | None:
        """The artifact that shipped, None for a run that exported nothing."""
        exported = self.results.get("exported")
        if not exported:
            return None
        return ExportRef.model_validate(exported).shipped.model_dump(mode="json")

    @property
    def provenance(self) -> dict[str, Any]:
        """What the manifest of its artifact says of data, code and params; of the run itself where that is gone."""
        said = _read(Path((self.shipped or {}).get("path", "")) / MANIFEST)
        if said:
            return {name: said[name] for name in Provenance.model_fields if name in said}
        dataset, record = self.results["dataset"], self.record
        about = {"data_version": dataset["version"], "data_digest": dataset["digest"]}
        return {**about, "commit": record.commit, "params_digest": record.params_digest}

    @property
    def metrics(self) -> dict[str, float]:
        """What was measured of the artifact, else of the trained model."""
        evidence = self.results.get("evidence")
        found: dict[str, float] = evidence["candidate"]["metrics"] if evidence else self.model["metrics"]
        return found

    @property
    def code(self) -> dict[str, str]:
        """Digests of the rooms that trained it, as the step noted them; {} where its folder is gone."""
        inputs = _read(Path(self.model["path"]) / "manifest.step.json").get("inputs", {})
        return {name: digest for name, digest in inputs.items() if name.startswith("code of ")}


def read(night: Night, run_id: str | None) -> Past:
    """The run (the newest if None) or the one that it was the same as. BadInput for one that trained nothing."""
    ledger = open_ledger(night)
    record = ledger.run(night.project.name, run_id)
    if record and record.same_as:
        record = ledger.run(night.project.name, record.same_as)
    if record is None:
        found = f"there is no run {run_id or ''}".strip()
        raise BadInput(f"{found} of project {night.project.name}", "a run", "See daybreak runs list")
    folder = night.settings.runs(night.project) / record.run_id
    results, params = _read(folder / RESULTS), _read(folder / "params.json")
    if not results.get("model") or not params:
        found = f"run {record.run_id} ({record.status}) left no results in {folder}"
        raise BadInput(found, "a run that trained a model", "See daybreak runs list")
    return Past(record, results, _based(params, results["model"]))


def change(past: Past, overrides: tuple[str, ...]) -> Past:
    """The run with `section.key=value` settings changed on purpose; ParamsError for one that it was not made by."""
    params = json.loads(json.dumps(past.params))
    for override in overrides:
        dotted, equals, value = override.partition("=")
        section, _, key = dotted.partition(".")
        if not equals or section not in CHANGEABLE or key not in params.get(section, {}):
            expected = f"section.key=value, of {', '.join(CHANGEABLE)}"
            raise ParamsError(f"{override!r} changes nothing that the run was made by", expected, "Mend it")
        params[section][key] = yaml.safe_load(value)
    return past._replace(params=params)


def _based(params: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """A run that began from the champion of its day, or from an encoder laid out for it, begins there again."""
    base, asked = model["base"], params.get("model", {}).get("base")
    if asked not in ("champion", "scratch") or base["source"] == asked:
        return params
    again = {"base": base["source"], "revision": base["revision"] or None}
    return {**params, "model": {**params["model"], **again, **({"config": {}} if asked == "scratch" else {})}}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
