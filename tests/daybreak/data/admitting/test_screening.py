"""Each check holds what breaks its limit beyond doubt, says so in words, and lets through what may be chance."""

import random
import time
from collections import Counter
from collections.abc import Iterator

import pandas as pd
import pytest
from making import make_rows

from daybreak.data.admitting import screening
from daybreak.data.admitting.screening import AdmissionParams, Content, Pair, check_labels, look, screen, share_bounds
from daybreak.data.clean import CleanParams, clean_text
from daybreak.data.describing.yardstick import LastVersion, Opinion, Yardstick, measure

SHARES = {"positive": 0.5, "negative": 0.5}
ROWS = [(clean_text(text), label) for text, label in make_rows(300)]
OTHER = {"positive": "negative", "negative": "positive"}


def last_version() -> LastVersion:
    frame = pd.DataFrame(ROWS, columns=["text", "label"])
    return LastVersion(frame, frame.head(210), frame.tail(90))


def looked(pairs: list[Pair], last: LastVersion | None = None, asked: int = 2000) -> Content:
    return look(iter(pairs), last, cleaning=CleanParams(), asked=asked, seed=1)


def content(**fields: object) -> Content:
    told: dict[str, object] = {
        "rows": 100,
        "labels": Counter(positive=50, negative=50),
        "looked": 100,
        "unusable": 0,
        "contradicting": 0,
        "mix": Counter(positive=50, negative=50),
        "known": 0.0,
        "fresh": (),
    }
    return Content(**{**told, **fields})  # type: ignore[arg-type]


def verdict(pairs: list[Pair], params: AdmissionParams | None = None) -> dict[str, str]:
    """The checks that hold the batch, with their reasons."""
    last = last_version()
    found = looked(pairs, last)
    yardstick = measure(last, [text for text, _label in found.fresh]) if found.fresh else None
    findings = screen(found, last, yardstick, params or AdmissionParams())
    return {finding.check: finding.reason for finding in findings if finding.reason}


# -- a look --------------------------------------------------------------------------------------------------------


def test_a_look_counts_what_a_batch_brings() -> None:
    known = ROWS[0]
    pairs = [known, ("新的", "positive"), ("新的 ", "positive"), ("", "positive"), ("无", ""), ("\u200b", "negative")]
    found = looked(pairs, last_version())
    assert (found.rows, found.looked, found.unusable, found.contradicting) == (6, 6, 3, 0)
    assert found.labels == Counter({"positive": 2, known[1]: 1, "": 1}) + Counter(negative=1)
    assert found.mix == Counter(positive=1) + Counter({known[1]: 1})
    assert found.known == pytest.approx(1 / 3)
    assert found.fresh == (("新的", "positive"),)


def test_a_text_under_another_label_contradicts_within_and_with_the_last_version() -> None:
    text, label = ROWS[0]
    pairs = [(text, OTHER[label]), ("同", "positive"), ("同", "negative"), ("另", "positive")]
    found = looked(pairs, last_version())
    assert (found.contradicting, found.unusable) == (3, 3)
    assert found.fresh == (("另", "positive"),)


def test_a_repeated_row_counts_once() -> None:
    found = looked([("同", "positive")] * 50)
    assert (found.rows, found.mix, len(found.fresh), found.contradicting) == (50, Counter(positive=1), 1, 0)


def test_an_empty_batch_has_nothing_usable() -> None:
    found = looked([], last_version())
    assert found.rows == 0
    (held,) = (each for each in screen(found, last_version(), None, AdmissionParams()) if each.reason)
    assert held.reason == "none of its 0 rows has a text and a label"


def test_a_large_batch_is_judged_by_a_draw_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "SAMPLE", 1000)

    def rows() -> Iterator[Pair]:
        yield from ((f"text {number}", "positive" if number < 30_000 else "negative") for number in range(60_000))

    found = look(rows(), None, cleaning=CleanParams(), asked=200, seed=5)
    assert (found.rows, found.looked, len(found.fresh)) == (60_000, 1000, 200)
    assert found.labels == Counter(positive=30_000, negative=30_000)
    assert found.mix["positive"] == pytest.approx(500, abs=80)
    assert found == look(rows(), None, cleaning=CleanParams(), asked=200, seed=5)


def test_a_million_rows_take_bounded_time() -> None:
    pairs = ((f"房间{number}", "positive" if number % 2 else "negative") for number in range(1_000_000))
    began = time.process_time()
    assert look(pairs, None, cleaning=CleanParams(), asked=2000, seed=1).rows == 1_000_000
    assert time.process_time() - began < 120


# -- the checks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 50, 200])
def test_a_batch_like_the_last_version_is_not_held(size: int) -> None:
    assert verdict(make_rows(size, seed=99)) == {}


def test_swapped_labels_are_held_with_both_scores() -> None:
    pairs = [(text, OTHER[label]) for text, label in make_rows(60, seed=9)]
    held = verdict(pairs)
    assert held.keys() == {"agreement"}
    assert "agrees with 0 of 60 labels, and with 100% of those" in held["agreement"]


def test_known_rows_with_swapped_labels_are_held_as_contradictions() -> None:
    held = verdict([(text, OTHER[label]) for text, label in ROWS[:60]])
    assert "60 of 60 rows cannot be used, 60 of them because the same text stands under another" in held["unusable"]


