"""A project whose night is another flow by now takes its schedule along, as people left it."""

from typing import Any

from making import make_project, write_params
from prefect.client.orchestration import SyncPrefectClient

from daybreak.records import Project
from daybreak.settings import Settings
from flows.deploying import NAME, deploy
from flows.nightly import NIGHTLY


def edit(client: SyncPrefectClient, slug: str, change: dict[str, Any]) -> None:
    """What the UI sends when somebody edits or pauses a schedule."""
    deployment = client.read_deployment_by_name(NIGHTLY)
    (schedule,) = [each for each in deployment.schedules if each.slug == slug]
    client.request("PATCH", f"/deployments/{deployment.id}/schedules/{schedule.id}", json=change)


def test_a_schedule_moves_with_what_people_made_of_it(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    def found(flow: str) -> dict[str | None, tuple[str, bool, dict[str, Any]]]:
        read = client.read_deployment_by_name(f"{flow}/{NAME}").schedules
        return {each.slug: (each.schedule.cron, each.active, each.parameters) for each in read}

    one, two = (make_project(project.root, name=name) for name in ("one", "two"))
    deploy(settings, checkout=project.root)
    parameters = {"project": "one", "overrides": "training.seed=3", "require_release": True}
    edit(client, "nightly-one", {"schedule": {"cron": "30 4 * * *", "timezone": "UTC"}, "active": False})
    edit(client, "nightly-one", {"parameters": parameters})
    (gone,) = [each for each in client.read_deployment_by_name(NIGHTLY).schedules if each.slug == "nightly-two"]
    client.request("DELETE", f"/deployments/{client.read_deployment_by_name(NIGHTLY).id}/schedules/{gone.id}")
    for each in (one, two):
        write_params(each.root, {"model": {"recipe": "pretrain"}})
    deploy(settings, checkout=project.root)
    kept = {"project": "one", "overrides": "training.seed=3"}
    assert found("train-model") == {"nightly-one": ("30 4 * * *", False, kept)}, "it takes no require_release"
    assert set(found("retrain-and-release")) == {"nightly-sample"}
    write_params(one.root, {"model": {"recipe": "classify"}})
    deploy(settings, checkout=project.root)
    assert found("retrain-and-release")["nightly-one"] == ("30 4 * * *", False, kept)
    assert found("train-model") == {}
