"""What a new encoder begins from: pieces that repeat, embeddings that know company, a folder like any other base."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from daybreak import digests
from daybreak.recipes.params import ModelParams
from daybreak.training import foundation
from daybreak.training.bases import base, pretrained
from daybreak.training.foundation import Sizes

SMALL = Sizes(vocabulary=120, width=16, layers=1, heads=2, max_length=24)
TEXTS = [
    f"房间{word}，早餐{word}，服务{other}。{number}"
    for word in ("很好", "太差", "一般", "不错")
    for other in ("热情", "冷淡")
    for number in range(4)
]


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("laid")
    foundation.lay(TEXTS, SMALL, folder, 17)
    return folder


def test_it_is_a_base_like_any_other(laid: Path) -> None:
    loaded = pretrained.load(ModelParams(base=str(laid)), 24, lambda: [])
    assert loaded.tokenizer.mask_token_id == foundation.MASK
    assert loaded.pad_id == foundation.PAD
    assert loaded.network(0.0).config.hidden_size == 16
    assert len(base.resolve(ModelParams(base=str(laid))).weights_sha256) == 64


def test_with_the_same_tokenizer_the_weights_repeat(laid: Path, tmp_path: Path) -> None:
    shutil.copy(laid / "tokenizer.json", tmp_path)
    foundation.lay(TEXTS, SMALL, tmp_path, 17)
    for name in ("model.safetensors", "tokenizer.json"):
        assert digests.of_file(tmp_path / name) == digests.of_file(laid / name)


def test_words_that_stand_together_start_close_together() -> None:
    rng = np.random.default_rng(0)
    groups = [range(5, 25), range(25, 45)]
    sequences = [np.array([2, *rng.choice(groups[row % 2], 12), 3]) for row in range(400)]
    vectors = foundation.cooccurrence_embeddings(sequences, Sizes(vocabulary=45, width=8), 17)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T
    assert likeness[5:25, 5:25].mean() > likeness[5:25, 25:45].mean() + 0.3
    assert np.allclose(np.linalg.norm(vectors[5:], axis=1), 0.05 * math.sqrt(8), atol=1e-3)
