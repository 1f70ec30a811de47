"""A house with candidates to release, on SQLite or on both databases."""

from pathlib import Path

import pytest
from releases import House


@pytest.fixture
def house(tmp_path: Path, mlflow_url: str) -> House:
    return House(tmp_path, mlflow_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_house(request: pytest.FixtureRequest, tmp_path: Path, mlflow_url: str) -> House:
    """The same house on SQLite and on a real PostgreSQL server."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return House(tmp_path, mlflow_url, url)
