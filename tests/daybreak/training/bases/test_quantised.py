"""A base in few bits needs weights that somebody trained; what needs a GPU is refused in test_assembling."""

import pytest

from daybreak.errors import ModelError
from daybreak.training.bases import quantised, scratch


@pytest.mark.parametrize("bits", [4, 8])
def test_a_base_from_scratch_has_nothing_to_keep(bits: int) -> None:
    config, _ = scratch.begin({"num_hidden_layers": 1}, lambda: ["很好 很差"] * 2, "decoder")
    with pytest.raises(ModelError, match=r"model\.base is scratch.*expected a trained base"):
        quantised.load(None, "decoder", config, bits, None)
