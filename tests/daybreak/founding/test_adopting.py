"""The model in production becomes the first champion, on the journal's word."""

import json
import shutil
from pathlib import Path

import pytest

from daybreak import inference, recording
from daybreak.errors import LostRace, ModelError
from daybreak.founding import adopt, found
from daybreak.night import Night, open_night
from daybreak.tracking import Registry

pytestmark = pytest.mark.slow  # several real preparations a test


@pytest.fixture
def night(checkout: Path, rows: Path, mlflow_template: Path) -> Night:
    """A new project on 600 rows, with nothing prepared."""
    found(checkout, "news", data=rows)
    (checkout / ".daybreak").mkdir()
    shutil.copyfile(mlflow_template, checkout / ".daybreak" / "mlflow.db")
    return open_night("news", (), checkout)


def test_it_is_measured_registered_and_champion(night: Night, classifier_folder: Path) -> None:
    adopted = adopt(night, classifier_folder, actor="Ada", reason="served since May")
    ledger = recording.open_ledger(night)
    champion = ledger.champion("news")
    assert champion is not None
    assert (champion.version, champion.data_version) == (1, 1)
    assert 0 <= adopted.metrics["accuracy"] <= 1
    (move,) = ledger.history("news")
    assert (move.kind, move.actor, move.reason, move.outcome) == ("adopt", "Ada", "served since May", "done")
    assert (move.from_version, move.to_version) == (None, 1)
    assert Registry(night.settings.mlflow).alias(night.project) == 1
    assert inference.digest(champion.artifact.path) == champion.sha256
    assert champion.artifact.path.parent == night.settings.models(night.project)
    assert inference.Predictor.of(champion.artifact).predict(["很好"]).labels[0] in ("negative", "positive")
    with pytest.raises(LostRace):
        adopt(night, classifier_folder, actor="Bob", reason="again")
    assert [path.name for path in night.settings.models(night.project).iterdir()] == [champion.sha256]


def test_labels_that_are_not_the_datas_are_named_on_both_sides(
    night: Night, classifier_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "numbered"
    shutil.copytree(classifier_folder, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="answers LABEL_0, LABEL_1; expected the data's negative, positive; Name the"):
        adopt(night, folder, actor="Ada", reason="served since May")
    assert recording.open_ledger(night).history("news") == []
    assert Registry(night.settings.mlflow).versions(night.project) == []
    assert list(night.settings.models(night.project).iterdir()) == []
