"""The part of a night whose model is not released: it is held against its base, and an encoder is published."""

from typing import Any

from daybreak.night import Night, founds, lays
from daybreak.planning import Trained
from daybreak.records import DatasetRef, RunRecord
from daybreak.steps import Done
from flows.opening import links
from tasks.training import compare, lay, publish, record_training, train
from tasks.tuning import sweep


def develop_unreleased(night: Night, dataset: Done[DatasetRef]) -> RunRecord:
    """Search, train, and hold the model against its untuned base; an encoder is published for others to begin from."""
    done: dict[str, Done[Any]] = {"prepare": dataset}
    if lays(night):
        done["lay"] = lay(night, dataset.value)
    swept = sweep(night, dataset.value)
    model = train(night, dataset.value, swept.value)
    compared = compare(night, dataset.value, swept.value, model.value)
    done |= {"sweep": swept, "train": model, "compare": compared}
    if founds(night):
        done["publish"] = publish(night, dataset.value, swept.value, model.value)
    trained = Trained(
        dataset=dataset.value,
        swept=swept.value,
        model=model.value,
        compared=compared.value,
        published=done["publish"].value if founds(night) else None,
    )
    return record_training(night, trained, done, links(night))
