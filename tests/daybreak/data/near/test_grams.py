"""Grams are counted as a plain loop would count them."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data.near import grams, similarity


def told(matrix: object, row: int) -> list[int]:
    """The counts of one row, without the names of the grams."""
    return sorted(np.asarray(matrix[[row]].data).tolist())  # type: ignore[index]


@given(st.lists(st.text(alphabet="ab好 ", max_size=9), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_counts_equal_a_plain_loop(texts: list[str]) -> None:
    matrix = grams.count_matrix([grams.code_points(text) for text in texts], (1, 2, 3))
    names = set()
    for row, text in enumerate(map(grams.normalise, texts)):
        counted = Counter(text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1))
        names |= set(counted)
        assert told(matrix, row) == sorted(counted.values())
    assert matrix.shape == (len(texts), len(names))


def test_columns_ascend_within_a_row() -> None:
    matrix = grams.count_matrix([grams.code_points("cabbage"), grams.code_points("bag")], (1, 2))
    for start, stop in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        row = matrix.indices[start:stop].tolist()
        assert row == sorted(set(row))


def test_short_texts_are_filled_up_to_a_gram_no_text_can_hold() -> None:
    assert grams.code_points("好", at_least=3).tolist() == [ord("好"), grams.PAST_UNICODE, grams.PAST_UNICODE]
    assert grams.code_points("好好好好", at_least=3).tolist() == [ord("好")] * 4
    assert grams.PAST_UNICODE > 0x10FFFF


def test_lengths_never_mix() -> None:
    matrix = grams.count_matrix([grams.code_points("a"), grams.code_points("aa"), grams.code_points("aaa")], (1, 2, 3))
    assert matrix.shape == (3, 3)
    assert [told(matrix, row) for row in range(3)] == [[1], [1, 2], [1, 2, 3]]


def test_normalising_folds_case_and_white_space() -> None:
    assert grams.normalise("  Great\t HOTEL\u3000好 ") == "great hotel 好"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12))
@settings(deadline=None)
def test_shingle_sets_are_the_sets_of_grams(texts: list[str]) -> None:
    """Each gram is told apart from all others, whatever characters it has and whichever text it stands in."""
    found = grams.shingle_sets(texts)
    for place, text in enumerate(texts):
        held = found.grams[found.starts[place] : found.starts[place + 1]].tolist()
        assert held == sorted(set(held))
        assert len(held) == len(similarity.shingles(text))
        for other in range(place):
            theirs = found.grams[found.starts[other] : found.starts[other + 1]].tolist()
            assert len({*held} & {*theirs}) == len(similarity.shingles(text) & similarity.shingles(texts[other]))


@given(st.lists(st.text(alphabet="aΣİ好 \n\t\x1c\x85\u2028\u3000\ud800", max_size=5), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_all_at_once_texts_are_what_they_are_one_by_one(texts: list[str]) -> None:
    points, lengths = grams.codes(texts)
    told = np.split(points, np.cumsum(lengths)[:-1])
    assert [each.tolist() for each in told] == [grams.code_points(text, at_least=3).tolist() for text in texts]


def test_white_space_is_what_python_splits_at() -> None:
    spaces = {code for code in range(0x110000) if chr(code).isspace()}
    assert {*np.flatnonzero(grams._is_space()).tolist()} == spaces


def test_every_character_of_unicode_still_fits() -> None:
    texts = ["".join(map(chr, range(start, start + 1000))) for start in range(0x10000, 0x10FC18, 1000)]
    found = grams.shingle_sets(texts)
    assert found.bits == 20
    assert found.sizes.tolist() == [len(similarity.shingles(text)) for text in texts]


def test_chunks_cover_everything_once() -> None:
    sizes = np.array([3, grams.CHUNK + 5, 1, 1, 1, grams.CHUNK])
    ranges = grams.chunks(sizes, most=2)
    assert [place for first, last in ranges for place in range(first, last)] == list(range(len(sizes)))
    assert max(last - first for first, last in ranges) == 2
