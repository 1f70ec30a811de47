"""The shipped encoder's own training: what it may read, how it hides, and that the result loads and repeats."""

import hashlib
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from daybreak import digests
from daybreak.training import pretrain
from daybreak.training.pretrain import MASK, PAD, SPECIAL, Plan

TINY = Plan(steps=4, vocabulary=120, width=16, layers=1, heads=2, max_length=24, tokens=128)
REVIEWS = [
    f"房间{word}，早餐{word}，服务{other}。" for word in ("很好", "太差", "一般", "不错") for other in ("热情", "冷淡")
]
NEWS = [f"新华社{city}{day}月电，经济发展取得新成就" for city in ("北京", "上海", "广州") for day in range(1, 6)]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained")
    pretrain.pretrain(TINY, REVIEWS, NEWS, folder)
    return folder


def test_no_row_that_may_be_tested_on_is_read() -> None:
    reviews, news = pretrain.read_texts()
    assert len(reviews) > 12_000
    assert len(news) > 15_000
    remainders = {int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10 for text in reviews}
    assert remainders == set(range(7))


def test_the_result_is_a_transformers_model_in_half_precision(shipped: Path) -> None:
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    weights = load_file(shipped / "model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.float16}
    tokenizer = AutoTokenizer.from_pretrained(shipped)
    encoded = tokenizer(["房间很好", "服务太差，早餐一般"], padding=True, return_tensors="pt")
    states = AutoModel.from_pretrained(shipped)(**{name: encoded[name] for name in ("input_ids", "attention_mask")})
    assert states.last_hidden_state.shape[-1] == TINY.width
    assert tokenizer.cls_token_id == pretrain.CLS
    assert tokenizer.pad_token_id == PAD


def test_with_the_same_tokenizer_the_weights_repeat(shipped: Path, tmp_path: Path) -> None:
    shutil.copy(shipped / "tokenizer.json", tmp_path)
    pretrain.pretrain(TINY, REVIEWS, NEWS, tmp_path)
    assert digests.of_file(tmp_path / "model.safetensors") == digests.of_file(shipped / "model.safetensors")
    assert digests.of_file(tmp_path / "tokenizer.json") == digests.of_file(shipped / "tokenizer.json")


def test_a_fifth_of_the_real_tokens_is_hidden() -> None:
    torch.manual_seed(0)
    ids = torch.randint(len(SPECIAL), 100, (200, 100))
    ids[:, -10:] = PAD
    shown, hidden = pretrain.hide(ids, 100)
    assert not hidden[:, -10:].any()
    assert hidden[:, :-10].float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert (shown[hidden] == MASK).float().mean().item() == pytest.approx(0.8, abs=0.02)
    assert torch.equal(shown[~hidden], ids[~hidden])


def test_the_learning_rate_warms_up_and_fades() -> None:
    plan = Plan(steps=1000)
    rates = [pretrain.learning_rate_at(step, plan) for step in range(1, 1001)]
    assert rates[0] < rates[20] < rates[39]
    assert max(rates) == pytest.approx(plan.learning_rate, rel=0.01)
    assert rates[-1] == pytest.approx(0.02 * plan.learning_rate)


def test_words_that_stand_together_start_close_together() -> None:
    rng = np.random.default_rng(0)
    groups = [range(5, 25), range(25, 45)]
    sequences = [np.array([2, *rng.choice(groups[row % 2], 12), 3]) for row in range(400)]
    vectors = pretrain.cooccurrence_embeddings(sequences, Plan(steps=1, vocabulary=45, width=8))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T
    assert likeness[5:25, 5:25].mean() > likeness[5:25, 25:45].mean() + 0.3
    assert np.allclose(np.linalg.norm(vectors[5:], axis=1), 0.05 * math.sqrt(8), atol=1e-3)
