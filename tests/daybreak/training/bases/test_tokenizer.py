"""Tokenizers: learned by character, the same every time, or loaded and complete."""

from pathlib import Path

import pytest

from daybreak.errors import ModelError
from daybreak.training.bases import tokenizer

TEXTS = ["房间很好 Ｇreat!", "房间很差 great?", "很好很好"]


def test_every_character_is_a_token_whatever_the_script() -> None:
    learned = tokenizer.train(TEXTS, 100, 32)
    assert learned.tokenize("很好 GREAT") == ["很", "好", "g", "r", "e", "a", "t"]
    ids = learned("很好")["input_ids"]
    assert learned.convert_ids_to_tokens(ids) == ["[CLS]", "很", "好", "[SEP]"]


def test_full_width_letters_are_the_same_letters() -> None:
    learned = tokenizer.train(TEXTS, 100, 32)
    assert learned.tokenize("Ｇ") == learned.tokenize("g") == ["g"]


def test_rare_characters_are_unknown_and_the_vocabulary_is_bounded() -> None:
    learned = tokenizer.train(TEXTS, 8, 32)
    assert len(learned) == 8
    assert learned.tokenize("稀") == ["[UNK]"]


def test_learning_twice_gives_the_same_tokenizer() -> None:
    first, second = (tokenizer.train(TEXTS, 100, 32).backend_tokenizer.to_str() for _ in range(2))
    assert first == second


def test_loads_what_a_base_ships_with(tiny_base: Path) -> None:
    loaded = tokenizer.load(tiny_base)
    assert loaded.is_fast
    assert loaded.pad_token_id == 0


def test_a_broken_tokenizer_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        tokenizer.load(tmp_path)


def test_a_tokenizer_for_writing_loses_nothing() -> None:
    learned = tokenizer.train_bytes(TEXTS, 300, 32)
    text = "Ｇreat!\n\t稀有 🙂 <|im_end|>"
    assert learned.decode(learned(text)["input_ids"]) == text
    assert (learned.pad_token_id, learned.bos_token, learned.eos_token) == (0, "<|im_start|>", "<|im_end|>")
    assert len(learned) <= 300
    again = tokenizer.train_bytes(TEXTS, 300, 32)
    assert again.backend_tokenizer.to_str() == learned.backend_tokenizer.to_str()
