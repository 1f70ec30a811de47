"""What the artifact expects of held-out answers, against torch and the recipe."""

import math
from typing import Any

import pandas as pd
import pytest

from daybreak.recipes import generate
from daybreak.records import DatasetRef, Measurements, ModelRef
from daybreak.training.feeding import tokens


def test_perplexity_is_the_recipes_own(told: Any, tiny_written: ModelRef, dialogues: DatasetRef) -> None:
    """Against torch and the recipe, one row at a time."""
    import numpy as np
    import torch
    from transformers import AutoTokenizer

    network = generate.load_model(tiny_written)
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_written.path)
    seen = []
    for each in generate.examples(tokens.read(dialogues.split("test")), (), tokenizer, 64):
        targets = torch.tensor([each.targets])
        with torch.inference_mode():
            logits = network(input_ids=torch.tensor([each.ids])).logits
        columns = (targets != -100)[0]
        seen.append(generate.observe(logits[:, columns], targets))
    wanted = generate.metrics(np.concatenate(seen), ())
    assert told("answers")["perplexity"] == pytest.approx(wanted["perplexity"], rel=5e-3), "INT8 ships"
    assert told("answers")["token_accuracy"] == pytest.approx(wanted["token_accuracy"], abs=0.02)


def test_a_row_is_a_line_of_the_table(measured: Measurements, told: Any) -> None:
    rows = pd.read_parquet(measured.path / "answers.parquet")
    assert len(rows) == told("answers")["rows"] == 60
    assert math.exp(rows["nats"].sum() / rows["tokens"].sum()) == pytest.approx(told("answers")["perplexity"])
    assert rows["answer"].notna().sum() == told("answers")["answered"]
    assert rows["chrf"].dropna().between(0, 1).all()
