"""A new project's folder: whole or not at all, from the checkout's own files."""

import json
from pathlib import Path

import pytest
import yaml
from making import commit_all, make_rows, run_git, write_csv

from daybreak.data.versioning import versions
from daybreak.errors import DataError, ParamsError, ProjectError
from daybreak.founding import found, undone_on_error
from daybreak.founding.folder import with_settings
from daybreak.params import load_params
from daybreak.projects import find_project, list_projects


def test_a_project_has_all_it_needs(checkout: Path) -> None:
    project = found(checkout, "news")
    assert project == find_project("news", checkout)
    assert list_projects(checkout) == ["sample", "news"]
    names = sorted(path.relative_to(project.root).as_posix() for path in project.root.rglob("*"))
    expected = [".gitignore", "data", "data/incoming", "dvc.yaml", "params.yaml"]
    expected += ["plugins", "plugins/README.md", "plugins/_sure_mistakes.py", "rows", "rows/README.md"]
    assert names == expected
    assert "`text` and `label`" in (project.root / "rows" / "README.md").read_text(encoding="utf-8")
    assert not (checkout / "projects" / ".partial").exists()


def test_params_are_the_samples_but_for_the_source_and_keep_every_comment(checkout: Path) -> None:
    project = found(checkout, "news")
    ours = project.params_file.read_text(encoding="utf-8")
    sample = (checkout / "params.yaml").read_text(encoding="utf-8")
    params = load_params(project.params_file)
    assert (params.ingest.source, params.ingest.path) == ("files", "rows")
    sample_params = load_params(checkout / "params.yaml")
    own = {"ingest": True, "training": {"seeds"}}
    assert params.model_dump(exclude=own) == sample_params.model_dump(exclude=own)
    assert (params.training.seeds, params.tuning.metric) == (3, "accuracy")
    comments = [[line.partition("#")[2] for line in text.splitlines()] for text in (ours, sample)]
    assert comments[0] == comments[1]
    assert len(ours.splitlines()) == len(sample.splitlines())


def test_rows_given_are_named_where_they_are(checkout: Path, rows: Path) -> None:
    outside = found(checkout, "outside", data=rows, text_column="评论", label_column="is it good?")
    params = load_params(outside.params_file).ingest
    assert (params.path, params.text_column, params.label_column) == (str(rows), "评论", "is it good?")
    inside = write_csv(checkout / "shared" / "a.csv", make_rows(10))
    assert load_params(found(checkout, "inside", data=inside).params_file).ingest.path == "../../shared/a.csv"


def test_the_data_can_be_prepared_right_away(checkout: Path) -> None:
    project = found(checkout, "news")
    write_csv(project.root / "rows" / "first.csv", make_rows(300))
    commit_all(checkout, "Add project news")
    assert run_git(checkout, "ls-files", "projects/news/rows").split() == ["projects/news/rows/README.md"]
    dataset = versions.prepare(project)
    assert (dataset.version, dataset.rows["kept"]) == (1, 300)
    assert run_git(checkout, "tag").split() == ["data/news/1"]
    assert versions.status(project) is not None


