"""The gate that new projects begin from keeps the contract, and is shown with a test that runs."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pandas as pd
import pytest

from daybreak.founding import found, sure_mistakes
from daybreak.gates import plugins
from daybreak.params import load_params
from daybreak.records import Evidence, Outcome
from daybreak.testing.gate_contract import GateContract


class TestSureMistakes(GateContract):
    @pytest.fixture
    def gate(self) -> ModuleType:
        return sure_mistakes

    def test_sure_mistakes_fail_and_are_shown(self, evidence: Evidence) -> None:
        path = evidence.candidate.path / "predictions.parquet"
        answers = pd.read_parquet(path)
        answers["logit_positive"] *= 9
        answers["logit_negative"] *= 9
        answers.to_parquet(path)
        verdict = sure_mistakes.check(evidence, sure_mistakes.Params(max_share=0.05))
        assert verdict.outcome is Outcome.FAIL
        assert verdict.measured == 0.1
        assert len(verdict.details["examples"]) == 3


def test_it_sleeps_in_a_new_project_until_its_name_says_so(checkout: Path) -> None:
    project = found(checkout, "news")
    assert plugins.files(project.plugins) == []
    sleeping = project.plugins / "_sure_mistakes.py"
    sleeping.rename(project.plugins / "sure_mistakes.py")
    assert load_params(project.params_file).gates.sure_mistakes.max_share == 0.1


def test_the_test_that_its_readme_shows_passes(checkout: Path, tmp_path: Path) -> None:
    project = found(checkout, "news")
    (project.plugins / "_sure_mistakes.py").rename(project.plugins / "sure_mistakes.py")
    text = (project.plugins / "README.md").read_text(encoding="utf-8")
    shown = dedent(text[text.index('    """') :])
    test = project.plugins / "test_sure_mistakes.py"
    test.write_text(shown, encoding="utf-8")
    assert plugins.files(project.plugins) == [project.plugins / "sure_mistakes.py"]
    command = [sys.executable, "-m", "pytest", str(test), "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout
