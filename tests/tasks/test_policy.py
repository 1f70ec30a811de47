"""Tasks are cached by content, beside the step they ran, and retried only where that can help."""

from typing import Any

import pytest
from making import Finished
from prefect.states import Failed

from daybreak import night as steps
from daybreak.errors import BadInput, DataError, StepFailed
from tasks.policy import by_content, keyed_by, may_help


def test_the_cache_key_is_the_step_s_own_folder(finished: Finished) -> None:
    night, results = finished.night, finished.results
    arguments = {"night": night, "dataset": results.dataset, "swept": results.swept}
    key = keyed_by(steps.train)(None, arguments)  # type: ignore[arg-type]
    folder = night.settings.home / key
    assert folder.parent == night.store.folder(steps.train(**arguments))
    assert folder.parent.is_dir()


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (StepFailed("train broke"), True),
        (OSError("disk"), True),
        (BadInput("wrong"), False),
        (DataError("gone"), False),
    ],
)
def test_bad_input_is_not_tried_again(error: Exception, again: bool) -> None:
    unused: Any = None
    assert may_help(unused, unused, Failed(data=error)) is again


def test_every_step_has_a_timeout_and_one_retry() -> None:
    options = by_content(steps.export, minutes=2)
    assert (options["timeout_seconds"], options["retries"], options["persist_result"]) == (120, 1, True)


def test_a_damaged_step_is_not_answered_from_the_cache(finished: Finished) -> None:
    night, results = finished.night, finished.results
    arguments = {"night": night, "dataset": results.dataset, "swept": results.swept}
    folder = night.store.folder(steps.train(**arguments))
    cached = folder / "result.prefect"
    cached.write_text("{}", encoding="utf-8")
    history = folder / "history.json"
    kept = history.read_bytes()
    try:
        keyed_by(steps.train)(None, arguments)  # type: ignore[arg-type]
        assert cached.exists()
        history.write_bytes(kept[:10])
        keyed_by(steps.train)(None, arguments)  # type: ignore[arg-type]
        assert not cached.exists()
    finally:
        history.write_bytes(kept)
        cached.unlink(missing_ok=True)