def test_a_project_without_rows_says_where_they_belong(checkout: Path) -> None:
    project = found(checkout, "news")
    with pytest.raises(DataError, match=r"ingest\.path rows names 1 files, none of a known kind"):
        versions.prepare(project)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("News", "'News' cannot be a project's name; expected lower-case letters"),
        ("../up", r"'\.\./up' cannot be a project's name"),
        ("7", "'7' cannot be a project's name"),
        ("sample", "sample is the project in the checkout's root"),
    ],
)
def test_a_name_that_cannot_be(checkout: Path, name: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        found(checkout, name)
    assert not (checkout / "projects").exists()


def test_a_name_that_is_taken_changes_nothing(checkout: Path) -> None:
    project = found(checkout, "news")
    project.params_file.write_text("mine", encoding="utf-8")
    with pytest.raises(ProjectError, match="projects/news is there already; expected a project that is new"):
        found(checkout, "news")
    assert project.params_file.read_text(encoding="utf-8") == "mine"
    (checkout / "projects" / "notes").mkdir()
    with pytest.raises(ProjectError, match="projects/notes is in the way"):
        found(checkout, "notes")


def test_bad_input_leaves_nothing_behind(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"model\.recipe is 'classif'.*classify"):
        found(checkout, "news", recipe="classif")
    with pytest.raises(DataError, match="names nothing that is there"):
        found(checkout, "news", data=tmp_path / "nowhere.csv")
    (checkout / "params.yaml").write_text("ingest:\n  source: sample\n", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"ingest\.path has no line of its own"):
        found(checkout, "news")
    (checkout / "dvc.yaml").unlink()
    with pytest.raises(ProjectError, match=r"dvc\.yaml, which new projects are made from, cannot be read"):
        found(checkout, "news")
    assert list(checkout.glob("projects/*")) == []


def test_what_an_interrupted_founding_left_is_swept_by_the_next(checkout: Path) -> None:
    left = checkout / "projects" / ".partial" / "news"
    left.mkdir(parents=True)
    (left / "params.yaml").write_text("half", encoding="utf-8")
    assert list_projects(checkout) == ["sample"]
    found(checkout, "news")
    assert not left.parent.exists()


def test_a_founding_that_fails_later_is_undone_with_its_data_versions(checkout: Path, rows: Path) -> None:
    project = found(checkout, "news", data=rows)
    with pytest.raises(KeyboardInterrupt), undone_on_error(project):
        versions.prepare(project)
        raise KeyboardInterrupt
    assert not project.root.exists()
    assert run_git(checkout, "tag") == ""
    assert run_git(checkout, "status", "--porcelain") == ""


@pytest.mark.parametrize("value", ["plain", "with space", "a: b", "# not a comment", "null", "null-ish", "是", "1"])
def test_a_setting_reads_back_as_it_was_given(value: str) -> None:
    text = 'other:\n  path: x  # one\ningest:\n  path: "a # b"   # two\n  kind: y\n'
    changed = with_settings(text, {"ingest.path": value})
    assert yaml.safe_load(changed) == {"other": {"path": "x"}, "ingest": {"path": value, "kind": "y"}}
    assert changed.splitlines()[3].endswith("# two")


def test_a_setting_can_be_emptied() -> None:
    assert with_settings("a:\n  b: c\n", {"a.b": None}) == "a:\n  b: null\n"


def test_a_project_of_dialogues_begins_with_its_recipes_settings(checkout: Path) -> None:
    project = found(checkout, "talks", recipe="generate")
    params = load_params(project.params_file)
    assert (params.model.recipe, params.ingest.messages_column, params.tuning.trials) == ("generate", "messages", 0)
    assert (params.training.adapter.kind, params.training.packing, params.training.dropout) == ("lora", True, 0.0)
    assert (params.training.seeds, params.tuning.metric) == (1, "perplexity")
    readme = (project.root / "rows" / "README.md").read_text(encoding="utf-8")
    assert '{"messages": [{"role": "user"' in readme
    assert "data/incoming/" in readme


def test_a_project_of_texts_alone_begins_with_a_new_encoder(checkout: Path) -> None:
    project = found(checkout, "my-encoder", recipe="pretrain")
    params = load_params(project.params_file)
    assert (params.model.recipe, params.model.base, params.ingest.label_column) == ("pretrain", "scratch", None)
    assert (params.training.schedule, params.tuning.trials, params.tuning.metric) == ("cosine", 0, "perplexity")
    assert "a label is not needed" in (project.root / "rows" / "README.md").read_text(encoding="utf-8")
    write_csv(project.root / "rows" / "a.csv", make_rows(60))
    commit_all(checkout, "Add project my-encoder")
    dataset = versions.prepare(project)
    assert (dataset.labels, dataset.rows["kept"]) == ((), 60)


def test_the_examples_dialogues_can_be_prepared(checkout: Path) -> None:
    project = found(checkout, "talks", recipe="generate")
    lines = [
        json.dumps({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": text[::-1]}]})
        for text, _ in make_rows(60)
    ]
    (project.root / "rows" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    commit_all(checkout, "Add project talks")
    dataset = versions.prepare(project)
    assert (dataset.labels, dataset.rows["kept"]) == ((), 60)


def test_texts_without_labels_can_be_prepared(checkout: Path) -> None:
    project = found(checkout, "talks", recipe="generate")
    wanted = {"ingest.messages_column": None, "ingest.label_column": None}
    text = project.params_file.read_text(encoding="utf-8")
    project.params_file.write_text(with_settings(text, wanted), encoding="utf-8")
    write_csv(project.root / "rows" / "a.csv", make_rows(60))
    commit_all(checkout, "Add project talks")
    dataset = versions.prepare(project)
    assert (dataset.labels, dataset.rows["kept"]) == ((), 60)


def test_settings_below_settings_have_lines_too() -> None:
    text = "a:\n  one: 1\n  more:   # of it\n    one: 2  # inner\n  two: 3\nb:\n  more:\n    one: 4\n"
    assert with_settings(text, {"a.more.one": 5, "a.two": 6, "b.more.one": "x"}) == (
        "a:\n  one: 1\n  more:   # of it\n    one: 5  # inner\n  two: 6\nb:\n  more:\n    one: x\n"
    )
    with pytest.raises(ParamsError, match=r"a\.more\.two has no line of its own"):
        with_settings(text, {"a.more.two": 5})
