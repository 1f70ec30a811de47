"""Gates of a project's own are found by their place, and refused by name where they cannot be gates."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak import gates
from daybreak.errors import ParamsError, PluginError
from daybreak.gates import plugins
from daybreak.params import Params, gates_section, known_keys, load_params

Add = Callable[..., Path]
WHOLE = '''"""A gate."""
from pydantic import Field
from daybreak.gates.base import GateParams


class Params(GateParams):
    """Limits."""

    max_rows: int = Field(default=5, ge=0, description="test rows")


def check(evidence, params):
    """PASS."""
'''


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """`add(source, name)` puts a file into the project's plugins/ and gives its path."""
    (tmp_path / "plugins").mkdir()

    def write(source: str | bytes = WHOLE, name: str = "shouting.py") -> Path:
        path = tmp_path / "plugins" / name
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(PluginError) as caught:
        plugins.find(path.parent, {"quality", "judge"})
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(f"plugins/{path.name} ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_in_the_folder_is_a_gate_among_ours(add: Add) -> None:
    folder = add().parent
    found = gates.discover(folder)
    assert list(found) == sorted({*gates.discover(), "shouting"})
    assert found["shouting"].__file__ == str(folder / "shouting.py")
    assert "shouting" not in gates.discover()
    assert plugins.find(folder / "nowhere") == {} == plugins.find(None)


def test_tests_and_parts_set_aside_are_no_gates(add: Add) -> None:
    for name in ("_later.py", "test_shouting.py", "conftest.py", "README.md"):
        add("raise RuntimeError", name)
    assert plugins.find(add().parent).keys() == {"shouting"}


def test_the_same_bytes_are_the_same_module_and_others_are_read_again(add: Add) -> None:
    path = add()
    first = plugins.load(path)
    assert plugins.load(path) is first
    add(WHOLE.replace("=5", "=7"))
    assert plugins.load(path).Params().max_rows == 7
    assert not (path.parent / "__pycache__").exists()


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("x = (\n", ["line 1", "SyntaxError"]),
        ("\n\nimport nothing_of_that_name\n", ["line 3", "ModuleNotFoundError", "nothing_of_that_name"]),
        ("raise SystemExit(3)", ["SystemExit: 3"]),
        ("名 = '\udcff'".encode("utf-8", "surrogateescape"), ["SyntaxError"]),
        ("", ["no `Params` and no `check`"]),
        (WHOLE.replace("def check", "def judge"), ["no `check`"]),
        (WHOLE.replace("class Params", "class Limits"), ["no `Params`"]),
        (WHOLE.replace("(GateParams)", ""), ["no GateParams"]),
        (WHOLE.replace("default=5, ", ""), ["max_rows has no default"]),
        (WHOLE + "check = 3\n", ["no function"]),
    ],
)
def test_what_cannot_be_a_gate_is_one_sentence(add: Add, source: str | bytes, parts: list[str]) -> None:
    said = refusal(add(source))
    assert all(part in said for part in parts), said


@pytest.mark.parametrize("name", ["quality.py", "judge.py"])
def test_a_name_of_ours_is_taken(add: Add, name: str) -> None:
    assert "Daybreak's own" in refusal(add(WHOLE, name))


@pytest.mark.parametrize("name", ["with-dash.py", "Loud.py", "3d.py", "copy.py"])
def test_a_name_that_params_cannot_have(add: Add, name: str) -> None:
    assert "section of params.yaml" in refusal(add(WHOLE, name))


def test_limits_are_read_and_refused_like_ours(add: Add, tmp_path: Path) -> None:
    add()
    path = tmp_path / "params.yaml"
    path.write_text("gates: {shouting: {max_rows: 3, mode: off}}", encoding="utf-8")
    found = load_params(path, ["gates.shouting.max_rows=2"])
    assert found.gates.shouting.model_dump() == {"mode": "off", "max_rows": 2}
    assert found.digest != Params().digest
    assert "gates.shouting.max_rows" in known_keys(tmp_path / "plugins")
    for text, said in {
        "{max_row: 3}": "gates.shouting.max_row is not a known key; expected gates.shouting.max_rows",
        "{max_rows: -3}": "gates.shouting.max_rows is -3",
    }.items():
        path.write_text(f"gates: {{shouting: {text}}}", encoding="utf-8")
        with pytest.raises(ParamsError, match=said):
            load_params(path)


def test_limits_of_a_gate_that_is_gone_are_an_unknown_key(add: Add, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("gates: {shouting: {max_rows: 3}}", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"gates\.shouting is not a known key"):
        load_params(path)
    add("import nothing_of_that_name")
    with pytest.raises(PluginError, match=r"shouting\.py cannot be loaded"):
        load_params(path)


def test_without_plugins_the_section_is_ours() -> None:
    assert gates_section() is gates_section(Path("nowhere"))


def test_the_digest_covers_what_gates_read_beside_their_code(add: Add) -> None:
    folder = add("nothing", "_later.py").parent
    assert plugins.digest(folder) == ""
    add()
    digests = [plugins.digest(folder)]
    add("坏\n", "words.txt")
    digests.append(plugins.digest(folder))
    add(WHOLE + "\n")
    assert len({*digests, plugins.digest(folder)}) == 3
