"""A setting changes the keys of the steps that read it, and of no other."""

import pytest
from making import Finished

from daybreak import night as steps
from daybreak.night import open_night


@pytest.mark.parametrize(
    ("override", "names"),
    [
        ("training.seed=3", {"sweep", "train"}),
        ("tuning.seed=3", {"sweep"}),
        ("model.config.hidden_size=16", {"sweep", "train"}),
        ("training.epochs=5", {"train"}),  # how long a trial lasts is a setting of the sweep
        ("exporting.ship=onnx-fp32", {"export"}),
        ("gates.latency.max_ms_p95=1000", {"judge"}),
    ],
)
def test_a_setting_changes_the_keys_of_the_steps_that_read_it(
    finished: Finished, override: str, names: set[str]
) -> None:
    night, results = finished.night, finished.results
    other = open_night(None, [override], night.project.root)

    def keys(of: steps.Night) -> dict[str, str]:
        chain = (
            steps.sweep(of, results.dataset),
            steps.train(of, results.dataset, results.swept),
            steps.export(of, results.dataset, results.model),
            steps.measure(of, results.dataset, results.exported),
            steps.judge(of, results.evidence, None),
        )
        return {step.name: step.key for step in chain}

    before, after = keys(night), keys(other)
    assert {name for name in before if before[name] != after[name]} == names
