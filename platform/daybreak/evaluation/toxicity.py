"""Share of toxic rows in the training data, and of toxic answers, as judges find them and as far as these are known."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak import digests
from daybreak.data.cleaning import languages
from daybreak.data.reviewing import toxicity as reviews
from daybreak.evaluation import generated
from daybreak.evaluation.judges import choosing, words
from daybreak.evaluation.judges.judge import Judge
from daybreak.evaluation.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 10
SAMPLE = 3_000
"""Rows of a language that are judged, in the order of a hash: more would narrow the bound by less than what is not
known of the judge, and a night is short."""

JUDGED_FROM = 0.05
"""Share of the rows from which on a language counts; fewer rows of it are told and not judged."""

SHOWN = ("id", "text", "label")

RECIPES = ("classify", "generate")


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """What the word list finds in all training rows, what each language's judge finds in a sample of them.

    For each language: how many of its rows are toxic to the judge, by label; how far they are of the kind that the
    judge was measured on; `errors`, what is known of the judge on such text, and `known_from` where from: `reviewed`
    rows of the project, the judge's own `card`, or nothing. The same of what a model wrote, in `generations.parquet`.
    Raises ModelError for a judge that is missing or altered, DataError for reviewed rows that cannot be read.
    """
    rows = _spoken(subject.rows("train"))
    judges = _Judges(subject, rows)
    return {
        "word_list": _by_words(rows),
        "rows": len(rows),
        "languages": {tag: judges.of_rows(tag, part) for tag, part in _parts(rows) if tag in judges.known},
        "unjudged": {tag: len(part) for tag, part in _parts(rows) if tag not in judges.known},
        "generations": judges.of_generations(folder / generated.FILE),
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    """`rude_share` by the word list, `toxic_share` as the judges see it, whatever their errors."""
    judged = result["languages"].values()
    rows = sum(found["sampled"] for found in judged)
    toxic = {"toxic_share": sum(found["toxic"] for found in judged) / rows} if rows else {}
    written = result["generations"]
    shown = ("expected_maximum", "toxic_prompts") if written else ()
    return {"rude_share": result["word_list"]["share"], **toxic, **{name: written[name] for name in shown}}


class _Judges:
    """The judge of each language that the rows, or the generations, are written in; each is opened once."""

    def __init__(self, subject: Subject, rows: "pd.DataFrame") -> None:
        self._named = subject.judges
        self._reviewed = _reviewed(subject, rows)
        self._open: dict[str, Judge | None] = {}
        self.known = [tag for tag, part in _parts(rows) if len(part) >= JUDGED_FROM * len(rows) and self._find(tag)]

    def _find(self, tag: str) -> Judge | None:
        if tag not in self._open:
            self._open[tag] = choosing.find(tag, self._named)
        return self._open[tag]

    def of_rows(self, tag: str, rows: "pd.DataFrame") -> dict[str, Any]:
        """What the judge of a language says of its rows."""
        order = reviews.in_order({str(row): None for row in rows["id"]})[:SAMPLE]
        sample = rows.set_index(rows["id"].astype(str)).loc[order]
        one = self._find(tag)
        assert one is not None  # noqa: S101 - `known` has only those that have a judge
        scores = one.scores(sample["text"].tolist())
        toxic = scores >= one.threshold
        labels, alleged = Counter(sample["label"]), Counter(sample["label"][toxic])
        worst = sample.assign(score=scores)[toxic].sort_values("score", ascending=False, kind="stable").head(EXAMPLES)
        return {
            **self._known(one, tag, sample["text"].tolist()),
            "rows": len(rows),
            "sampled": len(sample),
            "toxic": int(toxic.sum()),
            "share": float(toxic.mean()),
            "by_label": {name: {"rows": count, "toxic": alleged[name]} for name, count in sorted(labels.items())},
            "examples": [
                {"text": text, "score": round(float(score), 4)}
                for text, score in zip(worst["text"], worst["score"], strict=True)
            ],
        }

    def of_generations(self, path: Path) -> dict[str, Any] | None:
        """What a model wrote to the prompts of prompts.yaml, judged text by text; None where nothing was written."""
        if not path.is_file():
            return None
        import pandas as pd

        written = pd.read_parquet(path)
        texts = written["text"].astype(str).tolist()
        tags = [_language(text) for text in texts]
        scores, toxic = [0.0] * len(texts), [bool(words.find_words(text)) for text in texts]
        told: dict[str, Any] = {}
        for tag in sorted(set(tags)):
            if (one := self._find(tag)) is None:
                continue
            places = [place for place, found in enumerate(tags) if found == tag]
            own = [texts[place] for place in places]
            for place, score in zip(places, one.scores(own), strict=True):
                scores[place], toxic[place] = float(score), toxic[place] or bool(score >= one.threshold)
            mine = written.iloc[places].assign(toxic=[toxic[place] for place in places]).groupby("prompt")["toxic"]
            counts = {"prompts": len(mine), "toxic": int(mine.any().sum()), "samples": int(mine.size().max())}
            told[tag] = {**self._known(one, tag, own), "texts": len(own), **counts}
        rude = [bool(words.find_words(text)) for text in texts]
        judged = written.assign(score=scores, toxic=toxic, rude=rude)
        return {**generated.summary(judged), "languages": told}

    def _known(self, one: Judge, tag: str, texts: Sequence[str]) -> dict[str, Any]:
        """Who judges, whether these texts are of the kind it was measured on, and what is known of its errors."""
        reviewed = [(text, toxic) for text, toxic in self._reviewed if _language(text) == tag]
        kind = one.compare(texts)
        if len(reviewed) >= reviews.ROWS:
            errors, known_from = _errors(one, reviewed), "reviewed"
        elif kind is not None and kind["same"] and one.errors:
            errors, known_from = one.errors, "card"
        else:
            errors, known_from = None, ""
        judged = {"judge": one.name, "judge_sha256": one.sha256, "threshold": one.threshold}
        return {**judged, "kind": kind, "reviewed": len(reviewed), "errors": errors, "known_from": known_from}


def _errors(one: Judge, reviewed: list[tuple[str, bool]]) -> dict[str, float]:
    """How the judge answers what people reviewed."""
    alleged = one.scores([text for text, _ in reviewed]) >= one.threshold
    found = Counter((toxic, bool(said)) for (_, toxic), said in zip(reviewed, alleged, strict=True))
    return {
        "positives": found[True, True] + found[True, False],
        "detected": found[True, True],
        "negatives": found[False, True] + found[False, False],
        "passed": found[False, False],
    }


def _reviewed(subject: Subject, rows: "pd.DataFrame") -> list[tuple[str, bool]]:
    """Texts that people reviewed, and whether they called them toxic; rows that are no longer in the data are left."""
    found = reviews.load(subject.dataset.path.parent)
    if not found:
        return []
    texts = dict(zip(rows["id"].astype(str), rows["text"], strict=True))
    return [(one.text or texts[one.id], one.label == "toxic") for one in found if one.text or one.id in texts]


def _spoken(rows: "pd.DataFrame") -> "pd.DataFrame":
    """`id, text, label` and the `language` of each row; of a conversation the text is what the assistant says."""
    texts = rows["text"].astype(str).tolist()
    if "messages" in rows.columns:
        texts = [generated.answers(told) or text for told, text in zip(rows["messages"], texts, strict=True)]
    plain = rows[["id", "label"]].assign(text=texts, label=rows["label"].astype(str))
    return plain[list(SHOWN)].assign(language=[_language(text) for text in texts])


def _language(text: str) -> str:
    """The tag of whoever judges a text; what mixes Chinese and English is judged as Chinese."""
    tag = languages.tag(text)
    return "zh" if tag == "mixed" else tag


def _parts(rows: "pd.DataFrame") -> list[tuple[str, "pd.DataFrame"]]:
    return [(str(tag), part) for tag, part in rows.groupby("language", sort=True)]


def _by_words(rows: "pd.DataFrame") -> dict[str, Any]:
    """Rows with a listed word, by label and by word, and the first few of them."""
    found = [words.find_words(text) for text in rows["text"]]
    hits = [place for place, listed in enumerate(found) if listed]
    labels, rude = Counter(rows["label"]), Counter(rows["label"].iloc[hits])
    counts = Counter(word for place in hits for word in set(found[place]))
    return {
        "sha256": digests.of_file(words.WORDS),
        "rows": len(rows),
        "toxic": len(hits),
        "share": len(hits) / len(rows),
        "by_label": {name: {"rows": count, "toxic": rude[name]} for name, count in sorted(labels.items())},
        "by_word": dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))),
        "examples": [{"text": rows["text"].iloc[place], "words": found[place]} for place in hits[:EXAMPLES]],
    }
