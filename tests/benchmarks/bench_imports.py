"""How long a command that reads params.yaml makes people wait, beside what Python and pydantic take alone."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
REPEATS = 7


def seconds(*args: str, status: int = 0) -> float:
    """Median wall time of a Python process of its own, in seconds."""
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        done = subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True)
        taken.append(time.perf_counter() - began)
        assert done.returncode == status, done.stderr.decode()
    return median(taken)


def test_reading_params_costs_little_more_than_pydantic() -> None:
    bare, pydantic, params = (
        seconds("-c", f"import {name}") for name in ("sys", "pydantic_settings, yaml", "daybreak.params")
    )
    print(f"\npython {bare:.2f} s, pydantic and yaml {pydantic:.2f} s, daybreak.params {params:.2f} s (budget +0.5 s)")
    assert params - bare < 3 * (pydantic - bare)


def test_a_wrong_key_is_named_at_once() -> None:
    bare = seconds("-c", "import sys")
    refused = seconds("-m", "flows", "run", "-p", "training.learning_rat=1", status=2)
    print(f"\npython {bare:.2f} s, a run refused for a wrong key {refused:.2f} s (budget 2 s)")
