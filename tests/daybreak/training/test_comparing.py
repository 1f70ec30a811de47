"""A trained language model beside its base: it expects held-out rows better, and both say what they say every time."""

import json
from pathlib import Path

import pytest

from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import comparing, loop
from daybreak.training.params import TrainingParams


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def trained(
    tiny_dialogues: DatasetRef,
    tiny_writer: ModelParams,
    tiny_writing: TrainingParams,
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> ModelRef:
    training = tiny_writing.model_copy(update={"packing": True, "batch_size": 1, "epochs": 4})
    return loop.train(tiny_dialogues, tiny_writer, training, tmp_path_factory.mktemp("model"), cache=cache)


def test_a_trained_model_expects_more(  # noqa: PLR0917 - fixtures
    trained: ModelRef,
    tiny_dialogues: DatasetRef,
    tiny_writer: ModelParams,
    tiny_writing: TrainingParams,
    cache: Path,
    tmp_path: Path,
) -> None:
    said: list[tuple[float, str]] = []
    found = [
        comparing.compare(
            trained,
            tiny_dialogues,
            tiny_writer,
            tiny_writing,
            tmp_path / name,
            cache=cache,
            report=lambda *word: said.append(word),
        )
        for name in "ab"
    ]
    metrics = found[0].metrics
    assert set(metrics) == {"perplexity", "token_accuracy", "base_perplexity", "base_token_accuracy"}
    assert metrics["perplexity"] < 0.5 * metrics["base_perplexity"]
    assert metrics["token_accuracy"] > metrics["base_token_accuracy"] + 0.2
    assert found[0].digest == found[1].digest
    assert (found[0].artifact_sha256, found[0].dataset_digest) == (trained.sha256, tiny_dialogues.digest)
    assert [share for share, _ in said[:4]] == sorted(share for share, _ in said[:4])
    told = json.loads((found[0].path / comparing.FILE).read_text(encoding="utf-8"))
    assert told["rows"] == 60
    assert [example["id"] for example in told["examples"]] == [f"test-{number}" for number in range(5)]
    assert set(told["examples"][0]) == {"id", "asked", "reference", "before", "after"}
    assert told["examples"][0]["asked"].startswith("user: ")


def test_a_trained_folder_is_one_that_transformers_reads(trained: ModelRef) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from daybreak.recipes import generate

    theirs = AutoModelForCausalLM.from_pretrained(trained.path, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(trained.path)
    ids = tokenizer.apply_chat_template([{"role": "user", "content": "房间?"}], return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        ours = generate.load_model(trained)
        assert torch.equal(theirs(input_ids=ids).logits, ours(input_ids=ids).logits)
    assert trained.metrics["validation_perplexity"] > 1
