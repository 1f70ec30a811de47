"""Training grows or shrinks as it is told; what was made is told apart, and never comes near what judges."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from making import make_rows

from daybreak.data import tables
from daybreak.data.dedupe import DedupeParams, dedupe
from daybreak.data.near.similarity import jaccard
from daybreak.data.split import SplitParams, split
from daybreak.data.splitting.augmentation import AugmentParams
from daybreak.data.splitting.enlarging import Enlarged, enlarge, is_made

ROWS = make_rows(60)
PLAIN: dict[str, Any] = {"balance": "none", "augment": AugmentParams(), "seed": 17, "threshold": 0.8, "root": Path()}


def frame(rows: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"id": f"{place:016x}", "text": text, "label": label, "source": "rows.csv", "messages": "",
             "language": "zh", "train_only": False, "repeats": 3}
            for place, (text, label) in enumerate(rows)
        ]
    )  # fmt: skip


def made(found: Enlarged) -> pd.DataFrame:
    return found.train[is_made(found.train)]


def test_by_default_training_stays_as_it_is() -> None:
    found = enlarge(frame(ROWS), [], **PLAIN)
    assert found.train.equals(frame(ROWS))
    assert len(found.left_out) == 0


def test_rare_labels_are_repeated_under_ids_of_their_own() -> None:
    rows = [row for place, row in enumerate(ROWS) if row[1] == "positive" or place < 20]
    found = enlarge(frame(rows), [], **{**PLAIN, "balance": "oversample"})
    assert Counter(found.train["label"]) == {"positive": 30, "negative": 30}
    assert set(made(found)["source"]) == {"made:oversampled"}
    assert found.train["id"].is_unique
    assert set(made(found)["text"]) <= {text for text, label in rows if label == "negative"}


def test_frequent_labels_are_left_out_and_told() -> None:
    rows = [row for place, row in enumerate(ROWS) if row[1] == "positive" or place < 20]
    found = enlarge(frame(rows), [], **{**PLAIN, "balance": "undersample"})
    assert Counter(found.train["label"]) == {"positive": 10, "negative": 10}
    assert len(found.left_out) == 20
    assert not set(found.left_out["id"]) & set(found.train["id"])


def test_made_texts_keep_the_label_and_stay_in_training() -> None:
    found = made(enlarge(frame(ROWS), [], **{**PLAIN, "augment": AugmentParams(swap=1, delete=1)}))
    assert set(found["source"]) == {"made:swap", "made:delete"}
    assert found["train_only"].all()
    assert set(found["repeats"]) == {1}
    assert found["id"].is_unique
    assert not set(found["text"]) & {text for text, _ in ROWS}


def test_made_texts_that_come_near_what_judges_are_not_taken() -> None:
    params = {**PLAIN, "augment": AugmentParams(delete=1)}
    free = made(enlarge(frame(ROWS), [], **params))
    held = [free["text"].iloc[0], f"{free['text'].iloc[1]}！"]
    found = made(enlarge(frame(ROWS), held, **params))
    assert len(found) <= len(free) - 2
    assert max(jaccard(text, other) for text in found["text"] for other in held) < 0.8


def test_conversations_are_not_made_from() -> None:
    talk = frame(ROWS).assign(messages="[]")
    assert len(made(enlarge(talk, [], **{**PLAIN, "augment": AugmentParams(delete=1)}))) == 0


@pytest.mark.parametrize("balance", ["none", "oversample", "undersample"])
def test_through_the_stage_only_training_differs(cleaned: Any, balance: Any) -> None:
    rows = [row for place, row in enumerate(make_rows(400)) if row[1] == "positive" or place % 4 == 0]
    root = cleaned(rows)
    dedupe(root, DedupeParams())
    split(root, SplitParams())
    held = {name: (root / f"data/split/{name}.parquet").read_bytes() for name in ("validation", "test", "assignments")}
    split(root, SplitParams(balance=balance, augment=AugmentParams(swap=0.3)))
    assert held == {name: (root / f"data/split/{name}.parquet").read_bytes() for name in held}
    train = tables.read(root / "data/split/train.parquet")
    told = json.loads((root / "data/split/certificate.json").read_text(encoding="utf-8"))
    refused = tables.read(root / "data/quarantine/split.parquet")
    assert told["made"] == int(is_made(train).sum()) == sum(told["made_by"].values())
    assert len(train) - told["made"] + len(refused) == told["rows"]["train"]
    if balance != "none":
        assert len(set(Counter(train["label"]).values())) == 1
