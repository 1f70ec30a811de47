"""Gates judge by the limits of the commit, or stricter ones."""

import shutil
from pathlib import Path

import pytest
from making import Finished, commit_all, run_git, write_params

from daybreak import digests
from daybreak import night as steps
from daybreak.data.held_out.release_set import FILE, ReleaseRow, text
from daybreak.data.versioning import rollback, versions
from daybreak.errors import EvidenceMismatch
from daybreak.gates.judge import judge
from daybreak.night import open_night
from daybreak.night.judging import loosened_by
from daybreak.records import Project

PLUGIN = '''"""Always seen."""
from pydantic import Field
from daybreak.gates.base import GateParams
from daybreak.records import Verdict


class Params(GateParams):
    """Limits."""

    most: int = Field(default=7, description="times")


def check(evidence, params):
    """PASS."""
    seen = {"measured": 1, "limit": 1, "bound": 1, "samples": 1, "reason": f"Seen {params.most}."}
    return Verdict(gate="always", outcome="PASS", **seen)
'''


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


def test_a_rollback_of_the_data_does_not_bring_its_old_limits_back(project: Project) -> None:
    """The first data version was committed with a floor that nobody wants any more, and before rows were frozen."""
    rows = [ReleaseRow(id=name, text=f"发布集 {name}", label="positive", identity=name) for name in "ab"]
    (project.root / FILE).parent.mkdir(parents=True, exist_ok=True)
    (project.root / FILE).write_text(text(rows), encoding="utf-8")
    frozen = digests.of_file(project.root / FILE)
    write_params(project.root, {"gates": {"quality": {"min_accuracy": 0.2}}})
    commit_all(project.root, "Loose")
    first = versions.prepare(project)
    data = {"dedupe": {"threshold": 0.7, "near": "keep"}, "split": {"release_set": frozen}}
    write_params(project.root, {"gates": {"quality": {"min_accuracy": 0.9}}, **data})
    commit_all(project.root, "Strict")
    versions.prepare(project)
    rollback.rollback(project, first.version, reason="bad labels", actor="Li")
    night = open_night(None, (), project.root)
    assert night.params.gates.quality.min_accuracy == 0.9
    assert night.params.dedupe.threshold == 0.8
    assert loosened_by(night) == [f"split.release_set is none, the commit says {frozen[:12]}"]


def test_gates_whose_code_was_changed_block(project: Project) -> None:
    gate = project.root / "platform/daybreak/gates/quality.py"
    gate.parent.mkdir(parents=True)
    gate.write_text('"""As committed."""\n', encoding="utf-8")
    write_params(project.root, {})
    commit_all(project.root, "A gate")
    assert loosened_by(open_night(None, (), project.root)) == []
    gate.write_text('"""Passes everything."""\n', encoding="utf-8")
    assert loosened_by(open_night(None, (), project.root)) == ["the code of the gates differs from the commit"]


def test_a_rollback_by_hand_of_the_whole_file_blocks(project: Project) -> None:
    write_params(project.root, {"gates": {"quality": {"min_accuracy": 0.2}}})
    commit_all(project.root, "Loose")
    write_params(project.root, {"gates": {"quality": {"min_accuracy": 0.9}}})
    commit_all(project.root, "Strict")
    run_git(project.root, "checkout", "--quiet", "HEAD~1", "--", "params.yaml")
    assert loosened_by(open_night(None, (), project.root)) == ["gates.quality.min_accuracy is 0.2, the commit says 0.9"]


def test_a_gate_of_the_projects_own_is_of_the_commit_or_blocks(project: Project) -> None:
    plugin = project.plugins / "always.py"
    plugin.parent.mkdir()
    plugin.write_text(PLUGIN, encoding="utf-8")
    assert loosened_by(open_night(None, (), project.root)) == ["plugins/always.py differs from the commit"]
    commit_all(project.root, "A gate of our own")
    night = open_night(None, (), project.root)
    assert loosened_by(night) == []
    (plugin.parent / "words.txt").write_text("what it reads", encoding="utf-8")
    assert loosened_by(night) == ["plugins/ differs from the commit"]
    (plugin.parent / "words.txt").unlink()
    plugin.unlink()
    assert loosened_by(open_night(None, (), project.root)) == ["plugins/ differs from the commit"]


def test_a_gate_that_git_is_told_to_ignore_blocks(project: Project) -> None:
    project.plugins.mkdir()
    (project.plugins / "always.py").write_text(PLUGIN, encoding="utf-8")
    (project.plugins / ".gitignore").write_text("*\n", encoding="utf-8")
    assert loosened_by(open_night(None, (), project.root)) == ["plugins/always.py differs from the commit"]


def test_a_gate_of_the_projects_own_is_asked_and_its_code_is_part_of_the_step(
    finished: Finished, tmp_path: Path
) -> None:
    root, evidence = finished.night.project.root, finished.results.evidence
    before = steps.judge(open_night(None, (), root), evidence, None)
    plugin = root / "plugins" / "always.py"
    plugin.parent.mkdir()
    plugin.write_text(PLUGIN, encoding="utf-8")
    try:
        night = open_night(None, (), root)
        judged = steps.judge(night, evidence, None)
        assert judged.key != before.key
        verdicts = {verdict.gate: verdict for verdict in night.store.run(judged).value.verdicts}
        assert verdicts["always"].reason == "Seen 7."
        assert verdicts["limits"].blocks
        with pytest.raises(EvidenceMismatch, match="plugins/ changed while the night ran: always"):
            judge(evidence, finished.night.params.gates, tmp_path, None, plugins=root / "plugins")
    finally:
        shutil.rmtree(plugin.parent)
