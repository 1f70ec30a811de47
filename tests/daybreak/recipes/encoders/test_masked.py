"""Which tokens are hidden and how; new ones each time in training, the same ones whenever it is measured."""

import pytest
import torch
from transformers import BertConfig, BertModel

from daybreak.recipes.base import IGNORED
from daybreak.recipes.encoders import masked

MASK = 4


def _targets(ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    own = ids.masked_fill(real == 0, IGNORED)
    return torch.cat([torch.full((len(ids), 1), MASK), own], dim=1)


@pytest.fixture
def ids() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randint(5, 100, (200, 50))


def test_a_fifth_is_hidden_and_one_at_least(ids: torch.Tensor) -> None:
    real = torch.ones_like(ids)
    real[0, 1:] = 0
    real[1] = 0
    targets = _targets(ids, real)
    counts = masked.hidden_counts(targets)
    assert counts[:3].tolist() == [1, 0, 10]
    hidden = masked.choose(targets, torch.rand(ids.shape))
    assert torch.equal(hidden.sum(1), counts)
    assert not hidden[real == 0].any()


def test_most_hidden_tokens_are_masked_and_what_is_not_hidden_stays(ids: torch.Tensor) -> None:
    """80 in 100 masked, 10 another, 10 as they are (Devlin et al., 2019)."""
    hidden = masked.choose(_targets(ids, torch.ones_like(ids)), torch.rand(ids.shape))
    shown = masked.disguise(ids, hidden, torch.tensor([[MASK]]))
    assert torch.equal(shown[~hidden], ids[~hidden])
    assert (shown[hidden] == MASK).float().mean().item() == pytest.approx(0.8, abs=0.03)
    other = (shown[hidden] != MASK) & (shown[hidden] != ids[hidden])
    assert other.float().mean().item() == pytest.approx(0.1, abs=0.02)


@pytest.fixture
def network() -> masked.Guessing:
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=100, **sizes, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return masked.Guessing(BertModel(config, add_pooling_layer=False))


def test_training_hides_others_each_time_and_measuring_never(network: masked.Guessing, ids: torch.Tensor) -> None:
    real = torch.ones_like(ids)
    given = (ids[:20], real[:20], _targets(ids, real)[:20])
    with torch.no_grad():
        assert not torch.equal(network(*given), network(*given))
        network.eval()
        assert torch.equal(network(*given), network(*given))


def test_the_sums_are_those_of_cross_entropy(network: masked.Guessing, ids: torch.Tensor) -> None:
    """Against the plain way: logits of every place, of which the hidden ones are read."""
    ids, real = ids[:4], torch.ones_like(ids[:4])
    targets = _targets(ids, real)
    network.eval()
    hidden = masked.choose(targets, masked.fixed_scores(ids))
    with torch.inference_mode():
        states = network.encoder(input_ids=ids.masked_fill(hidden, MASK), attention_mask=real).last_hidden_state
        weight = network.encoder.get_input_embeddings().weight  # type: ignore[operator]
        logits = network.transform(states) @ weight.T + network.bias
        nats = torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids, reduction="none")
        right = (logits.argmax(-1) == ids) & hidden
        found = network(ids, real, targets)
    assert torch.allclose(found[:, 0], (nats * hidden).sum(1), atol=1e-3)
    assert torch.equal(found[:, 2], right.sum(1).float())
