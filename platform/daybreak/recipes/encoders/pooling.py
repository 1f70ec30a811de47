"""An encoder whose states are averaged over the real tokens, below a linear head."""

from typing import Any

from torch import Tensor, nn


class MeanPooled(nn.Module):
    """`input_ids` and `attention_mask`, int64 [batch, length] → logits, float32 [batch, outputs].

    Mean pooling beats the first token's state where the encoder was trained without a sentence objective
    (Reimers & Gurevych, 2019, table 6); padding carries no weight.
    """

    def __init__(self, encoder: nn.Module, outputs: int, dropout: float) -> None:
        super().__init__()
        config: Any = encoder.config
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(config.hidden_size, outputs)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1).clamp(min=1.0)
        logits: Tensor = self.head(self.dropout(mean))
        return logits
