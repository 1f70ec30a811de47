"""Assembles each room's own section into one frozen tree: the only reader of params.yaml."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from daybreak import digests, gates
from daybreak.authority import ReleaseParams
from daybreak.data.admitting.screening import AdmissionParams
from daybreak.data.clean import CleanParams
from daybreak.data.dedupe import DedupeParams
from daybreak.data.describe import DescribeParams
from daybreak.data.ingest import IngestParams
from daybreak.data.split import SplitParams
from daybreak.errors import ParamsError
from daybreak.exporting.params import ExportingParams
from daybreak.keeping import RetentionParams
from daybreak.recipes.params import ModelParams
from daybreak.records import Record
from daybreak.tracking.params import TrackingParams
from daybreak.training.params import TrainingParams
from daybreak.tuning import space
from daybreak.tuning.params import TuningParams

PLUGINS = Path("plugins")  # a project's own gates, beside its params.yaml
DATA_STAGES = ("ingest", "clean", "dedupe", "split", "describe")


def gates_section(plugins: Path | None = None) -> type[BaseModel]:
    """The `gates` section: one field a discovered gate, those in the folder `plugins` too, each with its own limits."""
    return _section(tuple(gates.discover(plugins).items()))


@cache
def _section(found: tuple[tuple[str, ModuleType], ...]) -> type[BaseModel]:
    fields: dict[str, Any] = {name: (gate.Params, gate.Params()) for name, gate in found}
    return create_model("GatesParams", __base__=Record, **fields)


class Params(Record):
    """All that a project wants. `gates` holds one section a gate that stands in the gates folder."""

    ingest: IngestParams = IngestParams()
    clean: CleanParams = CleanParams()
    dedupe: DedupeParams = DedupeParams()
    split: SplitParams = SplitParams()
    describe: DescribeParams = DescribeParams()
    admission: AdmissionParams = AdmissionParams()
    model: ModelParams = ModelParams()
    training: TrainingParams = TrainingParams()
    tuning: TuningParams = TuningParams()
    tracking: TrackingParams = TrackingParams()
    exporting: ExportingParams = ExportingParams()
    gates: Any = Field(default={}, validate_default=True)
    release: ReleaseParams = ReleaseParams()
    retention: RetentionParams = RetentionParams()

    @field_validator("gates", mode="before")
    @classmethod
    def _parse_gates(cls, section: Any, info: ValidationInfo) -> BaseModel:
        return gates_section((info.context or {}).get("plugins")).model_validate(section)

    @model_validator(mode="after")
    def _trials_fit_training(self) -> "Params":
        if self.tuning.epochs > self.training.epochs:
            raise ValueError(
                f"tuning.epochs: a trial of {self.tuning.epochs:g} epochs is longer than "
                f"training.epochs, which is {self.training.epochs:g}"
            )
        if wrong := space.unknown(self.tuning):
            raise ValueError(wrong)
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the resolved tree."""
        return digests.of_value(self.model_dump(mode="json"))


def load_params(path: Path, overrides: Sequence[str] = ()) -> Params:
    """Read params.yaml and `section.key=value` overrides.

    Raises ParamsError for a missing or unreadable file, an unknown key (naming the nearest one), a wrong type, an
    impossible value, and an override of a data stage, whose settings dvc versions in the file; PluginError for a gate
    in `plugins/` beside the file that cannot be used.
    """
    tree = _read(path)
    for override in overrides:
        _apply(tree, override, path)
    return _validated(tree, path)


def parse_params(text: str, path: Path) -> Params:
    """The tree of a params.yaml that is at hand as text, such as the commit's; `path` names it in errors."""
    return _validated(_parse(text, path), path)


def _validated(tree: dict[str, Any], path: Path) -> Params:
    try:
        return Params.model_validate(tree, context={"plugins": path.parent / PLUGINS})
    except ValidationError as error:
        raise _explain(error.errors()[0], path) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return _parse(path.read_text(encoding="utf-8"), path)
    except FileNotFoundError:
        remedy = "Restore it with git checkout"
        raise ParamsError(f"{path} is missing", "a params.yaml beside dvc.yaml", remedy) from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path} cannot be read: {error}", "YAML in UTF-8", "Save it as UTF-8") from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ParamsError(f"{path} cannot be read: {reason}", "YAML in UTF-8", "Mend that line") from None
    if not isinstance(tree, dict):
        raise ParamsError(f"{path} holds no sections", "a mapping of sections", "Restore it with git checkout")
    return tree


def _apply(tree: dict[str, Any], override: str, path: Path) -> None:
    dotted, equals, text = override.partition("=")
    keys = dotted.strip().split(".")
    if not equals or len(keys) < 2:
        raise ParamsError(f"override {override!r}", "section.key=value", "For example -p training.epochs=3")
    if keys[0] in (*DATA_STAGES, "admission"):
        raise ParamsError(
            f"{dotted} is a setting of the data, read from params.yaml alone because dvc versions them there",
            "an override of another section",
            f"Edit {path.name} instead",
        )
    node = tree
    for key in keys[:-1]:
        if node.get(key) is None:
            node[key] = {}
        node = node[key]
        if not isinstance(node, dict):
            raise ParamsError(f"{dotted}: {key} is a value, not a section", "section.key=value", "Name a key")
    try:
        node[keys[-1]] = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ParamsError(f"{dotted}={text}", "a YAML value", "Quote it") from None


def _explain(error: ErrorDetails, path: Path) -> ParamsError:
    location = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = _nearest(error["loc"], path.parent / PLUGINS)
        return ParamsError(
            f"{location} is not a known key", near or "a known key", f"Mend it in {path.name} or with -p"
        )
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        return ParamsError(f"{location + ': ' if location else ''}{message}", "", f"Mend it in {path.name} or with -p")
    return ParamsError(
        f"{location} is {error['input']!r}", message[0].lower() + message[1:], f"Mend it in {path.name} or with -p"
    )


def _nearest(location: tuple[str | int, ...], plugins: Path) -> str | None:
    """The nearest valid dotted path to a wrong one, looking first among its siblings, then everywhere."""
    known = known_keys(plugins)
    wrong = ".".join(str(part) for part in location)
    parent = wrong.rpartition(".")[0]
    siblings = [key for key in known if key.rpartition(".")[0] == parent]
    for candidates in (siblings, known):
        near = get_close_matches(wrong, candidates, 1, cutoff=0.6)
        if near:
            return near[0]
    return None


def known_keys(plugins: Path | None = None) -> list[str]:
    """Every dotted path that params.yaml may hold, where the project's own gates lie in `plugins`."""
    return list(_walk({"gates": gates_section(plugins)}, Params, ""))


def _walk(special: Mapping[str, type[BaseModel]], model: type[BaseModel], prefix: str) -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        inner = special.get(name) if not prefix else None
        inner = inner or (
            field.annotation if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel) else None
        )
        found.append(prefix + name)
        if inner:
            found.extend(_walk(special, inner, f"{prefix}{name}."))
    return found
