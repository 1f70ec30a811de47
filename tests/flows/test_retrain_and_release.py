"""The flow's form in the Prefect UI stays usable, and its text stays a sentence."""

import inspect

from flows.retrain_and_release import retrain_and_release


def test_parameters_are_flat_and_described() -> None:
    schema = retrain_and_release.parameters.model_dump()
    assert {"project", "overrides", "require_release"} <= schema["properties"].keys()
    for name, described in schema["properties"].items():
        assert described["type"] in ("string", "integer", "number", "boolean"), name
        assert described["description"], name
        assert "default" in described, name
    assert not schema["definitions"]


def test_it_has_the_name_that_people_look_for() -> None:
    assert retrain_and_release.name == "retrain-and-release"


def test_it_fits_on_a_screen() -> None:
    assert len(inspect.getsource(retrain_and_release.fn).splitlines()) <= 60


def test_a_night_that_breaks_off_is_noted() -> None:
    for hooks in ("on_failure_hooks", "on_crashed_hooks", "on_cancellation_hooks"):
        assert len(getattr(retrain_and_release, hooks)) == 1
