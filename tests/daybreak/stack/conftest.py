"""A folder for the state of a small stack of real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stacking import Home

from daybreak import stack
from daybreak.stack import leftovers


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    stack.stop(made.stack)
    assert leftovers.marked(made.stack) == []
