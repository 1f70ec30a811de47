"""Sections of a YAML text change places; every other byte stays where it is."""

import pytest

from daybreak.data import sections
from daybreak.errors import ParamsError

TEXT = """# the top

ingest:                 # where from
  source: sample
  # within
  path: null

# about splits: 分割
split: {seed: 1}   # inline

model:
  base: scratch
"""
NAMES = ("ingest", "split", "clean")


def test_a_section_ends_before_the_margin() -> None:
    found = sections.take(TEXT, NAMES)
    assert found["ingest"] == "ingest:                 # where from\n  source: sample\n  # within\n  path: null\n"
    assert found["split"] == "split: {seed: 1}   # inline\n"
    assert found["clean"] is None


def test_other_bytes_stay() -> None:
    wanted = {"ingest": "ingest:\n  source: files\n", "split": "split:\n  seed: 2\n"}
    assert sections.replace(TEXT, wanted) == TEXT.replace(
        "ingest:                 # where from\n  source: sample\n  # within\n  path: null\n",
        "ingest:\n  source: files\n",
    ).replace("split: {seed: 1}   # inline\n", "split:\n  seed: 2\n")
    assert sections.replace(TEXT, sections.take(TEXT, NAMES)) == TEXT


@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip("\n"), TEXT.replace("\n", "\r\n"), f"\ufeff{TEXT}"])
def test_taking_out_and_putting_in_changes_nothing(text: str) -> None:
    assert sections.replace(text, sections.take(text, ("ingest", "split", "model"))) == text


def test_a_section_comes_and_goes() -> None:
    added = sections.replace("a: 1", {"clean": "clean: {}\n"})
    assert added == "a: 1\nclean: {}\n"
    assert sections.replace(added, {"clean": None}) == "a: 1\n"


def test_lists_and_quotes_in_the_margin_belong_to_their_section() -> None:
    text = 'a:\n- 1\n- 2\n"b": {\n  x: 1\n}\nc: 3\n'
    assert sections.take(text, ("a", "b")) == {"a": "a:\n- 1\n- 2\n", "b": '"b": {\n  x: 1\n}\n'}


def test_the_side_that_changed_wins() -> None:
    base: dict[str, str | None] = {"a": "1", "b": "1", "c": "1", "d": None}
    ours: dict[str, str | None] = {"a": "2", "b": "1", "c": "2", "d": None}
    theirs: dict[str, str | None] = {"a": "1", "b": "2", "c": "2", "d": "1"}
    assert sections.merge(base, ours, theirs) == {"a": "2", "b": "2", "c": "2", "d": "1"}
    with pytest.raises(ParamsError, match=r"^a was changed before and during the rollback; expected one of the two"):
        sections.merge(base, ours, {**theirs, "a": "3"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", r"params.yaml cannot be read"),
        ("- 1", r"params.yaml holds no sections"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        sections.take(text, NAMES)


def test_anchors_across_sections_are_refused() -> None:
    text = "ingest: {seed: &seed 1}\nmodel: {seed: *seed}\n"
    with pytest.raises(ParamsError, match=r"would not be YAML any more"):
        sections.replace(text, {"ingest": "ingest: {seed: 1}\n"})
    with pytest.raises(ParamsError, match=r"shares anchors between sections"):
        sections.replace(text, {"ingest": "ingest: {seed: &seed 2}\n"})
