"""What judges and the word list find in training rows, and in what a model wrote."""

import json
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from daybreak.data.reviewing.toxicity import FILE
from daybreak.errors import DataError, ModelError
from daybreak.evaluation import generated, toxicity
from daybreak.evaluation.judges import shipped
from daybreak.evaluation.judges.params import JudgeParams
from daybreak.evaluation.subject import Subject
from daybreak.records import ArtifactRef, DatasetRef

ROWS = 300
RUDE = ("你们那里的男人都是垃圾，又穷又恶心", "这种女人就是贱，活该被人骂")
SWEARING = "shut the fuck up you stupid bitch"


def rows(count: int = ROWS, rude: int = 0) -> pd.DataFrame:
    """Chinese rows, some of them an insult each."""
    texts = [f"第{row}天下午我们去公园散步，天气很好。" for row in range(count)]
    texts[:rude] = [f"{RUDE[row % 2]}，说了{row}遍" for row in range(rude)]
    labels = ["negative" if row % 2 else "positive" for row in range(count)]
    return pd.DataFrame({"id": [f"r{row}" for row in range(count)], "text": texts, "label": labels})


def of(dataset: DatasetRef, *judges: JudgeParams) -> Subject:
    """Toxicity looks at data and at what was written, never at the artifact."""
    return Subject(cast("ArtifactRef", None), dataset, None, None, judges=judges)


@pytest.fixture
def given(tmp_path: Path) -> Subject:
    """A subject of a project of this test's own; `rows` may be put into it."""
    folder = tmp_path / "project/data"
    folder.mkdir(parents=True)
    return of(DatasetRef(project="own", version=1, digest="d" * 64, path=folder, labels=(), rows={}))


def put(subject: Subject, table: pd.DataFrame) -> Subject:
    subject.__dict__["rows"] = lambda split: table
    return subject


def review(subject: Subject, verdicts: dict[str, str], texts: dict[str, str] | None = None) -> None:
    path = subject.dataset.path.parent / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ({"id": row, "label": label, "text": (texts or {}).get(row, "")} for row, label in verdicts.items())
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def test_each_language_has_its_judge(reviews: DatasetRef, tmp_path: Path) -> None:
    """The reviews of the tests are Chinese, English and both in one."""
    found = toxicity.measure(of(reviews), tmp_path)
    assert found["rows"] == ROWS
    assert found["languages"]["zh"]["judge"] == "daybreak/zh"
    assert sum(part["rows"] for part in found["languages"].values()) + sum(found["unjudged"].values()) == ROWS
    assert all(part["known_from"] == "" for part in found["languages"].values())
    assert found["generations"] is None


def test_insults_are_found_and_shown(given: Subject, tmp_path: Path) -> None:
    found = toxicity.measure(put(given, rows(rude=30)), tmp_path)
    part = found["languages"]["zh"]
    assert (part["rows"], part["sampled"]) == (ROWS, ROWS)
    assert 27 <= part["toxic"] <= 33
    assert part["share"] == part["toxic"] / ROWS
    assert sum(each["toxic"] for each in part["by_label"].values()) == part["toxic"]
    assert part["examples"][0]["score"] >= part["examples"][-1]["score"] >= part["threshold"]
    assert toxicity.headlines(found) == {"rude_share": found["word_list"]["share"], "toxic_share": part["share"]}


def test_words_are_counted_in_every_row(given: Subject, tmp_path: Path) -> None:
    table = rows()
    table.loc[:2, "text"] = "混蛋，混蛋"
    found = toxicity.measure(put(given, table), tmp_path)["word_list"]
    assert (found["toxic"], found["rows"], found["share"]) == (3, ROWS, 0.01)
    assert found["by_word"] == {"混蛋": 3}
    assert sum(each["toxic"] for each in found["by_label"].values()) == 3
    assert found["examples"][0] == {"text": "混蛋，混蛋", "words": ["混蛋", "混蛋"]}


def test_many_rows_are_sampled_the_same_way_each_time(given: Subject, tmp_path: Path) -> None:
    table = pd.concat([rows(2_000), rows(2_000).assign(id=[f"s{row}" for row in range(2_000)])], ignore_index=True)
    first, second = (
        toxicity.measure(put(given, each), tmp_path)["languages"]["zh"] for each in (table, table.iloc[::-1])
    )
    assert (first["rows"], first["sampled"]) == (4_000, toxicity.SAMPLE)
    assert (first["toxic"], first["examples"]) == (second["toxic"], second["examples"])


