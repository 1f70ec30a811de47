"""What the yardstick says to test rows; a fitted model and what it said before are remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.describing import baseline
from daybreak.data.near.grams import code_points, counted
from daybreak.data.remembering.memo import Memo

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

PART = 2_600_000  # characters of texts that are answered at a time; bounds memory
ARRAYS = ("grams", "rarity", "weights", "bias")


class Model(NamedTuple):
    """A fitted yardstick: labels in sorted order, gram numbers in ascending order with their idf, `weights` (outputs x
    grams) and `bias` of the regression, whose outputs are one for two labels, else one a label.
    """

    labels: tuple[str, ...]
    grams: Integers
    rarity: Floats
    weights: Floats
    bias: Floats


def answers(root: Path | None, train: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """The test rows with what a model fitted on `text` and `label` of train says: `predicted`, and `score` as Answers
    has it. With a project's root it is remembered for the same training rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(test["text"], pa.large_string())
    memo = None if root is None else Memo(root, "answers", digest(train))
    held = memo.read() if memo else None
    if held is None:
        model = fit(train)
        said = _said(model, texts)
    else:
        model, said = _unpacked(held)
        new = texts.filter(pc.is_null(pc.index_in(texts, said["text"])))
        said = pa.concat_tables([said, _said(model, new)])
    if memo and (held is None or len(said) > len(held)):
        memo.write(_packed(model, said))
    told = said.take(pc.index_in(texts, said["text"]))
    return test.assign(predicted=told["predicted"].to_pylist(), score=told["score"].to_numpy())


def fit(train: pd.DataFrame) -> Model:
    """The yardstick of these rows, as `baseline.chances` fits it."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfTransformer

    distinct, places = np.unique(train["text"].to_numpy(dtype=object), return_inverse=True)
    counts, names = counted([code_points(text) for text in distinct], lengths=baseline.LENGTHS)
    seen = counts[places]
    columns = baseline.frequent(seen)
    weigh = TfidfTransformer(sublinear_tf=True).fit(seen[:, columns])
    found = baseline.regression(weigh.transform(seen[:, columns]), train)
    return Model(tuple(map(str, found.classes_)), names[columns], weigh.idf_, found.coef_, found.intercept_)


def chances(model: Model, texts: Sequence[str]) -> Floats:
    """Texts x labels: the probability of each; a text's follow from the text alone."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.special import expit, softmax

    counts, names = counted([code_points(text) for text in texts], lengths=baseline.LENGTHS)
    place = np.minimum(np.searchsorted(model.grams, names), len(model.grams) - 1)
    known = model.grams[place] == names
    kept = known[counts.indices]
    columns = place[counts.indices[kept]]
    owner = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))[kept]
    values = (1 + np.log(counts.data[kept].astype(np.float64))) * model.rarity[columns]
    lengths = np.sqrt(np.bincount(owner, values**2, minlength=len(texts)))
    values /= lengths[owner]
    rows = csr_array((values, (owner, columns)), shape=(len(texts), len(model.grams)))
    outputs = np.stack([rows @ weights for weights in model.weights], axis=1) + model.bias
    if outputs.shape[1] > 1:
        return np.asarray(softmax(outputs, axis=1))
    last = expit(outputs[:, 0])
    return np.stack([1 - last, last], axis=1)


def _said(model: Model, texts: pa.Array) -> pa.Table:
    """What the model says to each of these texts, once."""
    import pyarrow as pa

    predicted: list[str] = []
    scores: list[float] = []
    distinct = texts.unique()
    for part in _parts(distinct):
        found = chances(model, part)
        predicted += [model.labels[place] for place in found.argmax(axis=1)]
        scores += [round(float(chance), baseline.DIGITS) for chance in found[:, -1]]
    types = (pa.large_string(), pa.float64())
    told = [pa.array(each, kind) for each, kind in zip((predicted, scores), types, strict=True)]
    return pa.table([distinct, *told], names=["text", "predicted", "score"])


def _parts(texts: pa.Array) -> Iterator[list[str]]:
    import numpy as np
    import pyarrow.compute as pc

    part = np.cumsum(pc.utf8_length(texts).to_numpy().astype(np.int64)) // PART
    for rows in np.split(np.arange(len(part)), np.flatnonzero(np.diff(part)) + 1):
        if len(rows):
            yield texts.slice(rows[0], len(rows)).to_pylist()


def digest(rows: pd.DataFrame) -> str:
    """SHA-256 of what rows say, and under which labels."""
    found = hashlib.sha256()
    for text, label in zip(rows["text"], rows["label"], strict=True):
        found.update(f"{len(text)} {len(label)} {text}{label}".encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _packed(model: Model, said: pa.Table) -> pa.Table:
    """What was said as columns and, beside it, the model."""
    arrays = {name: getattr(model, name).tobytes() for name in ARRAYS}
    return said.replace_schema_metadata({**arrays, "labels": json.dumps(model.labels)})


def _unpacked(held: pa.Table) -> tuple[Model, pa.Table]:
    import numpy as np

    told = held.schema.metadata
    grams = np.frombuffer(told[b"grams"], np.int64)
    rarity, weights, bias = (np.frombuffer(told[name.encode()], np.float64) for name in ARRAYS[1:])
    labels = tuple(json.loads(told[b"labels"]))
    return Model(labels, grams, rarity, weights.reshape(-1, len(grams)), bias), held.replace_schema_metadata()
