"""Which token comes next: the likeliest, or one that is drawn."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Sampling(NamedTuple):
    """How tokens are chosen: the likeliest at temperature 0, else drawn from the `top_p` likeliest mass, by `seed`.

    Nucleus sampling is that of Holtzman et al., The Curious Case of Neural Text Degeneration (ICLR 2020).
    """

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


GREEDY = Sampling()


def choose(logits: "NDArray[np.float32]", sampling: Sampling, draw: np.random.Generator | None) -> int:
    """The next token from its logits, float32 [vocabulary]; the likeliest where nothing is drawn."""
    if sampling.temperature <= 0 or draw is None:
        return int(logits.argmax())
    scaled = (logits.astype(np.float64) - float(logits.max())) / sampling.temperature
    shares = np.exp(scaled) / np.exp(scaled).sum()
    order = np.argsort(-shares, kind="stable")
    kept = order[: 1 + int((np.cumsum(shares[order]) < sampling.top_p).sum())]
    return int(draw.choice(kept, p=shares[kept] / shares[kept].sum()))