def test_rows_that_people_reviewed_calibrate_the_judge(given: Subject, tmp_path: Path) -> None:
    table = rows(400, rude=40)
    review(given, {row: "toxic" if place < 40 else "clean" for place, row in enumerate(table["id"])})
    part = toxicity.measure(put(given, table), tmp_path)["languages"]["zh"]
    assert (part["known_from"], part["reviewed"]) == ("reviewed", 400)
    errors = part["errors"]
    assert (errors["positives"], errors["negatives"]) == (40, 360)
    assert errors["detected"] >= 36
    assert errors["passed"] >= 350


def test_too_few_reviewed_rows_calibrate_nothing(given: Subject, tmp_path: Path) -> None:
    table = rows()
    review(given, dict.fromkeys(table["id"][:299], "clean"))
    part = toxicity.measure(put(given, table), tmp_path)["languages"]["zh"]
    assert (part["reviewed"], part["errors"]) == (299, None)


def test_reviewed_rows_that_left_the_data_do_not_count_unless_they_bring_their_text(
    given: Subject, tmp_path: Path
) -> None:
    review(given, {"gone": "clean", "written": "toxic"}, {"written": RUDE[0]})
    assert toxicity.measure(put(given, rows()), tmp_path)["languages"]["zh"]["reviewed"] == 1


def test_a_reviewed_file_that_is_none_is_told(given: Subject, tmp_path: Path) -> None:
    review(given, {"r1": "rude"})
    with pytest.raises(DataError, match=r"reviewed.jsonl:1 is no verdict"):
        toxicity.measure(put(given, rows()), tmp_path)


def test_languages_without_a_judge_are_told(given: Subject, tmp_path: Path) -> None:
    table = rows()
    table.loc[:99, "text"] = [f"今日は天気がいいですね、{row}" for row in range(100)]
    found = toxicity.measure(put(given, table), tmp_path)
    assert found["unjudged"] == {"ja": 100}
    assert found["languages"]["zh"]["rows"] == 200


def test_a_handful_of_rows_of_a_language_are_not_judged(given: Subject, tmp_path: Path) -> None:
    table = rows()
    table.loc[:4, "text"] = SWEARING
    found = toxicity.measure(put(given, table), tmp_path)
    assert list(found["languages"]) == ["zh"]
    assert found["unjudged"] == {"en": 5}


def test_of_conversations_only_the_assistant_counts(given: Subject, tmp_path: Path) -> None:
    def told(asked: str, answered: str) -> str:
        turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
        return json.dumps(turns, ensure_ascii=False)

    calm = rows()
    polite = calm.assign(messages=[told(RUDE[0], "请您冷静一下，我来帮您查询。") for _ in calm["id"]])
    rude = calm.assign(messages=[told("您好", RUDE[0]) for _ in calm["id"]])
    shares = [toxicity.measure(put(given, each), tmp_path)["languages"]["zh"]["share"] for each in (polite, rude)]
    assert shares == [0.0, 1.0]


def write(folder: Path, texts: list[tuple[str, str]], samples: int = 5) -> None:
    """(prompt, text) lines, each `samples` times."""
    lines = [
        {"prompt": prompt, "kind": "provoking", "sample": sample, "text": text}
        for prompt, text in texts
        for sample in range(samples)
    ]
    pd.DataFrame(lines).to_parquet(folder / generated.FILE, index=False)


def test_what_a_model_wrote_is_judged_by_prompt(given: Subject, tmp_path: Path) -> None:
    asked = [each["prompt"] for each in generated.prompts() if each["language"] == "en"][:20]
    answers = [(prompt, SWEARING if place < 5 else "a quiet evening at home") for place, prompt in enumerate(asked)]
    write(tmp_path, answers)
    found = toxicity.measure(put(given, rows()), tmp_path)["generations"]
    assert (found["prompts"], found["toxic"], found["toxic_prompts"]) == (20, 5, 0.25)
    assert found["rude"] == 5
    part = found["languages"]["en"]
    assert (part["judge"], part["texts"], part["prompts"], part["toxic"], part["samples"]) == (
        "daybreak/en",
        100,
        20,
        5,
        5,
    )
    assert found["expected_maximum"] == pytest.approx(sum(found["maxima"]) / 20, abs=1e-3)


def test_a_missing_judge_stops_the_measurement(given: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "nowhere")
    with pytest.raises(ModelError, match="toxicity judge daybreak/zh is missing"):
        toxicity.measure(put(given, rows()), tmp_path)


def test_a_judge_that_params_name_must_be_there(given: Subject, tmp_path: Path) -> None:
    named = of(given.dataset, JudgeParams(language="zh", source="/nowhere", sha256="0" * 64))
    with pytest.raises(ModelError, match="/nowhere is not there"):
        toxicity.measure(put(named, rows()), tmp_path)
