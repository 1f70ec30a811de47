"""A draft is drawn or brought, reviewed, frozen under a name and a reason; afterwards no split has rows like it."""

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from making import make_rows, run_stages, write_csv

from daybreak.data import tables
from daybreak.data.held_out import release_set
from daybreak.data.reviewing import freezing
from daybreak.errors import DataError
from daybreak.records import Project


def split_again(project: Project) -> None:
    from daybreak.data.split import SplitParams, split

    split(project.root, SplitParams(**yaml.safe_load(project.params_file.read_text(encoding="utf-8"))["split"]))


def ids(project: Project) -> set[str]:
    return {
        each
        for name in ("train", "validation", "test")
        for each in tables.read_column(project.data / f"split/{name}.parquet", "id")
    }


def test_rows_are_drawn_from_test_by_label_the_same_each_time(staged_project: Project) -> None:
    told = freezing.draw(staged_project, 12)
    assert told["draft"]["rows"] == pytest.approx(12, abs=1)
    assert set(told["draft"]["labels"].values()) == {6}
    drawn = release_set.read(staged_project.root / freezing.DRAFT)
    assert {row.id for row in drawn} <= set(tables.read_column(staged_project.data / "split/test.parquet", "id"))
    assert freezing.draw(staged_project, 12) == told
    assert told["frozen"] is None


def test_a_frozen_set_leaves_the_splits_and_the_quarantine_tells(staged_project: Project) -> None:
    before = ids(staged_project)
    freezing.draw(staged_project, 12)
    made = freezing.freeze(staged_project, by="Li", reason="first release set")
    drawn = {row.id for row in release_set.load(staged_project.root, made.digest)}
    split_again(staged_project)
    assert ids(staged_project) == before - drawn
    refused = tables.read(staged_project.data / "quarantine/split.parquet")
    assert Counter(refused["rule"]) == {"in_release_set": len(drawn)}
    measured = tables.read_json(staged_project.data / "split/contamination.json")
    assert [(each["set"], each["rows"], each["exact"], each["near"]) for each in measured] == [
        ("release set", len(drawn), 0, 0)
    ]
    assert tables.read_json(staged_project.data / "split/certificate.json")["release_set"] == made.digest


def test_what_was_reviewed_is_what_is_frozen(staged_project: Project) -> None:
    freezing.draw(staged_project, 12)
    draft = staged_project.root / freezing.DRAFT
    lines = draft.read_text(encoding="utf-8").splitlines()
    corrected = json.loads(lines[0]) | {"label": "neutral"}
    draft.write_text("\n".join([*lines[2:], json.dumps(corrected)]), encoding="utf-8")
    made = freezing.freeze(staged_project, by="Li", reason="one was wrong")
    assert made.rows == len(lines) - 1
    assert made.labels["neutral"] == 1
    assert not draft.exists()
    told = freezing.status(staged_project)
    assert told["frozen"]["digest"] == made.digest
    assert [each["by"] for each in told["journal"]] == ["Li"]


def test_params_keep_their_comments_and_a_renewal_names_what_it_replaces(staged_project: Project) -> None:
    text = staged_project.params_file.read_text(encoding="utf-8")
    staged_project.params_file.write_text(f"# 注释\n{text}".replace("split:\n", "split: # shares\n"), encoding="utf-8")
    freezing.draw(staged_project, 12)
    first = freezing.freeze(staged_project, by="Li", reason="first")
    assert (first.replaces, freezing.status(staged_project)["draft"]) == ("", None)
    after = staged_project.params_file.read_text(encoding="utf-8")
    assert after.startswith("# 注释\n")
    assert "split: # shares\n" in after
    split_again(staged_project)
    freezing.draw(staged_project, 8)
    assert freezing.status(staged_project)["frozen"]["digest"] == first.digest
    second = freezing.freeze(staged_project, by="Li", reason="again")
    assert second.replaces == first.digest
    assert staged_project.params_file.read_text(encoding="utf-8") == after.replace(first.digest, second.digest)


