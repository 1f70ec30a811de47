"""Everything of a project hangs on its name and root."""

from pathlib import Path

import pytest

from daybreak.records import Project


@pytest.mark.parametrize(
    ("name", "prefix", "model"), [("sample", "data/", "daybreak-sample"), ("hotel", "data/hotel/", "daybreak-hotel")]
)
def test_everything_of_a_project_hangs_on_it(tmp_path: Path, name: str, prefix: str, model: str) -> None:
    project = Project(name=name, root=tmp_path)
    assert (project.params_file, project.data) == (tmp_path / "params.yaml", tmp_path / "data")
    assert project.plugins == tmp_path / "plugins"
    assert (project.tag_prefix, project.registered_model) == (prefix, model)
