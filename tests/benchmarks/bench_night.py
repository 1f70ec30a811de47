"""Where the seconds and the memory of a night on the sample go: a fresh clone, a night, and the same night again."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
DAYBREAK = str(Path(sys.executable).with_name("daybreak"))


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone of what is committed, without data, cache or state."""
    folder = tmp_path_factory.mktemp("bench") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-tags", str(ROOT), str(folder)], check=True)
    yield folder
    shutil.rmtree(folder)


class Watch:
    """Largest proportional set size of a process and all its descendants, sampled twice a second, in GiB."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.peak = psutil.Process(process.pid), 0.0
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    def _sample(self) -> None:
        while self.process.is_running():
            family = [self.process, *self._children()]
            self.peak = max(self.peak, sum(map(self._pss, family)) / 1024**3)
            time.sleep(0.5)

    def _children(self) -> list[psutil.Process]:
        try:
            return self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    @staticmethod
    def _pss(process: psutil.Process) -> float:
        try:
            return float(process.memory_full_info().pss)
        except psutil.Error:
            return 0.0


def night(folder: Path, *arguments: str) -> tuple[float, float, Any]:
    """Wall seconds, peak GiB and the record of `daybreak run` in a folder."""
    began = time.perf_counter()
    command = [DAYBREAK, "run", "--json", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env={**os.environ})
    watch = Watch(process)
    printed, _ = process.communicate()
    assert process.returncode == 0
    return time.perf_counter() - began, watch.peak, json.loads(printed)


def test_a_night_fits_five_minutes_and_five_gib(clone: Path) -> None:
    seconds, gib, record = night(clone)
    steps = {name: value for name, value in record["timings"].items() if name != "total"}
    print(f"\nfirst night {seconds:.0f} s, peak {gib:.1f} GiB, {record['status']}")
    for name, value in steps.items():
        print(f"  {name:<10} {value:6.1f} s")
    print(f"  {'the rest':<10} {seconds - sum(steps.values()):6.1f} s")
    print(f"  metrics {record['metrics']}")
    assert record["status"] == "released", record["reason"]


def test_again_takes_seconds(clone: Path) -> None:
    taken = [night(clone) for _ in range(3)]
    assert {record["status"] for _, _, record in taken} == {"unchanged"}
    print(f"\nno change: median {median(seconds for seconds, _, _ in taken):.1f} s of 3 (budget 10 s)")
