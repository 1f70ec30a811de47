"""The folder of a new project, made from the checkout's own params.yaml and dvc.yaml: one template, not two."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daybreak import params, projects, recipes
from daybreak.data.admitting import admission
from daybreak.data.reading import sources
from daybreak.data.versioning import git, tags
from daybreak.errors import ParamsError, ProjectError
from daybreak.recipes.params import ModelParams
from daybreak.records import Project

ROWS = "rows"
README = """# Rows of {name}

Put files here that end in .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet, with the columns
`{text}` and `{label}`:

    {text},{label}
    这家酒店很好，下次还会来,positive
    The room was dirty,negative

"""
README_DIALOGUES = """# Dialogues of {name}

Put files here that end in .jsonl, .ndjson (each also with .gz) or .parquet, with the column `{messages}`:

    {{"{messages}": [{{"role": "user", "content": "还有房吗？"}}, {{"role": "assistant", "content": "有的。"}}]}}

Roles are system (first), user, assistant, tool; what the assistant says is learned. For plain texts set
`ingest.messages_column` and `ingest.label_column` in params.yaml to null: then the column `{text}` is learned whole.
"""
README_TEXTS = """# Texts of {name}

Put files here that end in .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet, with the column `{text}`:

    {text}
    这家酒店很好，下次还会来
    The room was dirty

The more text, the better the encoder that comes of it; a label is not needed, and not read.
"""
KEPT = """
All files are read. They stay out of git: what a data version was made of is kept by digest in `data/`.
New files may also be dropped into `data/incoming/`, from where each night takes them in.
"""
GATES = """# Gates of {name}

Each file here that ends in .py is a gate of this project, asked every night beside Daybreak's own; one whose name
begins with `_` or `test_` is none. `_sure_mistakes.py` shows what a gate is: take the `_` away, and `daybreak gates
list --project {name}` names it. Its limits are the section `gates.sure_mistakes` of params.yaml. Commit the file: until
then candidates are judged and not released, since nobody could tell later by what.

This test, as `test_sure_mistakes.py` beside it, holds it to what every gate of ours is held to (`pytest` with the path
of this folder):

    \"\"\"sure_mistakes keeps the contract of all gates.\"\"\"

    from pathlib import Path
    from types import ModuleType

    import pytest

    from daybreak.testing.gate_contract import GateContract, load_gate


    class TestSureMistakes(GateContract):
        @pytest.fixture
        def gate(self) -> ModuleType:
            return load_gate(Path(__file__).with_name("sure_mistakes.py"))
"""
EXAMPLE = "sure_mistakes.py"
IGNORED = f"# your rows: data versions keep what was made of them\n/{ROWS}/*\n!/{ROWS}/README.md\n"
# A setting on a line of its own: indentation, key, value, and the comment that stays.
SETTING = re.compile(
    r"""^(?P<start>(?P<deeper>  )?  (?P<key>\w+):\s*)"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s#"']+)(?P<space>\s*)(?P<comment>#.*)?$"""
)
# The name of several settings, on a line of its own.
HEADING = re.compile(r"^  (?P<key>\w+):\s*(#.*)?$")


def found(
    checkout: Path,
    name: str,
    *,
    recipe: str | None = None,
    data: Path | None = None,
    text_column: str = "text",
    label_column: str = "label",
) -> Project:
    """Make projects/NAME/ with params, stages and a place for rows; it is there whole, or not at all.

    Rows are read from `data` (a file, folder or dataset files anywhere), else from the project's own `rows/`. Raises
    ProjectError for a name that cannot be or is taken, DataError where `data` holds no rows' files, and ParamsError.
    """
    target = _place(checkout, name)
    wanted: dict[str, Any] = {
        "ingest.source": "files",
        "ingest.path": _path(target, data),
        "ingest.subset": None,
        "ingest.revision": None,
        "ingest.text_column": text_column,
        "ingest.label_column": label_column,
    }
    kind = recipe or ModelParams().recipe
    own: dict[str, Any] = {"model.recipe": kind, **_settings(kind)}
    messages = own.get("ingest.messages_column")
    labelled = own.get("ingest.label_column", label_column) is not None
    readme = (README_DIALOGUES if messages else README if labelled else README_TEXTS) + KEPT
    if data:
        admission.survey(checkout, sources.Request(source="files", path=str(data.expanduser().absolute())))
    aside = target.parent / ".partial" / name  # two folders down, where nobody looks for projects
    shutil.rmtree(aside, ignore_errors=True)
    try:
        told = readme.format(name=name, text=text_column, label=label_column, messages=messages)
        _write(aside, checkout, wanted, told, own)
        params.load_params(aside / "params.yaml")
        aside.rename(target)
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)
    return Project(name=name, root=target)


