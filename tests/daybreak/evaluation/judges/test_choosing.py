"""Which judge judges a language."""

import pytest

from daybreak.evaluation.judges import choosing
from daybreak.evaluation.judges.params import JudgeParams


@pytest.mark.parametrize("language", choosing.LANGUAGES)
def test_ours_judge_chinese_and_english(language: str) -> None:
    found = choosing.find(language, ())
    assert found is not None
    assert found.name == f"daybreak/{language}"
    assert found.errors is not None


def test_ours_may_be_named() -> None:
    found = choosing.find("zh", (JudgeParams(language="zh", source="daybreak/zh"),))
    assert found is not None
    assert found.name == "daybreak/zh"


@pytest.mark.parametrize("language", ["ja", "ko", "other", "none"])
def test_other_languages_have_none(language: str) -> None:
    assert choosing.find(language, ()) is None
