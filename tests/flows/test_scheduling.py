"""What the file declares for the sample is made for each project; keeping it is tested with the deployments."""

from flows.scheduling import of_projects

DECLARED = [{"cron": "0 2 * * *", "slug": "nightly-sample", "parameters": {"project": "sample", "missed_runs": "skip"}}]


def test_each_project_gets_a_schedule_in_the_machine_s_time_zone() -> None:
    made = of_projects(DECLARED, ["sample", "reviews"], "Asia/Shanghai")
    assert [(each.slug, each.parameters["project"]) for each in made] == [
        ("nightly-sample", "sample"),
        ("nightly-reviews", "reviews"),
    ]
    assert {each.parameters["missed_runs"] for each in made} == {"skip"}
    assert {(each.schedule.cron, each.schedule.timezone) for each in made} == {("0 2 * * *", "Asia/Shanghai")}
    assert all(each.active for each in made)


def test_a_flow_without_schedules_gets_none() -> None:
    assert of_projects([], ["sample"], "UTC") == []
