"""A person's day in the browser: start a night in Prefect's UI, read its gates, see the champion in MLflow's."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_shell import make_shell
from standing import PATIENCE_SECONDS, Standing, standing

chromium = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.xdist_group("stack"),
    pytest.mark.skipif(chromium is None, reason="no Chromium on this machine: install the package chromium"),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(make_shell(tmp_path_factory.mktemp("browser"))) as up:
        yield up


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """A page of the system's Chromium; what it shows last is kept as a picture, in DAYBREAK_PICTURES if that is set."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(180_000)
        yield page
        browser.close()


def picture(page: Any, name: str, tmp_path: Path) -> None:
    folder = Path(os.environ.get("DAYBREAK_PICTURES", tmp_path))
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 10_000


def submit(page: Any, tmp_path: Path) -> None:
    """Press Submit until the server takes the run: a busy SQLite answers 503, and whoever reads that asks again."""
    from playwright.sync_api import TimeoutError as Unanswered

    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with page.expect_response(lambda answer: "create_flow_run" in answer.url, timeout=60_000) as told:
                page.get_by_role("button", name="Submit").click()
        except Unanswered:
            picture(page, "unanswered", tmp_path)
            continue
        if told.value.ok:
            return
        assert told.value.status == 503, told.value.text()
    raise AssertionError(f"the form was not taken; the page says:\n{page.locator('body').inner_text()}")


def test_a_night_is_started_followed_and_read_in_the_browser(stack: Standing, page: Any, tmp_path: Path) -> None:
    ui = stack.prefect.removesuffix("/api")
    page.goto(f"{ui}/deployments")
    page.get_by_text("retrain-and-release").first.wait_for()
    picture(page, "deployments", tmp_path)

    page.get_by_role("link", name="daybreak").first.click()  # the first deployment of the file is the nightly one
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run").click()
    form = page.locator("textarea")
    form.nth(1).fill("training.epochs=3")
    assert form.nth(0).input_value() == "sample"
    assert page.get_by_text("settings that differ from params.yaml this once").is_visible()
    picture(page, "run-form", tmp_path)
    submit(page, tmp_path)

    (run,) = wait_for_runs(stack, 1)
    ended = stack.wait(run["id"])
    assert (ended["state_type"], ended["state_name"]) == ("COMPLETED", "Completed"), ended["state"]["message"]
    assert ended["name"].endswith("sample data 1")
    assert ended["parameters"]["overrides"] == "training.epochs=3"

    page.goto(f"{ui}/runs/flow-run/{run['id']}")
    page.get_by_text("Artifacts", exact=True).first.click()
    page.get_by_text("verdicts-sample").first.wait_for()
    picture(page, "artifacts", tmp_path)
    page.get_by_text("verdicts-sample").first.click()
    for gate in ("fairness", "latency", "parity", "quality", "toxicity"):
        page.get_by_text(gate, exact=True).first.wait_for()
    picture(page, "gates", tmp_path)


def test_the_summary_links_to_mlflow_and_mlflow_back(stack: Standing, page: Any, tmp_path: Path) -> None:
    record = stack.shell.json("runs", "show")
    assert record["status"] == "released", record["reason"]
    assert record["prefect"]["flow_run_url"].startswith("http://127.0.0.1:")

    page.goto(record["mlflow"]["run_url"])
    page.get_by_text("data version 1").first.wait_for()
    picture(page, "mlflow-run", tmp_path)
    page.get_by_role("link", name="Prefect run").first.wait_for()

    page.goto(f"{stack.addresses['mlflow']}/#/models/daybreak-sample")
    page.get_by_text("champion").first.wait_for()
    picture(page, "registry", tmp_path)


def wait_for_runs(stack: Standing, count: int) -> list[dict[str, Any]]:
    """The flow runs of the nightly deployment that are no longer scheduled for another day."""
    question = {"flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}}}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found: list[dict[str, Any]] = stack.ask("/flow_runs/filter", question)
        if len(found) >= count:
            return found
        time.sleep(0.5)
    raise AssertionError(f"{count} runs did not start: {stack.ask('/flow_runs/filter', {})}")
