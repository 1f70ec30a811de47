"""What gates import stands in one place, and takes no time to import."""

import subprocess
import sys

from daybreak.gates import discover, statistics


def test_every_name_is_there_and_says_what_it_is() -> None:
    assert sorted(statistics.__all__, key=str.lower) == sorted(set(statistics.__all__), key=str.lower)
    silent = [name for name in statistics.__all__ if not (getattr(statistics, name).__doc__ or "").strip()]
    assert silent == []


def test_statistics_are_no_gate() -> None:
    assert not {"statistics", "anchor", "decision"} & set(discover())


def test_numpy_and_scipy_wait_until_they_are_asked() -> None:
    code = "import sys, daybreak.gates.statistics; print({'numpy', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "set()"
