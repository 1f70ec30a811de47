"""The texts that judge models: a project's release set, golden cases and benchmarks, and files named by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.data import clean, reading, stage, tables
from daybreak.data.held_out import golden, release_set
from daybreak.data.reading import delimited, formats, json_lines, parquet
from daybreak.errors import DataError
from daybreak.records import Project

BENCHMARKS = Path("data/benchmarks")
COLUMNS = ("text", "prompt", "question", "sentence", "input", "instruction", "query", "content", "TEXT")


def of_project(project: Project) -> dict[str, list[str]]:
    """Name to cleaned texts, of the sets that the project has. Raises DataError for one that cannot be read."""
    return {**_promised(project), **{file.name: of_file(project, file) for file in _benchmarks(project)}}


def readable(project: Project) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The same of those that can be read, and by file of data/benchmarks/ what is wrong with the others."""
    found, faults = _promised(project), {}
    for file in _benchmarks(project):
        try:
            found[file.name] = of_file(project, file)
        except DataError as error:
            faults[file.name] = str(error)
    return found, faults


def _promised(project: Project) -> dict[str, list[str]]:
    """The sets that the project itself has made."""
    found: dict[str, list[str]] = {}
    digest = stage.section(project.root, "split").release_set
    if digest:
        found["release set"] = [row.text for row in release_set.load(project.root, digest)]
    if cases := golden.load(project.root):
        found["golden cases"] = _cleaned(project, (case.text for case in cases))
    return found


def _benchmarks(project: Project) -> list[Path]:
    files = sorted((project.root / BENCHMARKS).glob("*"))
    return [file for file in files if formats.kind_of(file.name) or file.suffix == ".txt"]


def digest(root: Path) -> str:
    """SHA-256 over all files of data/benchmarks/; "" without any."""
    found = sorted(path for path in (root / BENCHMARKS).glob("*") if path.is_file())
    return digests.of_files(found, below=root / BENCHMARKS) if found else ""


def training(project: Project) -> tuple[list[str], float]:
    """The training texts that lie prepared, and the threshold of dedupe. Raises DataError without any."""
    path = project.data / "split/train.parquet"
    if not path.is_file():
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")
    return tables.read_column(path, "text"), tables.read_json(project.data / "dedupe/counts.json")["threshold"]


def of_file(project: Project, path: Path) -> list[str]:
    """The cleaned texts of one file: its column `text`, `prompt`, `question` or the like, or a text a line."""
    if not path.is_file():
        raise DataError(f"{path} is no file", "a benchmark's file", "Name another one")
    try:
        found = _cleaned(project, _texts(path))
    except DataError:
        raise
    except Exception as error:  # a damaged file has as many ways of failing as there are formats
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path.name} cannot be read: {reason}", "a whole file", "Bring it again") from None
    if not found:
        raise DataError(f"{path.name} holds no texts", "a text a row", "Name another one")
    return found


def _cleaned(project: Project, texts: Iterable[str]) -> list[str]:
    params: clean.CleanParams = stage.section(project.root, "clean")
    return [cleaned for text in texts if (cleaned := clean.clean_text(text, params))]


def _texts(path: Path) -> Iterator[str]:
    kind = formats.kind_of(path.name)
    if kind == formats.PARQUET:
        column = _column(parquet.names(path, path.name), path)
        yield from (str(value) for (value,) in parquet.read(path, path.name, [column]) if value)
    elif kind in formats.DELIMITERS:
        rows = delimited.read(path, path.name, formats.DELIMITERS[kind], None)
        header = next(rows)
        place = header.index(_column(header, path))
        yield from (row[place] for row in rows)
    elif kind in formats.LINES:
        for row in json_lines.read(path, path.name, None):
            yield _said(row[_column(list(row), path)])
    else:
        yield from (line for line, _ in reading.read_lines(path, ""))


def _said(value: Any) -> str:
    """A text, or what the turns of a conversation say."""
    return "\n".join(str(turn.get("content", "")) for turn in value) if isinstance(value, list) else str(value)


def _column(names: list[str], path: Path) -> str:
    found = next((name for name in COLUMNS if name in names), None)
    if found is None:
        raise DataError(f"{path.name} has the columns {', '.join(names)}", f"one of {', '.join(COLUMNS)}", "Rename it")
    return found
