"""A frozen release set is the file of its digest, and neither its rows nor rows like them enter a split."""

import json
from pathlib import Path

import pandas as pd
import pytest

from daybreak import digests
from daybreak.data.held_out import release_set
from daybreak.data.held_out.release_set import ReleaseRow, entering, load, read, text
from daybreak.errors import DataError

WORDS = "这家酒店的房间很干净，早餐也不错，下次还会再来住的。"


def frozen(**fields: str) -> ReleaseRow:
    return ReleaseRow(**{"id": "r1", "text": WORDS, "label": "positive", "identity": "i1", **fields})


def rows(*texts: str, groups: str = "", identity: str = "") -> pd.DataFrame:
    return pd.DataFrame([{"text": each, "groups": groups, "identity": identity or each} for each in texts])


def put(root: Path, content: str) -> str:
    path = root / release_set.FILE
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return digests.of_file(path)


def test_what_is_written_is_read_again_in_the_order_of_ids(tmp_path: Path) -> None:
    some = (frozen(id="r2", identity="i2", text="另一句"), frozen())
    digest = put(tmp_path, text(some))
    assert load(tmp_path, digest) == tuple(reversed(some))
    assert text(reversed(some)) == text(some)


def test_an_altered_file_is_said(tmp_path: Path) -> None:
    digest = put(tmp_path, text([frozen()]))
    with (tmp_path / release_set.FILE).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    with pytest.raises(
        DataError, match=rf"was altered.*expected {digest[:12]}, as split.release_set .* says; Bring it"
    ):
        load(tmp_path, digest)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"rows.jsonl is missing; expected the one that was frozen as abc"):
        load(tmp_path, "abc")


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    put(tmp_path, text([frozen()]) + '{"id": "x"}\n')
    with pytest.raises(DataError, match=r"line 2 of .*rows.jsonl is no row"):
        read(tmp_path / release_set.FILE)


def test_the_same_words_and_near_duplicates_are_kept_out() -> None:
    told = entering(rows(WORDS, WORDS[:-1] + "！", "完全不同的另一句话", ""), [frozen()], 0.8)
    assert told["rule"].tolist() == ["in_release_set", "near_release_set"]
    assert told["detail"].tolist() == ["r1", "r1"]
    assert told["value"].tolist() == ["1.000", "0.920"]
    assert told.index.tolist() == [0, 1]


def test_the_same_identity_is_kept_out_whatever_the_text_became() -> None:
    assert entering(rows("<phone> 打这个电话", identity="i1"), [frozen()], 0.8)["rule"].tolist() == ["in_release_set"]


def test_a_group_of_the_set_is_kept_out() -> None:
    one = frozen(groups=json.dumps({"author": "李", "product": "7"}, ensure_ascii=False))
    told = entering(rows("完全不同", groups='{"author": "李", "product": "8"}'), [one], 0.8)
    assert told[["rule", "detail"]].to_numpy().tolist() == [["near_release_set", "author=李"]]
    assert len(entering(rows("完全不同", groups='{"author": "7"}'), [one], 0.8)) == 0


def test_without_a_set_nothing_is_kept_out() -> None:
    assert len(entering(rows(WORDS, "b"), [], 0.8)) == 0
