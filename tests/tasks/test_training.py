"""A model that is not released leaves all that a released one does, but for verdicts and a version."""

import json
from pathlib import Path

from making import make_writer

from daybreak import recording
from daybreak.night import open_night
from daybreak.planning import Trained
from daybreak.tracking.client import connect
from tasks import data, training, tuning


def test_a_training_whose_model_writes_leaves_record_results_page_and_mlflow_run(tmp_path: Path) -> None:
    night = open_night(None, (), make_writer(tmp_path / "checkout").root)
    prepared = data.prepare.fn(night)
    dataset = prepared.value
    assert dataset.labels == ()
    swept = tuning.sweep.fn(night, dataset)
    model = training.train.fn(night, dataset, swept.value)
    compared = training.compare.fn(night, dataset, swept.value, model.value)
    trained = Trained(dataset=dataset, swept=swept.value, model=model.value, compared=compared.value)
    done = {"prepare": prepared, "sweep": swept, "train": model, "compare": compared}
    record = training.record_training.fn(night, trained, done, {})
    assert (record.status, record.released, record.model) == ("held", False, None)
    assert record.metrics["perplexity"] < record.metrics["base_perplexity"]
    assert recording.open_ledger(night).run("sample", record.run_id) == record
    kept = json.loads((night.folder / recording.RESULTS).read_text(encoding="utf-8"))
    assert Trained.model_validate(kept) == trained
    page = Path(record.artifacts["report"]).read_text(encoding="utf-8")
    assert "untuned base" in page
    assert "未微调的基座" in page
    metrics = connect(night.settings.mlflow).get_run(record.mlflow["run_id"]).data.metrics
    assert metrics["perplexity"] == record.metrics["perplexity"]
    again = training.compare.fn(night, dataset, swept.value, model.value)
    assert again.at == compared.at
