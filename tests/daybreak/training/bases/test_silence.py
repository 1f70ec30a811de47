"""Within the block transformers says nothing; behind it, what it said before."""

import pytest
from transformers.utils import logging

from daybreak.training.bases.silence import quiet


@pytest.mark.parametrize("bars", [True, False])
def test_transformers_is_silent_within_and_as_before_behind(bars: bool) -> None:
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    (logging.enable_progress_bar if bars else logging.disable_progress_bar)()
    try:
        with pytest.raises(ZeroDivisionError), quiet():
            assert logging.get_verbosity() == logging.ERROR
            assert not logging.is_progress_bar_enabled()
            raise ZeroDivisionError
        assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == (before[0], bars)
    finally:
        (logging.enable_progress_bar if before[1] else logging.disable_progress_bar)()
