"""What crosses the pipe arrives as it was."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from daybreak import errors
from daybreak.records import Trial
from daybreak.tuning.request import Request, Word


def test_a_request_survives_its_file(make_request: Callable[..., Request]) -> None:
    asked = make_request()
    assert Request.model_validate_json(asked.model_dump_json()) == asked


def _trial(log: str) -> Trial:
    config: dict[str, float | int | str] = {"learning_rate": 0.1 + 0.2, "model.base": "中文"}
    return Trial(number=1, config=config, score=1 / 3, history=((0.4, 1 / 3),), seconds=1.5, state="pruned", log=log)


def test_a_word_is_one_line_whatever_it_says() -> None:
    word = Word(share=0.5, note="第一行\nsecond line", trial=_trial("日志\nTraceback"))
    assert "\n" not in word.model_dump_json()
    assert Word.model_validate_json(word.model_dump_json()) == word


def test_an_error_can_be_raised_again_on_the_other_side() -> None:
    word = Word(error="StepFailed", arguments=("sweep: no luck", "a score", "Read sweep.log"))
    again = getattr(errors, word.error)(*word.arguments)
    assert str(again) == "sweep: no luck; expected a score; Read sweep.log."


def test_what_is_no_word_is_refused() -> None:
    with pytest.raises(ValidationError):
        Word.model_validate_json('{"shout": 1}')
