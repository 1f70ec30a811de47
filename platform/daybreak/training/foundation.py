"""What a new encoder begins from: a tokenizer of its own, sizes, and embeddings of tokens that stand together."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Ids = NDArray[np.int64]
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(5)


@dataclass(frozen=True)
class Sizes:
    """Of a BERT: `vocabulary` in pieces, `max_length` in pieces, the others as its config names them."""

    vocabulary: int = 12_000
    width: int = 128
    layers: int = 2
    heads: int = 2
    max_length: int = 192


def sizes_of(config: Path) -> Sizes:
    """The sizes of an encoder that is there already, from its config.json."""
    said = json.loads(config.read_text(encoding="utf-8"))
    return Sizes(
        vocabulary=said["vocab_size"],
        width=said["hidden_size"],
        layers=said["num_hidden_layers"],
        heads=said["num_attention_heads"],
        max_length=said["max_position_embeddings"],
    )


def lay(texts: list[str], sizes: Sizes, folder: Path, seed: int) -> None:
    """Write an untrained encoder in transformers' layout: a base like any other.

    A tokenizer.json that is already in the folder is kept: the trainer breaks ties at random, and only the same pieces
    repeat a run.
    """
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = _tokenizer(folder / "tokenizer.json", texts, sizes.vocabulary)
    tokenizer.enable_truncation(sizes.max_length)
    sequences = [np.array(encoding.ids) for encoding in tokenizer.encode_batch(texts)]
    tokenizer.no_truncation()
    config = BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=4 * sizes.width,
        max_position_embeddings=sizes.max_length,
        type_vocab_size=1,
        pad_token_id=PAD,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = BertModel(config, add_pooling_layer=False)
    vectors = cooccurrence_embeddings(sequences, sizes, seed)
    encoder.embeddings.word_embeddings.weight.data.copy_(torch.from_numpy(vectors))
    encoder.save_pretrained(folder)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=sizes.max_length, **names).save_pretrained(
        folder
    )


def train_tokenizer(texts: list[str], vocabulary: int) -> Any:
    """A unigram tokenizer over runs of Han, Latin words, digits and single marks; pieces of at most 4 characters."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\p{Han}+|[a-z]+|[0-9]|\S"), "removed", invert=True)
    trainer = trainers.UnigramTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        unk_token=SPECIAL[UNK],
        max_piece_length=4,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    return tokenizer


def cooccurrence_embeddings(sequences: list[Ids], sizes: Sizes, seed: int, window: int = 5) -> NDArray[np.float32]:
    """Embeddings [vocabulary, width] from a truncated SVD of the positive PMI matrix (Levy & Goldberg, 2014).

    They give masked language modelling a better start than random embeddings (docs/decisions/small-chinese-encoder.md).
    """
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    gap = np.full(window, -1)
    flat = np.concatenate([part for ids in sequences for part in (ids[1:-1], gap)])
    size = sizes.vocabulary
    counts = sparse.csr_matrix((size, size), dtype=np.float64)
    for distance in range(1, window + 1):
        left, right = flat[:-distance], flat[distance:]
        real = (left > MASK) & (right > MASK)
        counts += sparse.coo_matrix((np.ones(real.sum()), (left[real], right[real])), shape=(size, size)).tocsr()
    pairs = (counts + counts.T).tocoo()
    totals = np.bincount(pairs.row, weights=pairs.data, minlength=size)
    contexts = totals**0.75 / (totals**0.75).sum()
    pmi = np.log(pairs.data / (totals[pairs.row] * contexts[pairs.col]))
    kept = pmi > 0
    positive = sparse.csr_matrix((pmi[kept], (pairs.row[kept], pairs.col[kept])), shape=(size, size))
    vectors, strengths, _ = randomized_svd(positive, sizes.width, n_iter=4, random_state=seed)
    vectors = vectors * np.sqrt(strengths)
    vectors *= 0.05 * math.sqrt(sizes.width) / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8)
    vectors[: len(SPECIAL)] = np.random.default_rng(seed).normal(0, 0.05, (len(SPECIAL), sizes.width))
    return np.asarray(vectors, dtype=np.float32)


def _tokenizer(kept: Path, texts: list[str], vocabulary: int) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(kept)) if kept.is_file() else train_tokenizer(texts, vocabulary)
