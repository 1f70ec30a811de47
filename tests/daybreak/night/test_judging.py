"""Gates judge by the limits of the commit, or stricter ones."""

from pathlib import Path

from making import Finished, commit_all, write_params

from daybreak import night as steps
from daybreak.night import open_night
from daybreak.night.judging import loosened_by
from daybreak.records import Project


def test_looser_limits_than_the_commit_block_the_release(finished: Finished, tmp_path: Path) -> None:
    night = open_night(None, ["gates.quality.min_accuracy=0.1"], finished.night.project.root)
    verdicts = night.store.run(steps.judge(night, finished.results.evidence, None)).value.verdicts
    assert [verdict.code for verdict in verdicts if verdict.blocks] == ["limits_loosened"]
    assert "gates.quality.min_accuracy is 0.1, the commit says 0.5" in verdicts[0].reason


def test_an_uncommitted_loosening_in_the_file_blocks_too(project: Project) -> None:
    strict = {"gates": {"quality": {"min_accuracy": 0.9}}}
    write_params(project.root, strict)
    commit_all(project.root, "Strict")
    write_params(project.root, {"gates": {"quality": {"min_accuracy": 0.2}}})
    night = open_night(None, (), project.root)
    (reason,) = loosened_by(night)
    assert reason == "gates.quality.min_accuracy is 0.2, the commit says 0.9"
