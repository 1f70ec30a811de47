"""What two processes found, for every test of a way to spread; and the same in one process."""

from typing import Any

import pairing
import pytest


@pytest.fixture(scope="session")
def pair() -> dict[str, Any]:
    return pairing.run()


@pytest.fixture(scope="session")
def alone() -> dict[str, Any]:
    return pairing.curve(pairing.params())


@pytest.fixture(scope="session")
def alone_in_fp16() -> dict[str, Any]:
    return pairing.curve(pairing.params(precision="fp16"))