def _settings(kind: str) -> dict[str, Any]:
    """What a recipe begins with; a sweep is judged by what it measures first."""
    recipe = recipes.find(kind)
    return {"tuning.metric": next(iter(recipe.METRICS)), **getattr(recipe, "SETTINGS", {})}


@contextmanager
def undone_on_error(project: Project) -> Iterator[None]:
    """Take the new project away again, with its data versions, if what follows its founding fails."""
    try:
        yield
    except BaseException:
        for number in tags.numbers(project):
            git.run(project.root, "tag", "-d", f"{project.tag_prefix}{number}")
        shutil.rmtree(project.root, ignore_errors=True)
        raise


def _place(checkout: Path, name: str) -> Path:
    """Where the project will be. ProjectError for a name that is taken, or that could not be part of a tag."""
    target = checkout / "projects" / name
    if not projects.NAME.fullmatch(name):
        expected = "lower-case letters a-z, digits, - and _, not only digits, the first a letter or digit"
        raise ProjectError(f"{name!r} cannot be a project's name", expected, "Choose another name")
    if name == projects.SAMPLE:
        raise ProjectError("sample is the project in the checkout's root", "another name", "Choose another name")
    if target.exists():
        what = "is there already" if (target / "params.yaml").is_file() else "is in the way"
        remedy = "Choose another name, or move that folder away"
        raise ProjectError(f"projects/{name} {what}", "a project that is new", remedy)
    return target


def _path(target: Path, data: Path | None) -> str:
    """`ingest.path`: relative to the project where the data lies in the same checkout, so that a clone finds it."""
    if data is None:
        return ROWS
    wanted, checkout = data.expanduser().absolute(), target.parents[1]
    return f"../../{wanted.relative_to(checkout).as_posix()}" if wanted.is_relative_to(checkout) else wanted.as_posix()


def _write(root: Path, checkout: Path, wanted: Mapping[str, Any], readme: str, own: Mapping[str, Any]) -> None:
    template, stages = (_template(checkout, name) for name in ("params.yaml", "dvc.yaml"))
    (root / ROWS).mkdir(parents=True)
    (root / "data" / "incoming").mkdir(parents=True)
    settings = with_settings(template, {**wanted, **own})
    (root / "params.yaml").write_text(settings, encoding="utf-8")
    deeper = stages.replace(" infra/", " ../../infra/").replace(" platform/", " ../../platform/")
    (root / "dvc.yaml").write_text(deeper, encoding="utf-8")
    (root / ROWS / "README.md").write_text(readme, encoding="utf-8")
    (root / ".gitignore").write_text(IGNORED, encoding="utf-8")
    _write_plugins(root / "plugins", root.name)


def _write_plugins(folder: Path, name: str) -> None:
    """The place for gates of the project's own, with one that sleeps."""
    folder.mkdir()
    (folder / "README.md").write_text(GATES.format(name=name), encoding="utf-8")
    example = Path(__file__).with_name(EXAMPLE).read_text(encoding="utf-8")
    (folder / f"_{EXAMPLE}").write_text(example, encoding="utf-8")


def _template(checkout: Path, name: str) -> str:
    try:
        return (checkout / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = f"{checkout / name}, which new projects are made from, cannot be read ({type(error).__name__})"
        raise ProjectError(found, "Daybreak's own file", f"Restore it with `git checkout -- {name}`") from None


def with_settings(text: str, wanted: Mapping[str, Any]) -> str:
    """A params.yaml with these `section.key` values, each on the line it had, with its comment.

    Raises ParamsError for one that has no line of its own.
    """
    section, within = "", ""
    lines: list[str] = []
    left = dict(wanted)
    for line in text.splitlines():
        if line and not line[0].isspace():
            section, within = line.partition(":")[0], ""
        if heading := HEADING.match(line):
            within = f"{heading['key']}."
        setting = SETTING.match(line)
        dotted = f"{section}.{within if setting['deeper'] else ''}{setting['key']}" if setting else ""
        lines.append(_set(setting, left.pop(dotted)) if setting and dotted in left else line)
    if left:
        found = f"{next(iter(left))} has no line of its own in the params.yaml that new projects are made from"
        raise ParamsError(found, "`key: value` below its section", "Restore it with `git checkout -- params.yaml`")
    return "\n".join(lines) + "\n"


def _set(setting: re.Match[str], value: Any) -> str:
    """The line with another value, its comment in the column it had where there is room."""
    scalar, comment = _scalar(value), setting["comment"]
    space = " " * max(2, len(setting["value"]) + len(setting["space"]) - len(scalar))
    return setting["start"] + scalar + (space + comment if comment else "")


def _scalar(value: Any) -> str:
    """A value as YAML reads it back, on one line: plain where it may be, else quoted."""
    import yaml

    return (
        yaml.safe_dump(value, allow_unicode=True, width=10**6, default_flow_style=True, sort_keys=False)
        .removesuffix("\n")
        .removesuffix("\n...")
    )
