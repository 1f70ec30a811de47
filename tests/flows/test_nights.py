"""A project's night is the flow that its recipe allows, and one sentence says why."""

from pathlib import Path

import pytest
from making import make_project, make_writer

from flows import nights


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    make_project(root, rows=4)
    make_writer(root, dialogues=4, name="talks")
    make_project(root, rows=4, name="encoder", sections={"model": {"recipe": "pretrain"}})
    make_project(root, rows=4, name="odd", sections={"model": {"recipe": "clasify"}})
    return root


def test_each_project_has_the_night_of_its_recipe(checkout: Path) -> None:
    released, trained = nights.RELEASING, nights.TRAINING
    found = nights.of_projects(checkout)
    assert found == {"sample": released, "encoder": trained, "talks": released}
    assert nights.split(checkout, trained) == (["encoder"], ["sample", "talks"])
    assert nights.split(checkout, released) == (["sample", "talks"], ["encoder"])
    assert nights.split(checkout, "prepare-data") == ([], [])


def test_why_nothing_is_released_is_one_sentence(checkout: Path) -> None:
    said = nights.why_unreleased(checkout, "encoder")
    assert said is not None
    assert said.startswith("encoder is trained by train-model each night, and not released: recipe pretrain")
    assert nights.why_unreleased(checkout, "sample") is None
    assert nights.why_unreleased(checkout, "talks") is None
    assert nights.why_unreleased(checkout, "odd") is None


def test_params_that_nobody_can_read_leave_a_schedule_where_it_is(checkout: Path) -> None:
    (checkout / "projects" / "talks" / "params.yaml").write_text("model: [", encoding="utf-8")
    assert "talks" not in nights.of_projects(checkout)
    for flow in (nights.RELEASING, nights.TRAINING):
        assert all("talks" not in side for side in nights.split(checkout, flow))
    assert nights.why_unreleased(checkout, "talks") is None
