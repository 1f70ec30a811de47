"""Who may release: the sample, the schedule from a clean checkout of its ref, and whoever asks for it."""

import itertools

import pytest
from making import commit_all, make_project, run_git
from pydantic import ValidationError

from daybreak.authority import Origin, ReleaseParams, may_release, way_out
from daybreak.data.versioning.git import standing
from daybreak.records import Checkout, Project

CLEAN = Checkout(commit="a" * 40, ref_commit="a" * 40, changed=())
DIRTY = CLEAN.model_copy(update={"changed": ("params.yaml",)})
ELSEWHERE = CLEAN.model_copy(update={"commit": "b" * 40})
UNKNOWN = CLEAN.model_copy(update={"ref_commit": None})
ORIGINS: tuple[Origin, ...] = ("schedule", "deployment", "command")


@pytest.mark.parametrize(("origin", "checkout"), [*itertools.product(ORIGINS, (CLEAN, DIRTY, ELSEWHERE, UNKNOWN))])
def test_the_sample_always_releases(origin: Origin, checkout: Checkout) -> None:
    assert may_release("sample", origin, ReleaseParams(), checkout).allowed


def test_the_schedule_releases_from_a_clean_checkout_of_the_ref() -> None:
    assert may_release("hotels", "schedule", ReleaseParams(), CLEAN).model_dump() == {"allowed": True, "reason": ""}


@pytest.mark.parametrize(
    ("checkout", "reason"),
    [
        (DIRTY, "differs from its commit in params.yaml"),
        (ELSEWHERE, "stands on bbbbbbbbbb, not on main (aaaaaaaaaa)"),
        (UNKNOWN, "release.ref is main, which git does not know here"),
    ],
)
@pytest.mark.parametrize("asked", [False, True])
def test_elsewhere_the_schedule_does_not_and_says_why(checkout: Checkout, reason: str, asked: bool) -> None:
    decision = may_release("hotels", "schedule", ReleaseParams(), checkout, asked=asked)
    assert not decision.allowed
    assert reason in decision.reason


def test_every_fault_is_named_and_many_files_are_counted() -> None:
    both = ELSEWHERE.model_copy(update={"changed": tuple(f"{name}.py" for name in "abcde")})
    reason = may_release("hotels", "schedule", ReleaseParams(ref="v1"), both).reason
    assert "not on v1" in reason
    assert reason.endswith("a.py, b.py, c.py and 2 more")


@pytest.mark.parametrize("origin", ["deployment", "command"])
@pytest.mark.parametrize("checkout", [CLEAN, DIRTY, ELSEWHERE])
def test_a_run_by_hand_releases_only_if_asked(origin: Origin, checkout: Checkout) -> None:
    stopped = may_release("hotels", origin, ReleaseParams(), checkout)
    assert (stopped.allowed, stopped.reason) == (False, "it was started by hand, without --release")
    assert may_release("hotels", origin, ReleaseParams(), checkout, asked=True).allowed


def test_the_way_out_is_a_command() -> None:
    assert "daybreak model promote 7" in way_out(7)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("12h", 43200), ("2d", 172800)])
def test_a_timeout_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert ReleaseParams(approval_timeout=text).approval_seconds == seconds


@pytest.mark.parametrize("text", ["", "12", "h", "0h", "-1h", "1.5h", "12 hours"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="such as 12h"):
        ReleaseParams(approval_timeout=text)


def test_the_defaults_ask_nobody() -> None:
    params = ReleaseParams()
    assert (params.ref, params.approval, params.stale_after) == ("main", "none", 7)


def decide(project: Project, ref: str = "main") -> str:
    """What keeps a scheduled night of another project in this checkout from releasing, "" if nothing does."""
    return may_release("hotels", "schedule", ReleaseParams(ref=ref), standing(project.root, ref)).reason


def test_a_real_checkout_is_clean_after_what_nights_write(project: Project) -> None:
    make_project(project.root, name="hotels")
    for folder in (project.root, project.root / "projects" / "hotels"):
        (folder / "dvc.lock").write_text("changed", encoding="utf-8")
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "sources.yaml").write_text("changed", encoding="utf-8")
    (project.root / ".daybreak").mkdir()
    (project.root / ".daybreak" / "state").write_text("", encoding="utf-8")
    assert decide(project) == ""


@pytest.mark.parametrize("name", ["params.yaml", "新的.py", "platform/daybreak/gates/mine.py", "projects/x/dvc.yaml"])
def test_any_other_change_counts_and_is_named(project: Project, name: str) -> None:
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed: true\n", encoding="utf-8")
    assert decide(project) == f"the checkout differs from its commit in {name}"
    run_git(project.root, "add", "--all")
    assert name in decide(project)


def test_a_deleted_and_a_renamed_file_count(project: Project) -> None:
    run_git(project.root, "mv", "rows.csv", "lines.csv")
    assert standing(project.root, "main").changed == ("lines.csv", "rows.csv")


def test_the_ref_is_a_commit_and_not_a_name(project: Project) -> None:
    run_git(project.root, "tag", "v1")
    run_git(project.root, "checkout", "--quiet", "--detach")
    assert decide(project) == decide(project, "v1") == ""
    commit_all(project.root, "Go on")
    assert "not on main" in decide(project)
    run_git(project.root, "checkout", "--quiet", "main")
    assert decide(project) == ""


@pytest.mark.parametrize("ref", ["nowhere", "--all", "", "main:rows.csv"])
def test_a_ref_that_git_does_not_know(project: Project, ref: str) -> None:
    assert "which git does not know here" in decide(project, ref)
