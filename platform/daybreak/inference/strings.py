"""Models that read strings themselves, as they come from elsewhere."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from daybreak.errors import ModelError
from daybreak.inference.sessions import CPU, open_session


class StringClassifier:
    """An ONNX model that reads strings itself, as scikit-learn's exports do; ModelError if it is none, or cannot open.

    Its second output is a probability by label, or one a column.
    """

    def __init__(self, path: Path) -> None:
        self._session = open_session(path, [CPU], threads=1)
        ports = [each.type for each in self._session.get_inputs()]
        if ports != ["tensor(string)"] or len(self._session.get_outputs()) != 2:
            raise ModelError(
                f"{path} reads {', '.join(ports)}", "a model from one string to labels", "Name another one"
            )

    def probabilities(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """By text, the probability of each label; a label's name is its number where the model has numbers."""
        name = self._session.get_inputs()[0].name
        found = []
        for text in texts:
            answers = self._session.run(None, {name: np.array([text], dtype=object)})[1][0]
            named = answers if isinstance(answers, dict) else dict(enumerate(answers))
            found.append({str(label): float(share) for label, share in named.items()})
        return found