def test_rows_that_are_known_already_are_fine() -> None:
    assert verdict(ROWS[:60]) == {}


def test_a_new_label_is_held_unless_allowed() -> None:
    pairs = [*make_rows(60, seed=9), ("不好不坏", "neutral")]
    assert "'neutral' (1 rows) are new; the last version has 'negative', 'positive'" in verdict(pairs)["labels"]
    assert verdict(pairs, AdmissionParams(allow_new_labels=True)) == {}


def test_several_labels_are_new_only_if_one_of_them_is() -> None:
    content = looked([("好", '["a", "b"]'), ("差", '["a", "c"]')])
    assert check_labels(content, {"a", '["b", "d"]'}, allowed=False).measured == 1


def test_one_label_alone_is_another_mix() -> None:
    pairs = [row for row in make_rows(200, seed=9) if row[1] == "positive"]
    assert "'positive' 100% instead of 50%" in verdict(pairs)["label_mix"]


def test_texts_of_another_kind_are_strange() -> None:
    pairs = [(f"quarterly tariff memo {number:05}", label) for number, (_text, label) in enumerate(make_rows(60))]
    assert "60 of 60 texts looked at are strange to the last version" in verdict(pairs)["strange"]


def test_rows_without_a_label_are_held() -> None:
    pairs = [(text, "" if place % 3 == 0 else label) for place, (text, label) in enumerate(make_rows(90, seed=9))]
    assert "30 of 90 rows cannot be used, 0 of them" in verdict(pairs)["unusable"]


@pytest.mark.parametrize(
    ("check", "limit"),
    [("unusable", "max_unusable"), ("label_mix", "max_label_shift"), ("agreement", "max_agreement_loss")],
)
def test_a_limit_of_one_never_holds(check: str, limit: str) -> None:
    pairs = [(text, "positive") for text, label in [*make_rows(60, seed=9), *[(f"坏{n}", "") for n in range(60)]]]
    pairs = [*pairs[:60], *[("", "")] * 60]
    assert check in verdict(pairs)
    assert check not in verdict(pairs, AdmissionParams(**{limit: 1.0}))


def test_without_a_last_version_only_the_rows_themselves_are_checked() -> None:
    findings = screen(looked([("好", "x"), ("差", "y")]), None, None, AdmissionParams())
    assert [finding.check for finding in findings] == ["rows", "unusable"]
    assert not any(finding.reason for finding in findings)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_too_few_rows_prove_nothing(rows: int) -> None:
    mix = Counter(["positive"] * rows)
    assert screening.check_label_mix(content(mix=mix), SHARES, 0.3).reason == ""
    assert screening.check_unusable(content(looked=rows, unusable=rows), 0.1).reason == ""


def test_the_more_rows_the_finer_the_label_mix_is_told_apart() -> None:
    held = {
        (rows, share): bool(
            screening.check_label_mix(
                content(mix=Counter(positive=round(rows * share), negative=rows - round(rows * share))), SHARES, 0.3
            ).reason
        )
        for rows in (20, 200, 10_000)
        for share in (0.75, 0.85, 0.95)
    }
    assert [key for key, is_held in held.items() if is_held] == [(200, 0.95), (10_000, 0.85), (10_000, 0.95)]


def test_the_mix_of_many_labels_is_corrected_for_looking_at_all_of_them() -> None:
    chance = random.Random(5)
    names = [f"label {number}" for number in range(300)]
    shares = dict.fromkeys(names, 1 / 300)
    for _ in range(20):
        mix = Counter(chance.choices(names, k=100))
        found = screening.check_label_mix(content(mix=mix), shares, 0.3)
        assert found.measured > 0.5, "by chance alone"
        assert found.reason == ""


def test_agreement_leaves_out_labels_that_the_last_version_lacks() -> None:
    yardstick = Yardstick({"a": Opinion("positive", False)}, 1.0)
    found = screening.check_agreement([("a", "neutral")] * 99, SHARES.keys(), yardstick, 0.15)
    assert (found.measured, found.reason) == (0.0, "")


def test_a_batch_exactly_at_a_limit_is_hardly_ever_held() -> None:
    chance = random.Random(3)
    held = 0
    for _ in range(2000):
        wrong = sum(chance.random() < 0.1 for _row in range(100))
        held += bool(screening.check_unusable(content(unusable=wrong), 0.1).reason)
    assert held <= 6


def test_bounds_are_clopper_pearsons() -> None:
    assert share_bounds(0, 50, 0.05) == pytest.approx((0.0, 1 - 0.05 ** (1 / 50)))
    assert share_bounds(50, 50, 0.05) == pytest.approx((0.05 ** (1 / 50), 1.0))
    assert share_bounds(0, 0) == (0.0, 1.0)
    low, high = share_bounds(15, 50, 1e-300)
    assert 0 <= low < 0.3 < high <= 1


def test_false_alarms_are_rare_on_generated_rows() -> None:
    last = last_version()
    batches = [make_rows(50, seed=1000 + number) for number in range(100)]
    contents = [looked(batch, last) for batch in batches]
    measured = measure(last, [text for found in contents for text, _label in found.fresh])
    held = [each for found in contents for each in screen(found, last, measured, AdmissionParams()) if each.reason]
    assert held == []
