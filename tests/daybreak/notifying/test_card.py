"""One card says what happened, to what, by which number, and where to look: in English and in Chinese alike."""

from datetime import timedelta

import pytest

from daybreak.notifying import Note, compose
from daybreak.notifying.card import _words
from daybreak.notifying.note import EVENTS, Kind


def test_an_english_card(news: Note) -> None:
    card = compose(news, "en")
    assert card.subject == "Daybreak · hotels: refused by the gate latency"
    assert card.body.splitlines() == [
        "A gate did not agree; the champion stays as it was.",
        "why: latency: too slow; quality: 效果变差 <&>",
        "champion: version 2, for 3 days",
        "latency: measured 61.5, limit 50",
        "report: /srv/daybreak/report.html",
        "look: http://127.0.0.1:4200/runs/flow-run/p1",
    ]


def test_a_chinese_card_says_the_same(news: Note) -> None:
    card = compose(news, "zh")
    assert card.subject == "Daybreak · hotels: 未发布：把关项 latency 未通过"
    assert "冠军模型: 第 2 版，上任 3 天" in card.body
    assert "latency: 测量值 61.5，门限 50" in card.body
    assert len(card.body.splitlines()) == len(compose(news, "en").body.splitlines())


def test_the_numbers_travel_as_numbers(news: Note) -> None:
    card = compose(news, "en")
    assert (card.event, card.kind, card.colour) == ("daybreak.release.refused", "refused", "red")
    assert (card.gate, card.measured, card.limit, card.bound) == ("latency", 61.5, 50.0, None)
    assert (card.version, card.champion_version, card.run_id) == (3, 2, "20261120-ab12")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", [*EVENTS, "test"])
def test_every_kind_has_its_words(news: Note, kind: Kind, language: str) -> None:
    bare = Note(kind=kind, project="hotels", at=news.at)
    for note in (bare, news.model_copy(update={"kind": kind, "count": 7})):
        card = compose(note, language)  # type: ignore[arg-type]
        assert card.subject.startswith("Daybreak · hotels: ")
        assert "{" not in card.subject + card.body
        assert card.body.splitlines()[0]


def test_both_languages_fill_in_the_same() -> None:
    import re

    for key, texts in _words().items():
        assert set(texts) == {"en", "zh"}, key
        fields = [set(re.findall(r"{(\w+)}", text)) for text in texts.values()]
        assert fields[0] == fields[1], key


def test_a_bound_that_decided_is_shown(news: Note) -> None:
    assert news.verdict is not None
    bound = news.model_copy(update={"verdict": news.verdict.model_copy(update={"bound": 55.0})})
    assert "latency: measured 61.5, limit 50, bound 55" in compose(bound, "en").body


@pytest.mark.parametrize(
    ("age", "told"),
    [(timedelta(minutes=5), "less than an hour"), (timedelta(hours=47), "47 h"), (timedelta(days=2), "2 days")],
)
def test_the_champions_age(news: Note, age: timedelta, told: str) -> None:
    assert news.champion is not None
    aged = news.model_copy(update={"champion": news.champion.model_copy(update={"at": news.at - age})})
    assert f"version 2, for {told}" in compose(aged, "en").body
    assert "champion: none yet" in compose(news.model_copy(update={"champion": None}), "en").body


def test_markup_is_for_the_eye_and_slack_gets_its_own(news: Note) -> None:
    card = compose(news, "en")
    assert "**champion**: version 2" in card.markdown
    assert "*champion*: version 2" in card.mrkdwn
    assert "效果变差 &lt;&amp;&gt;" in card.mrkdwn


def test_a_long_reason_is_cut_to_what_chats_take(news: Note) -> None:
    long = news.model_copy(update={"reason": "原因\n" * 4000, "project": "p" * 300})
    card = compose(long, "zh")
    assert len(card.subject) <= 120
    assert len(f"### {card.subject}\n{card.markdown}".encode()) <= 4096
    assert len(card.mrkdwn) <= 3000
    assert card.reason == long.reason


@pytest.mark.parametrize("kind", ["missed", "batch_held", "test"])
def test_news_that_is_not_of_models_says_nothing_of_the_champion(news: Note, kind: Kind) -> None:
    assert "champion" not in compose(Note(kind=kind, project="hotels", at=news.at), "en").body
