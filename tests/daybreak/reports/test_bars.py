"""Bars follow what steps report."""

import pytest

from daybreak import progress
from daybreak.reports import bars


def test_each_step_gets_a_bar_with_its_note(capsys: pytest.CaptureFixture[str]) -> None:
    with bars.watching():
        progress.report("sweep", 0.5, "trial 3 of 6")
        progress.report("train", 1.0, "done")
    drawn = capsys.readouterr()
    assert drawn.out == ""
    assert "sweep" in drawn.err
    assert "trial 3 of 6" in drawn.err
    assert "100%" in drawn.err


def test_afterwards_nobody_draws(capsys: pytest.CaptureFixture[str]) -> None:
    with bars.watching():
        pass
    progress.report("train", 0.5, "late")
    assert "late" not in capsys.readouterr().err
