"""Every flow has its deployment with a run form that works, and what people change in the UI stays."""

import time
from typing import Any
from uuid import UUID

import yaml
from making import make_founder, make_project, write_params
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse

from daybreak.records import Project
from daybreak.settings import Settings
from flows import catalogue
from flows.deploying import DECLARED, NAME, deploy
from flows.nightly import NIGHTLY, active

NIGHTS = ("train-model", "retrain-and-release")
PLAIN = {"string", "integer", "number", "boolean"}


def nightly(client: SyncPrefectClient) -> DeploymentResponse:
    return client.read_deployment_by_name(NIGHTLY)


def edit(client: SyncPrefectClient, slug: str, change: dict[str, Any]) -> None:
    """What the UI sends when somebody edits or pauses a schedule."""
    deployment = nightly(client)
    (schedule,) = [each for each in deployment.schedules if each.slug == slug]
    client.request("PATCH", f"/deployments/{deployment.id}/schedules/{schedule.id}", json=change)


def schedules(client: SyncPrefectClient) -> dict[str | None, tuple[UUID, str, bool]]:
    return {each.slug: (each.id, each.schedule.cron, each.active) for each in nightly(client).schedules}


def test_each_flow_has_one_deployment(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    assert deploy(settings, checkout=project.root) == [f"{name}/{NAME}" for name in declared()]
    found = {client.read_flow(each.flow_id).name: each for each in client.read_deployments()}
    assert sorted(found) == sorted(catalogue.names())
    for name, deployment in found.items():
        assert (deployment.name, deployment.work_pool_name) == (NAME, NAME)
        assert deployment.entrypoint == catalogue.entrypoint(name)
        assert deployment.description
        assert deployment.tags
        assert deployment.job_variables["working_dir"] == str(project.root)
        assert deployment.job_variables["env"]["DAYBREAK_HOME"] == str(settings.home)


def declared() -> list[str]:
    return [each["flow_name"] for each in yaml.safe_load(DECLARED.read_text(encoding="utf-8"))["deployments"]]


def test_the_file_names_every_flow_once() -> None:
    assert sorted(declared()) == sorted(catalogue.names())


def test_every_run_form_is_complete(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    deploy(settings, checkout=project.root)
    for deployment in client.read_deployments():
        schema = deployment.parameter_openapi_schema
        assert not schema.get("definitions"), deployment.entrypoint
        assert "project" in schema["properties"]
        for name, found in schema["properties"].items():
            where = f"{deployment.entrypoint}: {name}"
            assert not {"$ref", "anyOf", "allOf", "oneOf", "properties"} & set(found), where
            assert found["type"] in PLAIN, where
            assert found["title"] and found["description"], where
            assert ("default" in found) != (name in schema.get("required", ())), where
            assert all(isinstance(each, str) for each in found.get("enum", ())), where


def test_the_contract_s_parameters_are_there(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    deploy(settings, checkout=project.root)
    forms = {
        client.read_flow(each.flow_id).name: each.parameter_openapi_schema["properties"]
        for each in client.read_deployments()
    }
    night = forms["retrain-and-release"]
    assert night["missed_runs"]["enum"] == ["skip", "latest", "all"]
    assert (night["overrides"]["default"], night["require_release"]["default"]) == ("", False)
    assert {"version", "reason"} <= set(forms["rollback-data"])
    assert (forms["rollback-model"]["to"]["default"], forms["rollback-model"]["to"]["type"]) == (0, "integer")
    assert {"reason", "actor"} <= set(forms["rollback-model"])
    assert forms["reproduce-run"]["run"]["type"] == "string"


def test_each_project_has_its_night(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    make_project(project.root, name="reviews")
    deploy(settings, checkout=project.root)
    found = {each.slug: each for each in nightly(client).schedules}
    assert set(found) == {"nightly-sample", "nightly-reviews"}
    for name in ("sample", "reviews"):
        schedule = found[f"nightly-{name}"]
        assert (schedule.schedule.cron, schedule.schedule.timezone) == ("0 2 * * *", "Asia/Shanghai")
        assert (schedule.parameters, schedule.active) == ({"project": name}, True)


def test_a_project_whose_models_are_not_released_has_the_night_that_trains(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    def slugs(flow: str) -> set[str | None]:
        return {each.slug for each in client.read_deployment_by_name(f"{flow}/{NAME}").schedules}

    talks = make_founder(project.root, name="talks")
    deploy(settings, checkout=project.root)
    assert slugs("retrain-and-release") == {"nightly-sample"}
    assert slugs("train-model") == {"nightly-talks"}
    (schedule,) = client.read_deployment_by_name(f"train-model/{NAME}").schedules
    assert schedule.parameters == {"project": "talks"}
    assert {each.parameters["project"] for each in active(client)} == {"sample", "talks"}
    for recipe, night, other in (("classify", "retrain-and-release", "train-model"), ("pretrain", *NIGHTS)):
        write_params(talks.root, {"model": {"recipe": recipe}})
        deploy(settings, checkout=project.root)
        assert "nightly-talks" in slugs(night)
        assert "nightly-talks" not in slugs(other)


def test_runs_are_scheduled_soon_after_and_by_the_project_s_parameters(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    deploy(settings, checkout=project.root)
    deadline = time.monotonic() + 90
    while not (runs := client.read_flow_runs()) and time.monotonic() < deadline:
        time.sleep(1)
    assert {run.state_name for run in runs} == {"Scheduled"}
    assert all(run.parameters["project"] == "sample" for run in runs)


def test_what_was_paused_or_edited_stays(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    make_project(project.root, name="reviews")
    deploy(settings, checkout=project.root)
    edit(client, "nightly-sample", {"active": False})
    edit(client, "nightly-reviews", {"schedule": {"cron": "30 4 * * 1-5", "timezone": "Asia/Shanghai"}})
    client.request("PATCH", f"/deployments/{nightly(client).id}", json={"parameters": {"missed_runs": "skip"}})
    before = schedules(client)
    assert before["nightly-sample"][2] is False
    assert before["nightly-reviews"][1] == "30 4 * * 1-5"
    deploy(settings, checkout=project.root)
    moved = Settings(home=settings.home.parent / "elsewhere", timezone="Asia/Shanghai")
    deploy(moved, checkout=project.root)  # the deployment itself is brought up to date, which is another request
    assert schedules(client) == before
    found = nightly(client)
    assert found.parameters == {"missed_runs": "skip"}
    assert found.job_variables["env"]["DAYBREAK_HOME"] == str(moved.home)


def test_a_schedule_of_somebody_s_own_stays(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    """The UI gives no slug to the schedules it makes, which Prefect's own update of a deployment treats otherwise."""
    deploy(settings, checkout=project.root)
    own = {"schedule": {"cron": "0 12 * * *", "timezone": "UTC"}, "active": True}
    client.request("POST", f"/deployments/{nightly(client).id}/schedules", json=[own])
    before = schedules(client)
    deploy(Settings(home=settings.home.parent / "elsewhere"), checkout=project.root)
    assert schedules(client) == before
    assert set(before) == {None, "nightly-sample"}


def test_a_deleted_schedule_stays_deleted_and_a_new_project_gets_its_own(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    deploy(settings, checkout=project.root)
    deployment = nightly(client)
    client.request("DELETE", f"/deployments/{deployment.id}/schedules/{deployment.schedules[0].id}")
    deploy(settings, checkout=project.root)
    assert schedules(client) == {}
    make_project(project.root, name="reviews")
    deploy(settings, checkout=project.root)
    assert set(schedules(client)) == {"nightly-reviews"}


def test_a_reset_puts_the_schedules_back(client: SyncPrefectClient, settings: Settings, project: Project) -> None:
    make_project(project.root, name="reviews")
    deploy(settings, checkout=project.root)
    edit(client, "nightly-sample", {"active": False, "schedule": {"cron": "30 4 * * *", "timezone": "UTC"}})
    deployment = nightly(client)
    (gone,) = [each for each in deployment.schedules if each.slug == "nightly-reviews"]
    client.request("DELETE", f"/deployments/{deployment.id}/schedules/{gone.id}")
    deploy(settings, reset_schedules=True, checkout=project.root)
    assert {slug: found[1:] for slug, found in schedules(client).items()} == {
        "nightly-sample": ("0 2 * * *", True),
        "nightly-reviews": ("0 2 * * *", True),
    }


def test_a_deployment_that_was_deleted_comes_back_with_its_night(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    deploy(settings, checkout=project.root)
    client.delete_deployment(nightly(client).id)
    deploy(settings, checkout=project.root)
    assert set(schedules(client)) == {"nightly-sample"}


def test_a_pool_in_use_is_never_overwritten_and_a_deleted_one_comes_back(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    deploy(settings, checkout=project.root)
    client.request("PATCH", f"/work_pools/{NAME}", json={"concurrency_limit": 3, "description": "ours"})
    deploy(settings, checkout=project.root)
    kept = client.read_work_pool(NAME)
    assert (kept.concurrency_limit, kept.description, kept.type) == (3, "ours", "process")
    client.delete_work_pool(NAME)
    deploy(settings, checkout=project.root)
    assert nightly(client).work_pool_name == NAME
    assert client.read_work_queue_by_name("nights", work_pool_name=NAME).concurrency_limit


def test_deploying_again_changes_nothing_and_keeps_what_is_scheduled(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    deploy(settings, checkout=project.root)
    before = {each.id: each.updated for each in client.read_deployments()}
    deploy(settings, checkout=project.root)
    assert {each.id: each.updated for each in client.read_deployments()} == before
