"""params.yaml of the sample: every key is known, set and explained."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from daybreak.params import Params, known_keys, load_params

# Sections whose keys are the user's own: what is searched, labels, and the keys of another library's configuration.
FREE = {"tuning.space", "model.config", "gates.quality.critical"}


def leaves(tree: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted paths of all values; what lies below a free section counts as one value."""
    found: set[str] = set()
    for key, value in tree.items():
        path = f"{prefix}{key}"
        found |= leaves(value, f"{path}.") if isinstance(value, dict) and path not in FREE else {path}
    return found


def unexplained(text: str) -> list[str]:
    """Lines that set a value and carry no comment, neither beside them nor right above their block."""
    found, explained = [], False
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            explained = bool(line.strip())
        elif "#" in line:
            explained = True
        elif re.match(r"^\s+[\w-]+:\s*\S", line) and not explained:
            found.append(line.strip())
    return found


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "params.yaml").read_text(encoding="utf-8")


def test_the_file_is_valid(root: Path) -> None:
    load_params(root / "params.yaml")


def test_every_section_stands_in_the_file_in_the_order_of_the_story(text: str) -> None:
    assert list(yaml.safe_load(text)) == list(Params.model_fields)


def test_every_key_is_known_and_every_default_is_written_out(text: str) -> None:
    known = known_keys()
    expected = {key for key in known if not any(other.startswith(f"{key}.") for other in known)}
    assert leaves(yaml.safe_load(text)) == expected


def test_every_value_is_explained(text: str) -> None:
    assert unexplained(text) == []


def test_a_silent_value_is_seen() -> None:
    assert unexplained("training:\n  # of AdamW\n  rate: 1\n\n  seed: 17\n") == ["seed: 17"]
