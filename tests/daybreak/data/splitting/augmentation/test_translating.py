"""A real (tiny, untrained) sequence-to-sequence model translates, the same each time; another folder is said."""

from pathlib import Path

import pytest

from daybreak.data.splitting.augmentation.translating import translate
from daybreak.errors import ModelError


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    folder = tmp_path_factory.mktemp("translator")
    words = {word: place for place, word in enumerate(["<pad>", "</s>", "<unk>", "酒", "店", "hotel", "good", "very"])}
    plain = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=64
    )
    wrapped.save_pretrained(folder)
    torch.manual_seed(5)
    config = T5Config(
        vocab_size=len(words), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, decoder_start_token_id=0,
        pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def test_each_text_has_one_translation_whatever_stands_beside_it(translator: Path) -> None:
    texts = ["hotel good", "very good hotel", "店"]
    found = translate(texts, translator)
    assert len(found) == 3
    assert found == translate(texts, translator)
    assert translate([], translator) == []


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"the translator .* cannot be loaded.*Mend split.augment"):
        translate(["x"], tmp_path / "nothing")
