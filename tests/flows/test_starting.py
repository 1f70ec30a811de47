"""Two nights of one project never run at once: the second waits a bounded while and names the first."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext

import pytest
from making import Finished

from daybreak import locks
from daybreak.errors import Busy
from daybreak.night import open_night
from flows.starting import run_night


def test_the_second_night_names_the_first(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_LOCK_WAIT_SECONDS", "0.2")
    night = open_night(None, (), finished.night.project.root)
    lock = night.settings.locks() / "sample.lock"
    held = locks.hold(lock, 1, "a night of project sample")
    with held, pytest.raises(Busy, match=f"process {os.getpid()} .*a night of project sample"):
        run_night(night, nullcontext())


def test_a_stricter_night_is_judged_on_a_server_of_its_own(finished: Finished) -> None:
    """Everything but the judgement is reused; the refusal reaches the caller as a record, and the server is gone."""
    script = """
import sys
from contextlib import nullcontext
from pathlib import Path
from daybreak.night import open_night
from daybreak.settings import QUIET, export_environment
from flows.starting import run_night
export_environment(QUIET)
night = open_night(None, ["gates.quality.min_accuracy=0.9999"], Path.cwd())
print(run_night(night, nullcontext()).model_dump_json())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=finished.night.project.root, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["status"] == "refused"
    assert {"prepare", "sweep", "train", "export", "evaluate"} == set(record["reused"])
    assert record["prefect"]["flow_run_id"]
    assert record["model"]["alias"] == "champion"
