"""Gates of a project's own, one file each in its folder `plugins/`: found, loaded, held to what ours are held to."""

import hashlib
import sys
import traceback
from collections.abc import Container
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from daybreak import digests
from daybreak.errors import PluginError
from daybreak.gates.base import GateParams

NO_GATES = ("_", "test_", "conftest.")
"""How names of files begin that are no gates: parts set aside, and tests."""


def find(folder: Path | None, taken: Container[str] = ()) -> dict[str, ModuleType]:
    """Every gate of the folder by name, {} where there is no folder. No gate may have a name that is `taken`.

    Raises PluginError, naming the file, for one that cannot be loaded or is no whole gate.
    """
    return {path.stem: load(path, taken) for path in files(folder)}


def files(folder: Path | None) -> list[Path]:
    """The files that have to be gates, in order."""
    found = sorted(folder.glob("*.py")) if folder else []
    return [path for path in found if not path.name.startswith(NO_GATES)]


def load(path: Path, taken: Container[str] = ()) -> ModuleType:
    """One gate from its file; the same bytes are the same module. Raises PluginError."""
    name = path.stem
    if not name.isidentifier() or name != name.lower() or hasattr(GateParams, name):
        raise _refused(path, "its name cannot be a section of params.yaml", "lower-case letters, digits and _")
    if name in taken:
        raise _refused(path, f"{name} is the name of a gate or module of Daybreak's own", "a name of its own")
    try:
        module = _run(path.resolve(), path.read_bytes())
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        place = _line(error, path.resolve())
        raise PluginError(
            f"{_named(path)} cannot be loaded{place}: {type(error).__name__}: {said}",
            "",
            "Mend it, or move it out of the folder",
        ) from None
    _demand_gate(path, module)
    return module


def digest(folder: Path) -> str:
    """SHA-256 over all files of the folder, what gates may read beside their code included; "" without gates."""
    if not files(folder):
        return ""
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return digests.of_files(found, below=folder)


@lru_cache(maxsize=64)
def _run(path: Path, source: bytes) -> ModuleType:
    """What these very bytes define: no bytecode is written or trusted, so that what is hashed is what runs."""
    place = hashlib.sha256(str(path.parent).encode() + source).hexdigest()[:12]
    module = ModuleType(f"plugins_{place}.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # annotations are looked up there
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - the project's own code, asked for by its place
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _demand_gate(path: Path, module: ModuleType) -> None:
    absent = [part for part in ("Params", "check") if not hasattr(module, part)]
    if absent:
        expected = "a gate with `Params` and `check`; a file that is none begins with _ or test_"
        raise _refused(path, f"it has no {' and no '.join(f'`{part}`' for part in absent)}", expected)
    params = module.Params
    if not (isinstance(params, type) and issubclass(params, GateParams)):
        raise _refused(path, "its `Params` is no GateParams", "class Params(GateParams)")
    if required := [name for name, field in params.model_fields.items() if field.is_required()]:
        raise _refused(path, f"its limit {required[0]} has no default", "a default for every limit")
    if not callable(module.check):
        raise _refused(path, "its `check` is no function", "def check(evidence, params)")


def _refused(path: Path, found: str, expected: str) -> PluginError:
    return PluginError(f"{_named(path)} cannot be a gate: {found}", expected, "Mend it, or move it out of the folder")


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _line(error: BaseException, path: Path) -> str:
    """Where in the file it broke, as far as that is known."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f" (line {error.lineno})"
    inside = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f" (line {inside[-1]})" if inside else ""
