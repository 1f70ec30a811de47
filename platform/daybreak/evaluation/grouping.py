"""Counts, rates and rankings of declared groups, as fairlearn's MetricFrame takes them apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daybreak.evaluation import ranking


@dataclass(frozen=True)
class Answered:
    """Rows with their label, the artifact's answer and its logits [rows, labels], and the group of each by column."""

    labels: Sequence[str]
    predicted: Sequence[str]
    logits: NDArray[np.float32]
    names: tuple[str, ...]
    groups: Mapping[str, Sequence[str]]

    @property
    def ranked(self) -> tuple[str, ...]:
        """Labels whose ranking is told: of two, the second alone, since the first's is the same turned round."""
        return self.names[1:] if len(self.names) == 2 else self.names


def assess(rows: Answered) -> dict[str, dict[str, Any]]:
    """By column and group: `rows`, `right`, `accuracy` with its `interval`; `share_<label>`, how often it is answered;
    `rates`, of each label how often it is recognised and how often it is wrongly given; and `auc` by label.

    Of two labels the share wrongly given one is that of the other not recognised, and is left out.
    """
    scores = ranking.log_odds(rows.logits)
    truth = np.array(rows.labels, dtype=object)
    found: dict[str, dict[str, Any]] = {}
    for column, groups in rows.groups.items():
        named = np.array(groups, dtype=object)
        counts = _counts(rows, named)
        found[column] = {
            group: {**_rated(count, rows.names), "auc": _aucs(rows, scores, truth, named == group)}
            for group, count in counts.items()
        }
    return found


def overall(rows: Answered) -> dict[str, Any]:
    """What `assess` says of a group, of all rows together."""
    scores, truth = ranking.log_odds(rows.logits), np.array(rows.labels, dtype=object)
    counts = _counts(rows, np.full(len(truth), "all", dtype=object))["all"]
    aucs = {name: ranking.overall(scores[:, rows.names.index(name)], truth == name) for name in rows.ranked}
    return {**_rated(counts, rows.names), "auc": aucs}


def _counts(rows: Answered, groups: NDArray[Any]) -> dict[str, dict[str, int]]:
    """Of each group, rows and right answers, and by label rows that have it, that are given it, and both."""
    from fairlearn.metrics import MetricFrame, count

    metrics: dict[str, Any] = {"rows": count, "right": lambda true, given: int((true == given).sum())}
    for name in rows.names:
        metrics[f"has {name}"] = lambda true, given, name=name: int((true == name).sum())
        metrics[f"given {name}"] = lambda true, given, name=name: int((given == name).sum())
        metrics[f"both {name}"] = lambda true, given, name=name: int(((true == name) & (given == name)).sum())
    truth, given = (np.array(each, dtype=object) for each in (rows.labels, rows.predicted))
    frame = MetricFrame(metrics=metrics, y_true=truth, y_pred=given, sensitive_features=groups).by_group
    return {str(group): {name: int(value) for name, value in row.items()} for group, row in frame.iterrows()}


def _rated(count: Mapping[str, int], names: tuple[str, ...]) -> dict[str, Any]:
    rows, right = count["rows"], count["right"]
    rates = {f"Recall of {name}": _rate(count[f"both {name}"], count[f"has {name}"]) for name in names}
    if len(names) > 2:
        rates |= {
            f"False alarms of {name}": _rate(
                count[f"given {name}"] - count[f"both {name}"], rows - count[f"has {name}"]
            )
            for name in names
        }
    return {
        "rows": rows,
        "right": right,
        "accuracy": right / rows,
        "interval": ranking.interval(right / rows, rows),
        **{f"share_{name}": count[f"given {name}"] / rows for name in names},
        "rates": rates,
    }


def _rate(hits: int, rows: int) -> dict[str, Any]:
    """`right` counts what the rate is of, also where that is an error."""
    share = hits / rows if rows else 0.0
    return {"rows": rows, "right": hits, "rate": share if rows else None, "interval": ranking.interval(share, rows)}


def _aucs(rows: Answered, scores: NDArray[np.float64], truth: NDArray[Any], inside: NDArray[Any]) -> dict[str, Any]:
    is_inside = inside.astype(bool)
    return {
        name: ranking.by_subgroup(scores[:, rows.names.index(name)], (truth == name).astype(bool), is_inside)
        for name in rows.ranked
    }
