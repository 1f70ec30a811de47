"""An encoder that guesses hidden tokens: which are hidden, what is shown in their place, and the head above it."""

from typing import Any

import torch
from torch import Tensor, nn

from daybreak.recipes.base import IGNORED

SHARE = 0.2
"""Of a text's tokens; more than BERT's 0.15 learns faster where the model is small (Wettig et al., 2023)."""
SHOWN_AS_MASK, SHOWN_AS_ANOTHER = 0.8, 0.1


def hidden_counts(targets: Tensor) -> Tensor:
    """How many tokens of each row are hidden, int64 [rows]: a share of them, but one at least.

    Targets int64 [rows, 1 + length]: the id that hides a token, then each token's id, `IGNORED` for those that stay.
    """
    real = (targets[:, 1:] != IGNORED).sum(1)
    return torch.minimum((SHARE * real).round().long().clamp(min=1), real)


def choose(targets: Tensor, scores: Tensor) -> Tensor:
    """Which places are hidden, bool [rows, length]: the so many of each row with the highest scores."""
    able = targets[:, 1:] != IGNORED
    ranks = scores.masked_fill(~able, -1.0).argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    return (ranks < hidden_counts(targets).unsqueeze(1)) & able


def fixed_scores(ids: Tensor) -> Tensor:
    """Scores float32 [rows, length] that hang on place and token alone: a row is measured the same each time."""
    places = torch.arange(ids.shape[1], device=ids.device)
    return ((ids * 2654435761 + places * 40503) % 65521).float() / 65521


def disguise(ids: Tensor, hidden: Tensor, mask_id: Tensor) -> Tensor:
    """What is shown of hidden tokens in training: mostly the mask, else another token of the batch, or the token."""
    draw = torch.rand(ids.shape, device=ids.device)
    tokens = ids[hidden]
    others = ids.masked_scatter(hidden, tokens[torch.randperm(len(tokens), device=ids.device)])
    shown = torch.where(hidden & (draw < SHOWN_AS_MASK), mask_id, ids)
    return torch.where(hidden & (draw > 1 - SHOWN_AS_ANOTHER), others, shown)


class Guessing(nn.Module):
    """`input_ids`, `attention_mask` [batch, length], `targets` → float32 [batch, 3]: see the recipe's `answer`."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        config: Any = encoder.config
        embeddings: Any = encoder.get_input_embeddings()  # type: ignore[operator]
        self.encoder = encoder
        width = embeddings.weight.shape[1]
        self.transform = nn.Sequential(nn.Linear(config.hidden_size, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(embeddings.weight.shape[0]))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, targets: Tensor) -> Tensor:
        length = input_ids.shape[1]
        targets = nn.functional.pad(targets, (0, max(0, length + 1 - targets.shape[1])), value=IGNORED)[:, : length + 1]
        scores = torch.rand(input_ids.shape, device=input_ids.device) if self.training else fixed_scores(input_ids)
        hidden = choose(targets, scores)
        mask_id = targets[:, :1].clamp(min=0)
        shown = disguise(input_ids, hidden, mask_id) if self.training else torch.where(hidden, mask_id, input_ids)
        states = self.encoder(input_ids=shown, attention_mask=attention_mask).last_hidden_state[hidden]
        weight: Any = self.encoder.get_input_embeddings().weight  # type: ignore[operator]
        logits = (self.transform(states) @ weight.T + self.bias).float()
        return self._sums(logits, targets[:, 1:][hidden], hidden)

    def _sums(self, logits: Tensor, wanted: Tensor, hidden: Tensor) -> Tensor:
        """Each hidden token's numbers, added up for its row: a product, because sums by index are not deterministic."""
        logs = nn.functional.log_softmax(logits, dim=1)
        each = [-logs.gather(1, wanted.unsqueeze(1)).squeeze(1), -logs.mean(1), (logs.argmax(1) == wanted).float()]
        of_row = nn.functional.one_hot(hidden.nonzero()[:, 0], len(hidden)).to(logs)
        return of_row.T @ torch.stack(each, dim=1)
