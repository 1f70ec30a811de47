"""Every encoding that Chinese and English files come in is recognised, and a long line takes no long memory."""

import codecs
import gzip
import tracemalloc
from pathlib import Path

import pytest

from daybreak.data.reading import encoding
from daybreak.errors import DataError

TEXT = "text,label\n这家酒店很好，下次还会来。,positive\nThe room was dirty,negative\n"
TRADITIONAL = "text,label\n這家酒店的服務人員態度很好,positive\n"


def put(folder: Path, content: bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TEXT.encode(), "utf-8"),
        (b"text,label\nplain,yes\n", "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TRADITIONAL.encode("gb18030"), "gb18030"),
        ("好".encode("gb18030"), "gb18030"),
        (("a" * 3 * 2**20 + "\n很好\n").encode("gb18030"), "gb18030"),
        (TEXT.encode()[:-50], "utf-8"),
    ],
)
def test_the_encoding_is_detected(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = put(tmp_path, content, name)
    assert encoding.detect(path, name) == code
    if not content.endswith(TEXT.encode()[:-50]):
        assert "".join(encoding.lines(path, name, None, "")) == content.decode(code)


@pytest.mark.parametrize("code", ["big5", "shift_jis", "cp1252"])
def test_what_fits_nothing_is_said_with_the_first_byte(tmp_path: Path, code: str) -> None:
    texts = {
        "big5": "服務人員態度良好",
        "shift_jis": "これは日本語のテキストです",
        "cp1252": "déjà vu, élève, très naïve",
    }
    path = put(tmp_path, b"x" * 2 * 2**20 + texts[code].encode(code))
    with pytest.raises(DataError, match=r"a.csv is neither UTF-8 \(byte 209715\d is 0x[89a-f].\).*ingest.encoding"):
        encoding.detect(path, "a.csv")
    assert "".join(encoding.lines(path, "a.csv", code, "\n")).endswith(texts[code])


def test_a_character_across_two_chunks_is_no_misfit(tmp_path: Path) -> None:
    for before in range(4):
        content = b"x" * (encoding.CHUNK - before) + "好很好".encode()
        assert encoding.detect(put(tmp_path, content), "a.csv") == "utf-8"


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as stream:
        stream.write(b'{"text": "short", "label": "x"}\n')
        for _ in range(200):
            stream.write(b"x" * 2**20)
    tracemalloc.start()
    with pytest.raises(DataError, match=r"a.jsonl, line 2, has 16,777,216 characters or more; expected one row a line"):
        list(encoding.lines(path, "a.jsonl", None, "\n"))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 2**20
