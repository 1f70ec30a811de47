"""A whole training: it learns, it is bit-identical, it says how it went."""

import json
from pathlib import Path

import pytest

from daybreak import digests
from daybreak.errors import ParamsError
from daybreak.recipes import classify
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import loop
from daybreak.training.params import TrainingParams


def _train(dataset: DatasetRef, model: ModelParams, training: TrainingParams, folder: Path, **rest: object) -> ModelRef:
    folder.mkdir()
    return loop.train(dataset, model, training, folder, cache=folder.parent / "cache", **rest)  # type: ignore[arg-type]


def _weights(ref: ModelRef) -> str:
    return digests.of_file(ref.path / "model.safetensors")


def test_learns_what_can_be_learned(tiny_trained: ModelRef) -> None:
    assert tiny_trained.metrics["validation_accuracy"] >= 0.9
    assert set(tiny_trained.metrics) == {"validation_loss", "validation_accuracy", "validation_macro_f1"}
    assert tiny_trained.labels == ("negative", "positive")


@pytest.mark.parametrize("threads", [1, 2])
def test_two_trainings_are_bit_identical(
    tiny_dataset: DatasetRef, tiny_base: Path, tiny_training: TrainingParams, tmp_path: Path, threads: int
) -> None:
    model = ModelParams(base=str(tiny_base))
    training = tiny_training.model_copy(update={"epochs": 1.2 / threads, "threads": threads})
    first, second = (_train(tiny_dataset, model, training, tmp_path / name) for name in "ab")
    assert _weights(first) == _weights(second)
    assert first.sha256 == second.sha256
    assert first.metrics == second.metrics


def test_another_seed_is_another_model(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    short = tiny_training.model_copy(update={"epochs": 0.5})
    first = _train(tiny_dataset, tiny_model, short, tmp_path / "a")
    second = _train(tiny_dataset, tiny_model, short.model_copy(update={"seed": 18}), tmp_path / "b")
    assert _weights(first) != _weights(second)
    assert second.seed == 18


def test_history_has_steps_and_an_epoch_entry_at_each_end(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    said: list[tuple[float, str]] = []
    training = tiny_training.model_copy(update={"epochs": 1.5})
    made = _train(tiny_dataset, tiny_model, training, tmp_path / "a", report=lambda *word: said.append(word))
    history = json.loads((made.path / loop.HISTORY).read_text("utf-8"))
    assert [entry["epoch"] for entry in history["epochs"]] == [1.0, 1.5]
    assert [entry["step"] for entry in history["steps"]] == list(range(1, 16))
    assert {"loss", "learning_rate", "gradient_norm", "tokens_per_second"} <= history["steps"][0].keys()
    assert history["epochs"][-1]["validation_accuracy"] == made.metrics["validation_accuracy"]
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert said[0][1].startswith("step 1 of 15, loss ")
    assert any("s left" in note for _, note in said)


def test_an_unknown_recipe_is_refused_first(
    tiny_dataset: DatasetRef, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    with pytest.raises(ParamsError, match=r"model\.recipe is 'regress'"):
        loop.train(tiny_dataset, ModelParams(recipe="regress"), tiny_training, tmp_path, cache=tmp_path)


@pytest.mark.parametrize("kind", ["distilbert", "roberta", "albert", "modernbert", "gpt2"])
def test_any_encoder_that_transformers_knows_can_be_the_base(
    tiny_dataset: DatasetRef, tiny_base: Path, tiny_training: TrainingParams, tmp_path: Path, kind: str
) -> None:
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 80}
    tokens = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3, "vocab_size": len(tokenizer)}
    config = AutoConfig.for_model(kind, **sizes, **tokens)
    AutoModel.from_config(config).save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    short = tiny_training.model_copy(update={"epochs": 0.2})
    made = _train(tiny_dataset, ModelParams(base=str(tmp_path / "base")), short, tmp_path / "made")
    ids = torch.randint(5, len(tokenizer), (2, 7))
    with torch.inference_mode():
        logits = classify.load_model(made)(ids, torch.ones_like(ids))
    assert logits.shape == (2, 2)
    assert logits.isfinite().all()
