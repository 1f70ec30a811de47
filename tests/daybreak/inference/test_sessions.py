"""A session runs where it was asked to, or not at all."""

import pytest

from daybreak import inference
from daybreak.errors import ModelError
from daybreak.inference import Predictor
from daybreak.records import ExportRef


@pytest.mark.parametrize("name", ["CUDAExecutionProvider", "NoSuchExecutionProvider"])
def test_a_provider_that_is_not_used_is_refused(exported: ExportRef, name: str) -> None:
    with pytest.raises(ModelError, match=name):
        Predictor(exported.int8.path, providers=(name,))
    with pytest.raises(ModelError, match=name):
        Predictor(exported.int8.path, providers=(name, inference.CPU))
