"""What judges models is found in its places, whatever kind of file it is, cleaned as the rows are."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from daybreak.data.held_out import evaluation_sets, golden
from daybreak.data.reviewing import freezing
from daybreak.errors import DataError
from daybreak.records import Project

TEXTS = ["第一个问题？", "A second question"]


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(".parquet"):
        pd.DataFrame({"n": [1, 2], "question": TEXTS}).to_parquet(path)
    elif path.suffix == ".csv":
        path.write_text("n,sentence\n" + "".join(f"1,{text}\n" for text in TEXTS), encoding="utf-8")
    elif path.suffix == ".txt":
        path.write_text("\n".join(TEXTS), encoding="utf-8")
    else:
        lines = "".join(json.dumps({"prompt": text, "n": 1}) + "\n" for text in TEXTS).encode()
        path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.parquet", "a.txt"])
def test_any_kind_of_file_is_read(project: Project, tmp_path: Path, name: str) -> None:
    found = evaluation_sets.of_file(project, write(tmp_path / name))
    assert found in (TEXTS, ["第一个问题?", "A second question"])


def test_the_sets_of_a_project_are_found(staged_project: Project) -> None:
    write(staged_project.root / evaluation_sets.BENCHMARKS / "exam.jsonl")
    (staged_project.root / evaluation_sets.BENCHMARKS / "README.md").write_text("notes", encoding="utf-8")
    cases = staged_project.root / golden.FOLDER / "must.jsonl"
    cases.parent.mkdir(parents=True)
    cases.write_text('{"text": "千万别买", "label": "negative"}', encoding="utf-8")
    freezing.draw(staged_project, 12)
    freezing.freeze(staged_project, by="Li", reason="x")
    found = evaluation_sets.of_project(staged_project)
    assert {name: len(texts) for name, texts in found.items()} == {
        "release set": 12,
        "golden cases": 1,
        "exam.jsonl": 2,
    }


def test_a_conversation_is_what_its_turns_say(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"input": [{"role": "user", "content": "hello there"}]}), encoding="utf-8")
    assert evaluation_sets.of_file(project, path) == ["hello there"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": 1, "choices": 2}', r"a.jsonl has the columns id, choices; expected one of text, prompt"),
        ("", r"a.jsonl"),
    ],
)
def test_a_file_without_texts_is_said(project: Project, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        evaluation_sets.of_file(project, path)


def test_without_prepared_rows_there_is_nothing_to_look_in(project: Project) -> None:
    with pytest.raises(DataError, match=r"no prepared data; expected a data version; Run `daybreak data prepare`"):
        evaluation_sets.training(project)
