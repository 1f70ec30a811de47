"""The flows are those of DESIGN's contract, found by place, and no module hides one elsewhere."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from prefect import Flow

from daybreak.errors import BadInput
from flows import catalogue

CONTRACT = (
    "prepare-data",
    "release-model",
    "reproduce-run",
    "retrain-and-release",
    "rollback-data",
    "rollback-model",
    "train-model",
)


def test_every_flow_of_the_contract_is_there() -> None:
    assert catalogue.names() == CONTRACT


@pytest.mark.parametrize("name", CONTRACT)
def test_a_flow_is_found_by_its_name(name: str) -> None:
    found = catalogue.load(name)
    assert isinstance(found, Flow)
    assert found.name == name
    module, _, function = catalogue.entrypoint(name).rpartition(".")
    assert getattr(importlib.import_module(module), function) is found
    assert found.parameters.properties["project"]["default"] == "sample"


def test_only_modules_that_are_named_for_it_hold_a_flow() -> None:
    folder = Path(catalogue.__file__).parent
    holding = {path.stem for path in folder.glob("*.py") if "\n@flow" in path.read_text(encoding="utf-8")}
    assert holding == {name.replace("-", "_") for name in catalogue.names()}


def test_an_unknown_flow_names_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"'retrain'.*retrain-and-release"):
        catalogue.load("retrain")


def test_names_are_known_without_importing_prefect() -> None:
    script = "import sys; from flows import catalogue; catalogue.names(); print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "False", done.stderr
