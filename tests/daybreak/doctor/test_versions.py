"""Security floors, and versions that were seen to break something."""

import pytest

from daybreak.doctor import Patient, versions


def test_this_environment_is_safe(patient: Patient) -> None:
    assert [each for each in versions.check(patient) if not each.ok] == []


@pytest.mark.parametrize(
    ("name", "old", "good"),
    [
        ("mlflow", "3.14.9", "3.15"),
        ("ray", "2.53.0", "2.54.0"),
        ("prefect", "3.6.21", "3.6.22"),
        ("torch", "2.9.1+cu128", "2.13.0+cpu"),
        ("onnx", "1.20.1", "1.21.0"),
        ("sqlalchemy", "2.1.0", "2.0.58"),
        ("fastapi", "0.163.2", "0.150.0"),
        ("lightning", "2.6.3", "2.6.4"),
    ],
)
def test_each_bound_has_two_sides(name: str, old: str, good: str) -> None:
    wanted, why = versions.WANTED[name]
    found = versions.judge(name, old, wanted, why)
    assert found and not found.ok
    assert f"{name} {old} is installed, {wanted} is wanted: {why}" in found.found
    assert "make run" in found.remedy
    assert versions.judge(name, good, wanted, why) is None


def test_what_is_missing_is_a_fault_unless_nobody_needs_it() -> None:
    assert "ray is not installed" in versions.judge("ray", None, ">=2.54", "").found  # type: ignore[union-attr]
    assert versions.judge("lightning", None, "!=2.6.2", "") is None


@pytest.mark.parametrize(("found", "ok"), [("3.10.9", False), ("3.11.7", True), ("3.13.1", True), ("3.14.0", False)])
def test_python(found: str, ok: bool) -> None:
    assert versions._judge_python(found).ok is ok
