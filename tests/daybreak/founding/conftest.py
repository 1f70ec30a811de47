"""A checkout to found projects in, rows outside of it, and a classifier as transformers saves it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from making import CHECKOUT, NIGHT, commit_all, make_checkout, make_rows, write_csv

from daybreak.testing import tiny

TEXTS = ["房间很好", "服务很差，非常失望", "the room was dirty", "很满意"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A committed checkout with the product's own params.yaml and dvc.yaml, as a clone has them."""
    root = make_checkout(tmp_path / "checkout")
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(CHECKOUT / name, root / name)
    commit_all(root, "The sample")
    return root


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """600 rows in a file outside of the checkout."""
    return write_csv(tmp_path / "elsewhere" / "reviews.csv", make_rows(600))


@pytest.fixture(scope="session")
def classifier_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained BertForSequenceClassification, saved with its tokenizer and labels."""
    return save_classifier(tmp_path_factory.mktemp("classifier"), ("negative", "positive"))


def save_classifier(folder: Path, labels: tuple[str, ...]) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = tiny.make_tokenizer("".join(text for text, _ in make_rows(600)))
    sizes: dict[str, Any] = {**NIGHT["model"]["config"], "vocab_size": len(tokenizer)}
    torch.manual_seed(3)
    config = BertConfig(**sizes, pad_token_id=0, id2label=dict(enumerate(labels)), num_labels=len(labels))
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
