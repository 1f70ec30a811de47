"""What the READMEs say exists: every command, every target, every file; and both languages say the same."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

READMES = ("README.md", "README.zh-CN.md")
# What a run makes, or what a reader names: not in a fresh clone.
MADE = (".daybreak", ".venv", "data/", "projects/", "/path")


def fenced(text: str) -> list[str]:
    """Lines of the fenced `sh` blocks, without prompts and comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [
        re.sub(r"\s+#\s.*$", "", line).removeprefix("$ ").strip() for block in blocks for line in block.splitlines()
    ]
    return [line for line in lines if line and not line.startswith("#")]


def spans(text: str) -> list[str]:
    """Inline code, outside the fenced blocks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def commands(text: str, program: str) -> Iterator[list[str]]:
    """Arguments of every call of a program, in blocks and in inline code."""
    for line in (*fenced(text), *spans(text)):
        words = shlex.split(line)
        while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
            words = words[1:]
        if words and Path(words[0]).name == program:
            yield words[1:]


def unknown(arguments: list[str]) -> str:
    """The first word of a `daybreak` call that the command line does not know, "" if it knows them all."""
    from flows.__main__ import app

    command: Any = typer.main.get_command(app)
    for word in arguments:
        if hasattr(command, "commands") and not word.startswith("-"):
            if word not in command.commands:
                return word
            command = command.commands[word]
        elif word.startswith("-") and word.split("=")[0] not in {
            "--help",
            *(o for p in command.params for o in p.opts),
        }:
            return word
    return ""


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def missing_files(text: str, root: Path) -> list[str]:
    """Relative links, and inline code that looks like a path, that lead nowhere."""
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    paths = [span for span in spans(text) if re.fullmatch(r"[\w.-]*(/[\w.*-]*)+|[\w-]+\.(md|yaml|toml|lock|py)", span)]
    named = [
        path for path in (*links, *paths) if path and not path.startswith(MADE) and not re.search(r"[A-Z]{4}|\*", path)
    ]
    return [
        path
        for path in named
        if not any((above / path.removeprefix(shipped)).exists() for above, shipped in places(root))
    ]


def places(root: Path) -> tuple[tuple[Path, str], ...]:
    """Where a name may point, and the prefix it has there: the checkout, the source root, a model that ships."""
    return (root, ""), (root / "platform", ""), (root / "platform" / "daybreak" / "assets", "daybreak/")


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest, root: Path) -> str:
    text: str = (root / request.param).read_text(encoding="utf-8")
    return text


def test_it_opens_with_what_it_is_and_the_two_commands(readme: str) -> None:
    lines = readme.splitlines()
    assert lines[0].startswith("# Daybreak")
    assert len(lines[2]) > 40
    assert {"make run", "make test"} <= {line.split("#")[0].strip() for line in lines[:20]}


def test_every_daybreak_command_exists(readme: str) -> None:
    called = list(commands(readme, "daybreak"))
    assert called
    assert [(" ".join(call), word) for call in called if (word := unknown(call))] == []


def test_every_make_target_exists(readme: str, root: Path) -> None:
    known = targets((root / "Makefile").read_text(encoding="utf-8"))
    called = {word for call in commands(readme, "make") for word in call if "=" not in word}
    assert {"run", "test", "test-all"} <= called
    assert called - known == set()


def test_every_file_exists(readme: str, root: Path) -> None:
    assert missing_files(readme, root) == []


def test_both_languages_give_the_same_commands_and_chapters(root: Path) -> None:
    english, chinese = ((root / name).read_text(encoding="utf-8") for name in READMES)
    assert fenced(english) == fenced(chinese)
    assert [len(mark) for mark in re.findall(r"^(#+) ", english, re.MULTILINE)] == [
        len(mark) for mark in re.findall(r"^(#+) ", chinese, re.MULTILINE)
    ]


@pytest.mark.parametrize(
    "call", ["daybreak rnu", "daybreak run --fast", "daybreak model predikt 好", "daybreak model predict 好 --loud"]
)
def test_an_invented_command_is_seen(call: str) -> None:
    assert [unknown(arguments) for arguments in commands(f"```sh\n{call}\n```\n", "daybreak")] != [""]


def test_an_invented_file_is_seen(root: Path) -> None:
    text = "See `docs/no-such-page.md`, [this](docs/nowhere.md#part), `data/split/train.parquet` and `Makefile`."
    assert missing_files(text, root) == ["docs/nowhere.md", "docs/no-such-page.md"]
