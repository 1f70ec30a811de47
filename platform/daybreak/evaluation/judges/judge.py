"""What a judge is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OWN = "daybreak/"


class Judge(Protocol):
    """Anything that says of texts how probably they are toxic."""

    name: str
    sha256: str
    threshold: float

    def scores(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Probabilities of being toxic, [texts]."""
        ...

    def compare(self, texts: Sequence[str]) -> dict[str, Any] | None:
        """How far texts are of the kind on which its errors were measured; None where nobody measured them."""
        ...

    @property
    def errors(self) -> dict[str, float] | None:
        """`positives, detected, negatives, passed` on text that it had never seen; None where nobody counted."""
        ...
