"""An encoder of one's own: what it may read, that it learns, loads, repeats, goes on when killed, and has its card."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from daybreak import digests
from daybreak.errors import DataError, ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import foundation, loop, pretrain
from daybreak.training.foundation import Sizes
from daybreak.training.params import TrainingParams
from daybreak.training.pretrain import Plan

TINY = Plan(
    name="own/tiny",
    epochs=6,
    batch_size=8,
    learning_rate=5e-3,
    sizes=Sizes(vocabulary=120, width=16, layers=1, heads=2, max_length=24),
)
TEXTS = [
    f"房间{word}，早餐{word}，服务{other}。" for word in ("很好", "太差", "一般", "不错") for other in ("热情", "冷淡")
] + [f"新华社{city}{day}月电，经济发展取得新成就" for city in ("北京", "上海", "广州") for day in range(1, 13)]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained") / "encoder"
    pretrain.pretrain(TINY, TEXTS, folder)
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
    assert states.last_hidden_state.shape[-1] == 16
    assert (tokenizer.cls_token_id, tokenizer.pad_token_id) == (foundation.CLS, foundation.PAD)


def test_it_learns_to_guess(shipped: Path) -> None:
    epochs = json.loads((shipped / loop.HISTORY).read_text("utf-8"))["epochs"]
    assert epochs[-1]["validation_perplexity"] < 0.8 * epochs[0]["validation_perplexity"]


def test_its_card_says_what_it_read_and_its_digests(shipped: Path) -> None:
    text = (shipped / "README.md").read_text("utf-8")
    assert text.startswith("---\nlibrary_name: transformers\n")
    assert "# own/tiny" in text
    assert digests.of_file(shipped / "model.safetensors") in text
    assert digests.of_file(shipped / "tokenizer.json") in text
    assert "掩码语言模型" in text


def test_with_the_same_tokenizer_the_weights_repeat_and_nothing_is_left_beside(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    shutil.copy(shipped / "tokenizer.json", tmp_path / "again")
    pretrain.pretrain(TINY, TEXTS, tmp_path / "again")
    assert digests.of_file(tmp_path / "again" / "model.safetensors") == digests.of_file(shipped / "model.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_a_killed_one_goes_on_with_the_tokenizer_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def killed(share: float, note: str) -> None:
        if note.startswith("epoch 2:"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain.pretrain(TINY, TEXTS, tmp_path / "own", killed)
    (kept,) = (tmp_path / ".own.work").glob("*/base/tokenizer.json")
    before = digests.of_file(kept)
    monkeypatch.setattr(foundation, "train_tokenizer", None)
    pretrain.pretrain(TINY, TEXTS, tmp_path / "own", lambda share, note: said.append(note))
    assert said[0].startswith("goes on from the checkpoint at step ")
    assert digests.of_file(tmp_path / "own" / "tokenizer.json") == before


def test_another_plan_does_not_go_on_with_what_was_killed(tmp_path: Path) -> None:
    said: list[str] = []

    def killed(share: float, note: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain.pretrain(TINY, TEXTS, tmp_path / "own", killed)
    wider = replace(TINY, epochs=1, sizes=replace(TINY.sizes, width=32))
    pretrain.pretrain(wider, TEXTS, tmp_path / "own", lambda share, note: said.append(note))
    assert not said[0].startswith("goes on")
    assert json.loads((tmp_path / "own" / "config.json").read_text("utf-8"))["hidden_size"] == 32
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_later_one_goes_on_from_what_was_learned(shipped: Path, tmp_path: Path) -> None:
    later = Plan("own/later", epochs=1, batch_size=8, learning_rate=1e-3, begun=shipped)
    pretrain.pretrain(later, TEXTS, tmp_path / "later")
    before, after = (digests.of_file(folder / "tokenizer.json") for folder in (shipped, tmp_path / "later"))
    assert before == after
    text = (tmp_path / "later" / "README.md").read_text("utf-8")
    assert f"| went on from | `{digests.of_file(shipped / 'model.safetensors')}` |" in text
    assert "BERT, 1 layers of 16, 2 heads" in text
    curve = json.loads((tmp_path / "later" / loop.HISTORY).read_text("utf-8"))["epochs"]
    begun = json.loads((shipped / loop.HISTORY).read_text("utf-8"))["epochs"]
    assert curve[0]["validation_perplexity"] < 2 * begun[-1]["validation_perplexity"]
    assert digests.of_file(tmp_path / "later" / "model.safetensors") in text


def test_an_encoder_to_go_on_from_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config\.json; expected the folder of an encoder"):
        pretrain.pretrain(Plan(begun=tmp_path), TEXTS, tmp_path / "own")
    assert not list(tmp_path.iterdir())


def test_a_classifier_is_fitted_over_it(
    shipped: Path, tiny_dataset: DatasetRef, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    short = tiny_training.model_copy(update={"epochs": 0.5, "max_length": 24})
    (tmp_path / "made").mkdir()
    made = loop.train(tiny_dataset, ModelParams(base=str(shipped)), short, tmp_path / "made", cache=tmp_path / "cache")
    assert made.base.weights_sha256 == digests.of_file(shipped / "model.safetensors")


def test_other_files_are_read_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("  你好 \n\n再见\n你好\n", encoding="utf-8")
    assert pretrain.read_files([tmp_path / "one.txt"]) == ["你好", "再见"]
    (tmp_path / "two.txt").write_bytes("你好".encode("gbk"))
    with pytest.raises(
        DataError, match=r"two\.txt cannot be read \(UnicodeDecodeError\); expected a text file in UTF-8"
    ):
        pretrain.read_files([tmp_path / "one.txt", tmp_path / "two.txt"])


def test_one_text_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 texts; expected at least two"):
        pretrain.pretrain(TINY, ["房间很好"], tmp_path / "own")


def test_the_command_does_it(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    sizes = ["--width", "16", "--layers", "1", "--vocabulary", "120", "--epochs", "0.5"]
    pretrain.main([str(tmp_path / "own"), "--text", str(tmp_path / "rows.txt"), *sizes])
    assert "# own" in (tmp_path / "own" / "README.md").read_text("utf-8")
