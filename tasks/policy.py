"""How any step of the night is run as a Prefect task: cached by content, retried only where that can help."""

from collections.abc import Callable
from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext

from daybreak.errors import BadInput, ReleaseError
from daybreak.night import Night
from daybreak.steps import Step

Define = Callable[..., Step[Any]]


def keyed_by(define: Define) -> Callable[[TaskRunContext, dict[str, Any]], str]:
    """Cache key of a task: the folder of the step it runs, so that a step's record lives and dies with its files."""

    def key(_context: TaskRunContext, arguments: dict[str, Any]) -> str:
        night: Night = arguments["night"]
        step = define(**arguments)
        result = night.store.folder(step) / "result.prefect"
        if night.store.find(step) is None:
            result.unlink(missing_ok=True)  # or Prefect would go on answering for files that are gone or cut short
        return result.relative_to(night.settings.home).as_posix()

    return key


def may_help(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry a broken step, but never bad input, which stays bad, nor a release that was denied."""
    return not isinstance(state.result(raise_on_failure=False), BadInput | ReleaseError)


def by_content(define: Define, *, minutes: float) -> dict[str, Any]:
    """Arguments of `@task` for a step: one retry where it may help, a timeout, and reuse by content."""
    return {
        "cache_key_fn": keyed_by(define),
        "persist_result": True,
        "retries": 1,
        "retry_delay_seconds": 2,
        "retry_condition_fn": may_help,
        "timeout_seconds": minutes * 60,
    }
