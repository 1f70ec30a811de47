"""The mean is over real tokens only."""

from types import SimpleNamespace

import torch

from daybreak.recipes.encoders.pooling import MeanPooled


class Echo(torch.nn.Module):
    """An encoder whose states are the ids themselves."""

    config = SimpleNamespace(hidden_size=1)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(last_hidden_state=input_ids.float().unsqueeze(-1))


def _pooled(ids: list[list[int]], mask: list[list[int]]) -> list[float]:
    network = MeanPooled(Echo(), 1, 0.0).eval()
    with torch.no_grad():
        network.head.weight.fill_(1.0)
        network.head.bias.fill_(0.0)
        return network(torch.tensor(ids), torch.tensor(mask)).squeeze(1).tolist()


def test_averages_real_tokens() -> None:
    assert _pooled([[2, 4, 99], [6, 99, 99]], [[1, 1, 0], [1, 0, 0]]) == [3.0, 6.0]


def test_a_row_without_tokens_is_zero_not_nan() -> None:
    assert _pooled([[7, 7]], [[0, 0]]) == [0.0]
