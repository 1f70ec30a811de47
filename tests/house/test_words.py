"""One word runs through DVC stage, section of params.yaml, module, output folder and test file."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from daybreak import gates
from daybreak.params import DATA_STAGES, Params

# Sections whose room has another name, with the reason.
ROOMS = {
    "admission": "data",  # which incoming batches enter the data
    "model": "recipes",  # users speak of the model, whose kind of learning problem is a recipe
    "release": "authority.py",  # who may release is one decision, not a room
    "retention": "retention.py",  # cleaning is one module; its section stands below params, in keeping.py
}


@pytest.fixture(scope="module")
def stages(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return found


@pytest.fixture(scope="module")
def wanted(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    return found


def paths(entries: list[Any]) -> list[str]:
    """Paths of outputs or dependencies, whether plain or with settings of their own."""
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def test_stages_stand_in_the_order_of_the_story(stages: dict[str, Any]) -> None:
    assert tuple(stages) == DATA_STAGES


@pytest.mark.parametrize("stage", DATA_STAGES)
def test_one_word_from_stage_to_test(root: Path, stages: dict[str, Any], wanted: dict[str, Any], stage: str) -> None:
    assert stage in wanted, "a section of params.yaml"
    assert stage in Params.model_fields
    assert (root / "platform" / "daybreak" / "data" / f"{stage}.py").is_file()
    assert (root / "tests" / "daybreak" / "data" / f"test_{stage}.py").is_file()
    outputs = paths(stages[stage]["outs"])
    assert outputs
    assert all(output.startswith((f"data/{stage}", "data/quarantine/")) for output in outputs)


@pytest.mark.parametrize("stage", DATA_STAGES)
def test_a_stage_depends_on_its_code_and_its_section(stages: dict[str, Any], stage: str) -> None:
    parts = stages[stage]
    assert any("platform/daybreak" in path for path in paths(parts["deps"])), "the code"
    assert any(parameter == stage or parameter.startswith(f"{stage}.") for parameter in paths(parts["params"])), (
        "the section"
    )


def test_every_section_has_its_room(root: Path) -> None:
    for section in set(Params.model_fields) - set(DATA_STAGES):
        assert (root / "platform" / "daybreak" / ROOMS.get(section, section)).exists(), section


def test_every_gate_has_its_limits_and_its_test(root: Path, wanted: dict[str, Any]) -> None:
    found = gates.discover()
    assert found
    assert set(wanted["gates"]) == set(found)
    for name in found:
        assert (root / "tests" / "daybreak" / "gates" / f"test_{name}.py").is_file(), name
