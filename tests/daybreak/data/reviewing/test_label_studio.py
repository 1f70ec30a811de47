"""Doubtful rows go out blind, and what people answer becomes a source whose labels win."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from making import make_rows, run_stages, write_csv, write_params

from daybreak.data import tables
from daybreak.data.quarantining import quarantine
from daybreak.data.reading import sources
from daybreak.data.reviewing import label_studio, restoring
from daybreak.errors import DataError
from daybreak.records import Project

TWICE = [("同一句话说了两遍，这样不好", label) for label in ("negative", "positive")]
NEAR = [("今天天气很好，我们去公园散步吧", "positive"), ("今天天气不好，我们去公园散步吧", "negative")]
Answer = Callable[[dict[str, Any]], str]


@pytest.fixture
def doubtful(staged_project: Project) -> Project:
    """A project with a contradiction and with swapped labels."""
    rows = [(text, "positive" if place % 40 == 0 else label) for place, (text, label) in enumerate(make_rows(300))]
    write_csv(staged_project.root / "rows.csv", [*rows, *TWICE, *NEAR])
    run_stages(staged_project.root)
    return staged_project


@pytest.fixture
def tasks(doubtful: Project, tmp_path: Path) -> list[dict[str, Any]]:
    label_studio.export(doubtful, tmp_path / "tasks.json", suspects=5, sample=20)
    found: list[dict[str, Any]] = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    return found


def kept(project: Project) -> dict[str, tuple[str, str]]:
    """Text to label and source of every row that is kept."""
    rows = [tables.read(project.data / f"split/{name}.parquet") for name in ("train", "validation", "test")]
    return {row["text"]: (row["label"], row["source"]) for split in rows for row in split.to_dict("records")}


def annotated(task: dict[str, Any], label: str | list[str], *people: Any, **fields: Any) -> dict[str, Any]:
    """A task as Label Studio exports it in full, answered alike by these people."""
    names = [label] if isinstance(label, str) else label
    result = [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": names}}]
    given = [{"completed_by": person, "result": result, "was_cancelled": False, **fields} for person in people]
    return {"id": 1, "data": task["data"], "annotations": given, "predictions": []}


def export_of(tmp_path: Path, *reviewed: Any) -> Path:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(reviewed, ensure_ascii=False), encoding="utf-8")
    return path


# -- out -----------------------------------------------------------------------------------------------------------


def test_every_doubt_and_a_sample_go_out_once(doubtful: Project, tmp_path: Path) -> None:
    told = label_studio.export(doubtful, tmp_path / "tasks.json", suspects=5, sample=20)
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    texts = [task["data"]["text"] for task in tasks]
    assert told["rows"] == len(tasks) == len(set(texts)) == sum(told["why"].values())
    assert told["why"]["contradicting_labels"] == 1
    assert told["why"]["label_noise"] >= 3
    assert 18 <= told["why"]["sample"] <= 20
    assert texts[0] == "同一句话说了两遍,这样不好"


def test_people_see_neither_label_nor_opinion(tasks: list[dict[str, Any]]) -> None:
    assert all(task.keys() == {"data"} for task in tasks)
    assert all(task["data"].keys() == {"text", "row", "why"} for task in tasks)


def test_the_interface_offers_the_labels(doubtful: Project, tmp_path: Path) -> None:
    told = label_studio.export(doubtful, tmp_path / "tasks.json")
    view = ET.parse(told["interface"]).getroot()
    assert [choice.attrib["value"] for choice in view.iter("Choice")] == ["negative", "positive"]
    assert view.find("Choices").attrib["choice"] == "single"  # type: ignore[union-attr]
    assert label_studio._interface(['a "b" <c>'], several=True).count('choice="multiple"') == 1
    ET.fromstring(label_studio._interface(['a "b" <c>'], several=True))


def test_the_draw_is_of_its_seed_and_in_proportion(doubtful: Project, tmp_path: Path) -> None:
    def drawn(seed: int) -> list[dict[str, Any]]:
        label_studio.export(doubtful, tmp_path / "t.json", suspects=0, sample=30, seed=seed)
        found: list[dict[str, Any]] = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
        return found

    assert drawn(1) == drawn(1) != drawn(2)
    known = kept(doubtful)
    labels = [known[task["data"]["text"]][0] for task in drawn(1)]
    assert 13 <= labels.count("positive") <= 18


def test_there_must_be_labelled_data(staged_project: Project, tmp_path: Path) -> None:
    path = staged_project.data / "describe/report.json"
    tables.write_json({**tables.read_json(path), "labels": []}, path)
    with pytest.raises(DataError, match="the rows have no labels"):
        label_studio.export(staged_project, tmp_path / "tasks.json")
    path.unlink()
    with pytest.raises(DataError, match="has no prepared data"):
        label_studio.export(staged_project, tmp_path / "tasks.json")


# -- back ----------------------------------------------------------------------------------------------------------


def test_a_reviewed_label_wins_and_says_who_gave_it(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    before = kept(doubtful)
    task = next(each for each in tasks if each["data"]["why"] == "label_noise")
    text = task["data"]["text"]
    other = "negative" if before[text][0] == "positive" else "positive"
    path = export_of(tmp_path, annotated(task, other, {"id": 7, "email": "li@example.com"}))
    told = label_studio.take_back(doubtful, path)
    (batch,) = told["batches"]
    assert batch.startswith("reviewed-by-li-")
    assert (told["reviewed"], told["confirmed"], told["changed"], told["disagreements"]) == (1, 0, 1, [])
    run_stages(doubtful.root)
    assert kept(doubtful)[text] == (other, batch)
    refused = quarantine.rows(doubtful.root, "contradicting_labels")
    assert before[text][0] in set(refused["label"][refused["text"] == text])
    rows = tables.read_json(doubtful.data / "describe/report.json")["rows"]
    assert rows["read"] == rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"] == 305


def test_a_contradiction_is_settled(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    task = next(each for each in tasks if each["data"]["why"] == "contradicting_labels")
    assert task["data"]["text"] not in kept(doubtful)
    label_studio.take_back(doubtful, export_of(tmp_path, annotated(task, "negative", 3)))
    run_stages(doubtful.root)
    assert kept(doubtful)[task["data"]["text"]][0] == "negative"
    restored = sources.read_sources(doubtful.root).restored  # type: ignore[union-attr]
    assert [(each.rule, each.by) for each in restored] == [("contradicting_labels", "3")]


def test_a_later_review_takes_an_earlier_one_back(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    task = next(each for each in tasks if each["data"]["why"] == "sample")
    text = task["data"]["text"]
    right = kept(doubtful)[text][0]
    wrong = "negative" if right == "positive" else "positive"
    for label in (wrong, right):
        label_studio.take_back(doubtful, export_of(tmp_path, annotated(task, label, "li@example.com")))
        run_stages(doubtful.root)
        assert kept(doubtful)[text][0] == label


@pytest.mark.parametrize("prepared_between", [True, False])
def test_a_corrected_review_of_a_contradiction_wins(
    doubtful: Project, tasks: list[Any], tmp_path: Path, prepared_between: bool
) -> None:
    task = next(each for each in tasks if each["data"]["why"] == "contradicting_labels")
    for label in ("positive", "negative", "positive"):
        label_studio.take_back(doubtful, export_of(tmp_path, annotated(task, label, "li")))
        if prepared_between or label == "positive":
            run_stages(doubtful.root)
            assert kept(doubtful)[task["data"]["text"]][0] == label


def test_a_review_takes_back_what_was_restored_of_the_same_cleaned_text(doubtful: Project, tmp_path: Path) -> None:
    rows = [*make_rows(300), ("很<b>难</b>说", "positive"), ("很难说", "negative")]
    write_csv(doubtful.root / "rows.csv", rows)
    run_stages(doubtful.root)
    refused = quarantine.rows(doubtful.root, "contradicting_labels").set_index("label")["id"]
    restoring.overrule(doubtful.root, restoring.CONTRADICTING, [refused["positive"]], reason="read", by="Ann")
    run_stages(doubtful.root)
    assert kept(doubtful)["很难说"][0] == "positive"
    task = {"data": {"text": "很难说", "row": refused["negative"]}}
    label_studio.take_back(doubtful, export_of(tmp_path, annotated(task, "negative", "li")))
    run_stages(doubtful.root)
    assert kept(doubtful)["很难说"][0] == "negative"


def test_a_reviewed_row_keeps_its_licence(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    path = doubtful.data / "ingest/rows.parquet"
    tables.write(tables.read(path).assign(licence="MIT"), path, tables.ROW)  # as of the sample, where nothing says so
    label_studio.take_back(doubtful, export_of(tmp_path, annotated(tasks[0], "negative", "li")))
    run_stages(doubtful.root)
    rows = tables.read(path)
    assert set(rows["licence"][rows["source"].str.startswith("reviewed-by-")]) == {"MIT"}
    assert set(rows["licence"][~rows["source"].str.startswith("reviewed-by-")]) == {""}


def test_where_people_disagree_nothing_is_taken(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    task = annotated(tasks[0], "negative", "li")
    task["annotations"] += annotated(tasks[0], "positive", "wang")["annotations"]
    before = (doubtful.data / "sources.yaml").read_bytes()
    told = label_studio.take_back(doubtful, export_of(tmp_path, task))
    assert (told["batches"], told["reviewed"]) == ([], 0)
    assert len(told["disagreements"]) == 1
    assert (doubtful.data / "sources.yaml").read_bytes() == before


def test_people_who_agree_are_named_together(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    path = export_of(tmp_path, annotated(tasks[0], "negative", "li", "王芳"), annotated(tasks[1], "negative", "li"))
    told = label_studio.take_back(doubtful, path)
    assert [name.rpartition("-")[0] for name in told["batches"]] == ["reviewed-by-li", "reviewed-by-li-王芳"]


def test_the_short_export_is_understood(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    given = [
        {**tasks[0]["data"], "id": 1, "label": "negative", "annotator": 2},
        {**tasks[1]["data"], "id": 2, "annotator": 2},
    ]
    told = label_studio.take_back(doubtful, export_of(tmp_path, *given))
    assert (told["reviewed"], told["unanswered"]) == (1, 1)


def test_a_cancelled_answer_is_none(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    path = export_of(tmp_path, annotated(tasks[0], "negative", "li", was_cancelled=True))
    told = label_studio.take_back(doubtful, path)
    assert (told["reviewed"], told["unanswered"]) == (0, 1)


def test_what_was_reviewed_is_not_asked_again(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    label_studio.take_back(doubtful, export_of(tmp_path, *(annotated(task, "negative", "li") for task in tasks)))
    run_stages(doubtful.root)
    label_studio.export(doubtful, tmp_path / "more.json", suspects=5, sample=20)
    more = {task["data"]["text"] for task in json.loads((tmp_path / "more.json").read_text(encoding="utf-8"))}
    assert more
    assert more.isdisjoint(task["data"]["text"] for task in tasks)


def test_importing_twice_changes_nothing(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    path = export_of(tmp_path, annotated(tasks[0], "negative", "li"))
    label_studio.take_back(doubtful, path)
    before = (doubtful.data / "sources.yaml").read_bytes()
    label_studio.take_back(doubtful, path)
    assert (doubtful.data / "sources.yaml").read_bytes() == before


def test_raw_text_comes_back_where_people_saw_a_pseudonym(doubtful: Project, tmp_path: Path) -> None:
    text = "客服电话13901019711打不通，态度也不好"
    write_csv(doubtful.root / "rows.csv", [*make_rows(300), (text, "positive")])
    run_stages(doubtful.root)
    label_studio.export(doubtful, tmp_path / "all.json", suspects=0, sample=400)
    tasks = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    (task,) = (each for each in tasks if "客服电话" in each["data"]["text"])
    assert "13901019711" not in task["data"]["text"]
    disputed = annotated(task, "negative", "li")
    disputed["annotations"] += annotated(task, "positive", "wang")["annotations"]
    told = label_studio.take_back(doubtful, export_of(tmp_path, disputed))
    assert told["disagreements"] == [task["data"]["text"]], "as people saw it"
    label_studio.take_back(doubtful, export_of(tmp_path, annotated(task, "negative", "li")))
    run_stages(doubtful.root)
    assert kept(doubtful)[task["data"]["text"]][0] == "negative"


def test_columns_of_the_project_are_used(doubtful: Project, tasks: list[Any], tmp_path: Path) -> None:
    rows = (doubtful.root / "rows.csv").read_text(encoding="utf-8").replace("text,label", "评论,情感", 1)
    (doubtful.root / "rows.csv").write_text(rows, encoding="utf-8")
    named = {"source": "files", "path": "rows.csv", "text_column": "评论", "label_column": "情感"}
    write_params(doubtful.root, {"ingest": named})
    label_studio.take_back(doubtful, export_of(tmp_path, annotated(tasks[0], "negative", "li")))
    run_stages(doubtful.root)
    assert kept(doubtful)[tasks[0]["data"]["text"]][0] == "negative"


def test_columns_that_are_named_later_are_not_asked_of_what_was_reviewed(
    doubtful: Project, tasks: list[Any], tmp_path: Path
) -> None:
    label_studio.take_back(doubtful, export_of(tmp_path, annotated(tasks[0], "negative", "li")))
    first, *rest = (doubtful.root / "rows.csv").read_text(encoding="utf-8").splitlines()
    told = [f"{line},{'上海' if place % 2 else 'Oslo'},w{place}" for place, line in enumerate(rest)]
    (doubtful.root / "rows.csv").write_text("\n".join([f"{first},region,author", *told]), encoding="utf-8")
    columns = {"slice_columns": ["region"], "group_columns": ["author"]}
    write_params(doubtful.root, {"ingest": {"source": "files", "path": "rows.csv", **columns}})
    run_stages(doubtful.root)
    label, source = kept(doubtful)[tasks[0]["data"]["text"]]
    assert (label, source.startswith("reviewed")) == ("negative", True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "export.json is not JSON in UTF-8; expected a Label Studio export"),
        ("[1]", "export.json holds something else than reviewed tasks"),
        ('[{"data": {}, "annotations": [{"result": [{"from_name": "label", "value": {}}]}]}]', "something else than"),
        ('[{"text": "x", "label": "postive"}]', "holds the label 'postive'; expected one of negative, positive"),
    ],
)
def test_what_is_no_export_is_refused(doubtful: Project, tmp_path: Path, content: str, message: str) -> None:
    before = (doubtful.data / "sources.yaml").read_bytes()
    path = tmp_path / "export.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        label_studio.take_back(doubtful, path)
    with pytest.raises(DataError, match="cannot be read"):
        label_studio.take_back(doubtful, tmp_path / "nowhere.json")
    assert (doubtful.data / "sources.yaml").read_bytes() == before


def test_reviews_wait_for_prepared_data(project: Project, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no prepared data; expected a data version"):
        label_studio.take_back(project, export_of(tmp_path))
