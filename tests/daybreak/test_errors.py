"""Errors speak to people: found, expected, and what mends it."""

import pytest

from daybreak.errors import BadInput, Busy, DaybreakError, LostRace, ReleaseError


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("no rows",), "no rows."),
        (("no rows", "at least 10"), "no rows; expected at least 10."),
        (("no rows", "", "Add rows"), "no rows; Add rows."),
        (("no rows", "at least 10", "Add rows."), "no rows; expected at least 10; Add rows."),
    ],
)
def test_an_error_is_one_sentence(parts: tuple[str, ...], sentence: str) -> None:
    assert str(DaybreakError(*parts)) == sentence


def test_chinese_passes_through() -> None:
    assert str(BadInput("第三列没有标签", "positive 或 negative")) == "第三列没有标签; expected positive 或 negative."


def test_what_the_user_can_mend_exits_with_two() -> None:
    assert (Busy("held").exit_code, LostRace("moved").exit_code) == (2, 1)


def test_a_release_that_failed_can_be_caught_as_one() -> None:
    with pytest.raises(ReleaseError):
        raise LostRace("version 4 was promoted meanwhile", "version 3", "Run daybreak run again")
