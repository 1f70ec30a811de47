"""An encoder of a project's own is laid out from its texts, sized as asked, and published as a base for others."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import founding, loop
from daybreak.training.bases import base, pretrained
from daybreak.training.params import TrainingParams

TRAINING = TrainingParams(epochs=1, batch_size=8, max_length=24, dropout=0.0, label_smoothing=0.0, learning_rate=1e-3)
SMALL = {"vocab_size": 200, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}


def model(**config: Any) -> ModelParams:
    return ModelParams(recipe="pretrain", base="scratch", config={**SMALL, **config})


def test_an_encoder_is_laid_out_trained_and_published(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    (tmp_path / "laid").mkdir()
    laid = founding.lay(tiny_dataset, model(), TRAINING, tmp_path / "laid")
    assert laid == base.resolve(ModelParams(recipe="pretrain", base=str(tmp_path / "laid")))
    (tmp_path / "made").mkdir()
    begun = ModelParams(recipe="pretrain", base=laid.source)
    made = loop.train(tiny_dataset, begun, TRAINING, tmp_path / "made", cache=tmp_path / "cache")
    published = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        published.append(founding.publish(made, "编码器", TRAINING, tiny_dataset, tmp_path / name))
    one = published[0]
    assert one.kind == "encoder"
    assert one.sha256 == published[1].sha256
    assert {"model.safetensors", "tokenizer.json", "config.json", "README.md"} <= {file.name for file in one.files}
    assert all(digests.of_file(one.path / file.name) == file.sha256 for file in one.files)
    card = (one.path / "README.md").read_text(encoding="utf-8")
    assert "# 编码器" in card
    assert "perplexity" in card
    assert "BERT, 1 layers of 16, 2 heads" in card
    again = pretrained.load(ModelParams(base=str(one.path)), 24, list)
    assert (again.config.hidden_size, again.config.max_position_embeddings) == (16, 24)
    assert len(json.loads((one.path / "history.json").read_text(encoding="utf-8"))["epochs"]) == 1


def test_sizes_come_from_the_params() -> None:
    asked = founding.sizes(ModelParams(recipe="pretrain", config={"hidden_size": 256}), TRAINING)
    assert (asked.width, asked.heads, asked.max_length, asked.vocabulary) == (256, 4, 24, 12_000)
    assert founding.sizes(model(max_position_embeddings=64), TRAINING).max_length == 64


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"hiden_size": 16}, r"model\.config\.hiden_size is not a size of a new encoder; expected vocab_size"),
        ({"hidden_size": 0}, r"model\.config\.hidden_size is 0; expected a whole number"),
        ({"hidden_size": 2.5}, r"model\.config\.hidden_size is 2\.5"),
        ({"hidden_size": 15}, r"15 units in 2 attention heads"),
    ],
)
def test_a_size_that_cannot_be_is_named(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        founding.sizes(model(**config), TRAINING)


def test_a_vocabulary_without_room_for_the_characters_is_named(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    (tmp_path / "laid").mkdir()
    with pytest.raises(ModelError, match=r"vocab_size is 8, and the texts have more characters.*Raise"):
        founding.lay(tiny_dataset, model(vocab_size=8), TRAINING, tmp_path / "laid")
