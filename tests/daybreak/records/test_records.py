"""The vocabulary is frozen, strict, and travels unharmed between processes."""

import inspect
import pickle

import pytest
from pydantic import ValidationError
from vocabulary import DATASET, artifact, verdict

from daybreak import records
from daybreak.records import Outcome, Project, Record

EVERY = [value for _, value in inspect.getmembers(records, inspect.isclass) if issubclass(value, Record)]


@pytest.mark.parametrize("record", EVERY, ids=lambda record: record.__name__)
def test_every_record_is_frozen_and_strict(record: type[Record]) -> None:
    assert record.model_config.get("frozen") is True
    assert record.model_config.get("extra") == "forbid"


def test_a_field_cannot_be_changed_or_invented() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DATASET.version = 4  # type: ignore[misc]
    with pytest.raises(ValidationError, match="not permitted"):
        Project.model_validate({"name": "sample", "root": ".", "colour": "red"})


@pytest.mark.parametrize(
    "record", [DATASET, verdict(), verdict(Outcome.INCONCLUSIVE, measured=None), artifact("onnx-int8")]
)
def test_records_survive_pickling_and_json(record: Record) -> None:
    assert pickle.loads(pickle.dumps(record)) == record
    assert type(record).model_validate_json(record.model_dump_json()) == record