def test_a_brought_set_is_cleaned_as_the_data_are(staged_project: Project, tmp_path: Path) -> None:
    train = tables.read(staged_project.data / "split/train.parquet")
    same = f"  {train['text'][0]}\u200b "
    file = write_csv(tmp_path / "mine.csv", [(same, "positive"), ("一句谁也没有写过的话", "negative")])
    assert freezing.bring(staged_project, file)["draft"]["rows"] == 2
    freezing.freeze(staged_project, by="Li", reason="ours")
    split_again(staged_project)
    assert train["id"][0] not in ids(staged_project)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("", "positive")], r"row 1 of mine.csv cannot be used"),
        ([("好的酒店值得再来", "")], r"row 1 of mine.csv cannot be used: no_label"),
        ([("好的酒店值得再来", "yes"), ("好的酒店值得再来", "no")], r"1 rows stand there twice"),
        ([], r"the release set is empty"),
    ],
)
def test_a_file_that_is_no_release_set_is_refused(
    staged_project: Project, tmp_path: Path, rows: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        freezing.bring(staged_project, write_csv(tmp_path / "mine.csv", rows))
    assert not (staged_project.root / freezing.DRAFT).exists()


def test_too_many_or_too_few_rows_cannot_be_drawn(staged_project: Project, project: Project) -> None:
    with pytest.raises(DataError, match=r"0 rows cannot be drawn"):
        freezing.draw(staged_project, 0)
    most = freezing.draw(staged_project, 10_000)["draft"]["labels"]
    test = Counter(tables.read_column(staged_project.data / "split/test.parquet", "label"))
    assert most == {label: count - freezing.LEFT for label, count in test.items()}
    with pytest.raises(DataError, match=r"has no prepared data; .*Run `daybreak data prepare`"):
        freezing.draw(Project(name="sample", root=project.root / "nowhere"), 10)


def test_nobody_freezes_without_a_draft_a_name_and_a_reason(staged_project: Project) -> None:
    with pytest.raises(DataError, match=r"there is no draft .*Run `daybreak data release draw`"):
        freezing.freeze(staged_project, by="Li", reason="x")
    freezing.draw(staged_project, 12)
    for by, reason, what in (("", "x", "name"), ("Li", " ", "reason")):
        with pytest.raises(DataError, match=f"the {what} is empty"):
            freezing.freeze(staged_project, by=by, reason=reason)


def test_params_that_cannot_hold_the_digest_leave_everything_as_it_was(staged_project: Project) -> None:
    freezing.draw(staged_project, 12)
    params = staged_project.params_file.read_text(encoding="utf-8").replace("split:\n", "split: {seed: 17}\nold:\n")
    staged_project.params_file.write_text(params, encoding="utf-8")
    with pytest.raises(Exception, match="params"):
        freezing.freeze(staged_project, by="Li", reason="x")
    assert staged_project.params_file.read_text(encoding="utf-8") == params
    assert not (staged_project.root / release_set.FILE).exists()
    assert (staged_project.root / freezing.DRAFT).exists()


def test_a_preparation_takes_the_set_out_for_good(staged_project: Project) -> None:
    """Rows of the set that come again the next night, or rows like them, stay out."""
    freezing.draw(staged_project, 12)
    made = freezing.freeze(staged_project, by="Li", reason="x")
    drawn = release_set.load(staged_project.root, made.digest)
    extra = [(f"{row.text}。", row.label) for row in drawn]
    rows = (staged_project.root / "rows.csv").read_text(encoding="utf-8")
    more = "".join(f'"{text}",{label}\n' for text, label in extra)
    (staged_project.root / "rows.csv").write_text(rows + more, encoding="utf-8")
    run_stages(staged_project.root)
    texts = {row.text for row in drawn}
    kept = {
        each
        for name in ("train", "validation", "test")
        for each in tables.read_column(staged_project.data / f"split/{name}.parquet", "text")
    }
    assert not kept & (texts | {text for text, _ in extra})
    rules = Counter(tables.read(staged_project.data / "quarantine/split.parquet")["rule"])
    assert rules["in_release_set"] == len(drawn)
    assert rules["near_release_set"] > 0


def test_what_rows_are_assessed_by_comes_to_every_split_and_to_the_release_set(project: Project) -> None:
    params = yaml.safe_load(project.params_file.read_text(encoding="utf-8"))
    params["ingest"]["slice_columns"] = ["region"]
    project.params_file.write_text(yaml.safe_dump(params), encoding="utf-8")
    regions = ("north", "south", "")
    lines = [f'"{text}",{label},{regions[row % 3]}' for row, (text, label) in enumerate(make_rows(300))]
    (project.root / "rows.csv").write_text("\n".join(["text,label,region", *lines]) + "\n", encoding="utf-8")
    run_stages(project.root)
    told = {f'{{"region": {each}}}' for each in ('"north"', '"south"', "null")}
    for name in ("train", "validation", "test"):
        assert set(tables.read_column(project.data / f"split/{name}.parquet", "slices")) == told
    freezing.draw(project, 12)
    assert {row.slices for row in release_set.read(project.root / freezing.DRAFT)} <= told
    (brought := project.root / "brought.csv").write_text(
        "text,label,region\n很好的书,positive,south\n", encoding="utf-8"
    )
    freezing.bring(project, brought)
    assert [row.slices for row in release_set.read(project.root / freezing.DRAFT)] == ['{"region": "south"}']
    report = tables.read_json(project.data / "describe/report.json")
    assert report["slices"] == {
        "groups": {"region": {"(missing)": 100, "north": 100, "south": 100}},
        "told_differently": 0,
    }


def test_rows_prepared_before_there_were_slices_can_be_drawn() -> None:
    row = freezing._row({"id": "a", "text": "好", "label": "positive", "identity": "i", "weight": 1})
    assert (row.id, row.slices, row.groups) == ("a", "", "")
