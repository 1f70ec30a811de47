"""The `model` section."""

import pytest
from pydantic import ValidationError

from daybreak.recipes.params import ModelParams


def test_the_shipped_encoder_is_the_default() -> None:
    assert ModelParams() == ModelParams(recipe="classify", base="daybreak/zh-mini", revision=None, config={})


def test_sections_do_not_share_their_config() -> None:
    assert ModelParams().config is not ModelParams().config


@pytest.mark.parametrize("values", [{"bass": "scratch"}, {"config": {"hidden_size": [1]}}, {"revision": 3}])
def test_what_it_does_not_know_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelParams.model_validate(values)
