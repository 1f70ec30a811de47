"""An encoder is registered and published, begins other trainings, and is the same again; nothing is done twice."""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from making import make_founder

from daybreak import night as steps
from daybreak import recording, reproducing, retention
from daybreak.night import Night, open_night
from daybreak.planning import Trained
from daybreak.recipes.params import ModelParams
from daybreak.records import RunRecord
from daybreak.tracking import Registry
from daybreak.training.bases import pretrained


class Made(NamedTuple):
    night: Night
    trained: Trained
    done: recording.Steps
    record: RunRecord


def work(night: Night) -> tuple[Trained, recording.Steps]:
    dataset = steps.prepare(night)
    done = {"prepare": dataset, "lay": night.store.run(steps.lay(night, dataset.value))}
    done["sweep"] = swept = night.store.run(steps.sweep(night, dataset.value))
    done["train"] = model = night.store.run(steps.train(night, dataset.value, swept.value))
    done["compare"] = compared = night.store.run(steps.compare(night, dataset.value, swept.value, model.value))
    done["publish"] = published = night.store.run(steps.publish(night, dataset.value, swept.value, model.value))
    trained = Trained(
        dataset=dataset.value,
        swept=swept.value,
        model=model.value,
        compared=compared.value,
        published=published.value,
    )
    return trained, done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    night = open_night(None, (), make_founder(tmp_path_factory.mktemp("founder") / "checkout").root)
    trained, done = work(night)
    return Made(night, trained, done, recording.conclude_training(night, trained, {}, steps=done))


def test_it_is_a_version_without_alias_and_held(made: Made) -> None:
    record, published = made.record, made.trained.published
    assert (record.status, record.released) == ("held", False)
    assert "registered as a base for other models" in record.reason
    assert record.model is not None
    assert published is not None
    assert (record.model.version, record.model.alias, record.model.sha256) == (1, None, published.sha256)
    registry = Registry(made.night.settings.mlflow)
    (version,) = registry.versions(made.night.project)
    assert (version.sha256, version.tags["kind"]) == (published.sha256, "encoder")
    assert registry.alias(made.night.project) is None
    assert record.metrics["perplexity"] < record.metrics["base_perplexity"]
    assert "perplexity" in Path(record.artifacts["report"]).read_text(encoding="utf-8")


def test_its_folder_is_a_base_for_others_and_has_its_card(made: Made) -> None:
    folder = Path(made.record.artifacts["model"])
    assert folder.parent == made.night.settings.models(made.night.project)
    assert "# sample" in (folder / "README.md").read_text(encoding="utf-8")
    base = pretrained.load(ModelParams(base=str(folder)), 48, list)
    assert (base.config.hidden_size, base.config.num_hidden_layers) == (32, 1)


def test_the_same_again_is_unchanged(made: Made) -> None:
    later = open_night(None, (), made.night.project.root)
    trained, done = work(later)
    record = recording.conclude_training(later, trained, {}, steps=done)
    assert (record.status, record.same_as) == ("unchanged", made.record.run_id)
    assert record.model == made.record.model
    assert set(record.reused) == {"prepare", "lay", "sweep", "train", "compare", "publish"}


def test_what_others_may_begin_from_is_never_removed(made: Made) -> None:
    folder = Path(made.record.artifacts["model"])
    aside = folder.with_name(f"{folder.name}.partial")
    aside.mkdir()
    for path in (aside, folder):
        os.utime(path, (time.time() - 10 * 86400,) * 2)
    for number in range(3):
        retained = made.night.params.retention.model_copy(update={"nights": 1})
        params = made.night.params.model_copy(update={"retention": retained})
        night = replace(made.night, run_id=f"later-{number}", params=params)
        recording.failed(night, "failed", "only so that time goes by", {})
    retention.clean(night, recording.open_ledger(night))
    assert folder.is_dir()
    assert not aside.exists()


def test_it_is_reproduced_from_what_was_laid_out(made: Made) -> None:
    found = reproducing.reproduce(made.night, made.record.run_id)
    assert found.identical, found.differences
    assert made.record.base is not None
    assert Path(made.record.base.source).is_dir()
