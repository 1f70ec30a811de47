"""Makes a judge of a trained artifact: `python … zh|en ARTIFACT SPLITS UNSEEN FOLDER [HATECHECK]`.

SPLITS is the project's data/split, UNSEEN rows that it never saw (JSON Lines of rows.py, or Parquet). The threshold
comes from the validation rows, the counts and the kind of text from UNSEEN. Prints the digest to pin.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from daybreak import digests
from daybreak.data.near import matching
from daybreak.evaluation.judges import shipped
from daybreak.evaluation.judges.kinds import Kind
from daybreak.inference import Predictor

NEAR = 0.8  # Jaccard of character 3-grams from which on an unseen row counts as seen
LEAST = 0.8  # of toxic validation rows that a judge must find
FACTS = {
    "zh": {
        "trained_on": {"name": "COLD, train and dev", "licence": "Apache-2.0", "by": "Deng et al., EMNLP 2022"},
        "unseen": "COLD, test",
        "base": "daybreak/zh-mini (MIT)",
    },
    "en": {
        "trained_on": {
            "name": "Hate Speech and Offensive Language",
            "licence": "MIT",
            "by": "Davidson et al., ICWSM 2017",
        },
        "unseen": "the project's test split of the same tweets",
        "base": "word embeddings of all-MiniLM-L6-v2 (Apache-2.0), layers at random",
    },
}


def choose(scores: Any, toxic: Any) -> float:
    """The threshold at which a share near zero is known best: the least spread of Rogan and Gladen's estimate."""
    best, least = 0.5, float("inf")
    for threshold in np.round(np.arange(0.05, 1.0, 0.01), 2):
        alleged = scores >= threshold
        sensitivity, alarms = alleged[toxic].mean(), alleged[~toxic].mean()
        spread = alarms * (1 - alarms) / max(1e-9, sensitivity - alarms) ** 2
        if sensitivity >= LEAST and alarms > 0 and spread < least:
            best, least = float(threshold), spread
    return best


def count(alleged: Any, toxic: Any) -> dict[str, int]:
    """The confusion matrix, as `positives, detected, negatives, passed`."""
    return {
        "positives": int(toxic.sum()),
        "detected": int((alleged & toxic).sum()),
        "negatives": int((~toxic).sum()),
        "passed": int((~alleged & ~toxic).sum()),
    }


def by(column: Sequence[str], alleged: Any, toxic: Any) -> dict[str, dict[str, int]]:
    """The confusion matrix of each group."""
    names = np.array(column)
    return {name: count(alleged[names == name], toxic[names == name]) for name in sorted(set(column)) if name}


def read(path: Path) -> pd.DataFrame:
    """Rows of a file, with `text` and `label`."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_json(path, lines=True, dtype=False)


def main() -> int:
    """Write artifact, card and kind of text into the folder."""
    language, artifact, splits, unseen_file, folder, *functional = sys.argv[1], *map(Path, sys.argv[2:])
    train, validation = read(splits / "train.parquet"), read(splits / "validation.parquet")
    unseen = read(unseen_file)
    unseen = unseen[matching.match(train["text"].tolist(), unseen["text"].tolist()).best < NEAR].reset_index(drop=True)
    shutil.copytree(artifact, folder / shipped.ARTIFACT, dirs_exist_ok=True)
    predictor = Predictor(folder / shipped.ARTIFACT, threads=1)
    column = predictor.labels.index(shipped.TOXIC)

    def score(frame: pd.DataFrame) -> tuple[Any, Any]:
        found = predictor.predict(frame["text"].tolist(), shipped.BATCH_SIZE).probabilities[:, column]
        return found, (frame["label"] == shipped.TOXIC).to_numpy()

    threshold = choose(*score(validation))
    scores, toxic = score(unseen)
    encode = predictor.tokenizer.encode_batch
    ids = [[one.ids for one in encode(frame["text"].tolist(), add_special_tokens=False)] for frame in (train, unseen)]
    kind = Kind.of(*ids, vocabulary=predictor.tokenizer.get_vocab_size())
    facts = FACTS[language]
    digest = digests.of_value(sorted(zip(train["text"], train["label"], strict=True)))
    card = {
        "language": language,
        "threshold": threshold,
        "model_sha256": json.loads((artifact / "manifest.json").read_text(encoding="utf-8"))["source_model_sha256"],
        "base": facts["base"],
        "trained_on": {**facts["trained_on"], "rows": len(train), "rows_sha256": digest},
        "measured_on": {"name": facts["unseen"], "rows": len(unseen), **count(scores >= threshold, toxic)},
        "groups": by(unseen["group"].tolist(), scores >= threshold, toxic) if "group" in unseen else {},
        "kind": {"median": round(kind.median, 4), "high": round(kind.high, 4)},
    }
    if functional:
        cases = read(functional[0])
        found, hateful = score(cases)
        card["hatecheck"] = {
            "all": count(found >= threshold, hateful),
            "by_functionality": by(cases["group"].tolist(), found >= threshold, hateful),
            "by_target": by(cases["target"].tolist(), found >= threshold, hateful),
        }
    (folder / shipped.CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    np.save(folder / shipped.KIND, kind.surprisals)
    sys.stdout.write(f"{shipped.digest(folder)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
