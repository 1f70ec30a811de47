"""What a base expects of each row adds up to what it expects of all."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from transformers import AutoTokenizer

from daybreak import recipes
from daybreak.recipes import generate
from daybreak.recipes.decoders import chat
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import expecting, fitting
from daybreak.training.devices import CPU
from daybreak.training.feeding import tokens


def test_rows_add_up_and_stand_in_their_own_order(
    tiny_written: ModelRef, tiny_dialogues: DatasetRef, tmp_path: Path
) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_written.path)
    recipe = recipes.find("generate")
    split = tiny_dialogues.split("test")
    found = tokens.tokenise(split, recipe, (), tokenizer=tokenizer, max_length=64, cache=tmp_path)
    subject = fitting.Subject(found, np.arange(len(found)), tokenizer.pad_token_id)
    network = generate.load_model(tiny_written)
    rows = expecting.rows(network, recipe, subject, CPU)
    whole = fitting.measure(network, recipe, subject, ())
    assert np.exp(rows[:, 0].sum() / rows[:, 1].sum()) == pytest.approx(whole["perplexity"], rel=1e-5)
    expecting.write(rows, found, tokenizer, tmp_path / expecting.FILE)
    kept = pd.read_parquet(tmp_path / expecting.FILE)
    assert list(kept.columns) == ["id", "nats", "tokens", "right", "characters"]
    assert kept["id"].tolist() == [f"test-{place}" for place in range(60)]
    answers = [chat.turns(each, "r")[1]["content"] for each in pd.read_parquet(split)["messages"]]
    assert kept["characters"].tolist() == [len(answer) for answer in answers]
