"""What the laws look at: the checkout and its sources."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    roots = {"daybreak": ROOT / "platform", "tasks": ROOT, "flows": ROOT}
    found = {}
    for package, above in roots.items():
        for path in sorted((above / package).rglob("*.py")):
            parts = path.relative_to(above).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@pytest.fixture(scope="session")
def rooms(sources: dict[str, Path]) -> dict[str, Path]:
    """Only the modules of `daybreak`."""
    return {name: path for name, path in sources.items() if name.split(".")[0] == "daybreak"}
