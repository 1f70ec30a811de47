"""A judge's entry in params.yaml."""

import pytest
from pydantic import ValidationError

from daybreak.evaluation.judges.params import JudgeParams
from daybreak.params import gates_section


def test_one_label_needs_no_brackets() -> None:
    assert JudgeParams.model_validate({"language": "en", "source": "x", "toxic": "hate"}).toxic == ("hate",)


@pytest.mark.parametrize("wrong", [{"threshold": 1.0}, {"source": ""}, {"toxic": []}, {"weights": "x"}])
def test_impossible_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        JudgeParams.model_validate({"language": "en", "source": "x", **wrong})


def test_it_stands_in_the_section_of_the_gate() -> None:
    section = gates_section().model_validate({"toxicity": {"judges": [{"language": "en", "source": "hatesonar"}]}})
    assert section.toxicity.judges[0].source == "hatesonar"  # type: ignore[attr-defined]
