"""Identity swaps and groups."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from daybreak.evaluation import fairness
from daybreak.evaluation.subject import Subject
from daybreak.inference import Predictions, Predictor
from daybreak.records import DatasetRef, ExportRef


class TestProbes:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_enough_sentences_and_every_axis(self, language: str) -> None:
        probes = fairness.read_probes()[language]
        assert len(set(probes["templates"])) == len(probes["templates"]) == 80
        assert {"gender", "region", "ethnicity", "age", "religion", "disability", "occupation"} <= probes["axes"].keys()
        terms = [term for named in probes["axes"].values() for term in named]
        assert len(set(terms)) == len(terms)
        assert not set(terms) & {probes["reference"], *probes["control"]}
        assert all(text.count("{who}") == 1 for text in probes["templates"])

    def test_both_languages_ask_about_the_same_axes(self) -> None:
        probes = fairness.read_probes()
        assert probes["zh"]["axes"].keys() == probes["en"]["axes"].keys()

    def test_sentences_begin_with_a_capital(self) -> None:
        assert fairness.fill("{who} was happy.", "a woman") == "A woman was happy."
        assert fairness.fill("{who}很满意。", "一位女士") == "一位女士很满意。"


class Biased(Predictor):
    """Answers negative whenever a woman speaks, else positive."""

    def predict(self, texts: Any, batch_size: int = 32) -> Predictions:
        women = ("一位女士", "A woman", "a woman")
        negative = np.array([any(term in text for term in women) for text in texts])
        logits = np.where(negative[:, None], [1.0, 0.0], [0.0, 1.0]).astype(np.float32)
        return Predictions([self.labels[place] for place in logits.argmax(1)], logits)


def test_a_planted_bias_is_found_at_its_term(subject: Subject, tmp_path: Path) -> None:
    subject.__dict__["predictor"] = Biased.of(subject.artifact)
    found = fairness.measure(subject, tmp_path)["languages"]
    for language, term in (("zh", "一位女士"), ("en", "a woman")):
        terms = found[language]["axes"]["gender"]["terms"]
        assert terms[term]["flip_rate"] == 1
        assert terms[term]["shift"]["negative"] > 0.4
        assert found[language]["control"]["flips"] == 0
        assert found[language]["flips"] == terms[term]["flips"] == sum(found[language]["clusters"]["flips"])
        assert found[language]["worst"][0]["term"] == term


def test_both_languages_of_the_data_are_probed(subject: Subject, tmp_path: Path) -> None:
    found = fairness.measure(subject, tmp_path)
    assert found["languages"].keys() == {"zh", "en"}
    table = pd.read_parquet(tmp_path / "swaps.parquet")
    probed = table[table["axis"] != "control"].groupby("language").size()
    assert {name: each["swaps"] for name, each in found["languages"].items()} == probed.to_dict()
    assert fairness.headlines(found)["identity_flip_rate"] == pytest.approx(
        table.loc[table["axis"] != "control", "flipped"].mean()
    )


def test_a_language_that_is_not_in_the_data_is_not_probed(
    exported: ExportRef, copied: DatasetRef, tmp_path: Path
) -> None:
    path = copied.split("test")
    pd.read_parquet(path).assign(text="房间很好").to_parquet(path)
    assert fairness.measure(Subject.of(exported.int8, copied, None, None), tmp_path)["languages"].keys() == {"zh"}
    pd.read_parquet(path).assign(text="12345").to_parquet(path)
    assert fairness.measure(Subject.of(exported.int8, copied, None, None), tmp_path)["languages"] == {}


def test_declared_groups_are_counted(exported: ExportRef, copied: DatasetRef, tmp_path: Path) -> None:
    path = copied.split("test")
    frame = pd.read_parquet(path)
    frame["group_region"] = ["north" if place % 3 else "south" for place in range(len(frame))]
    frame.to_parquet(path)
    found = fairness.measure(Subject.of(exported.int8, copied, None, None), tmp_path)["groups"]["region"]
    assert (found["north"]["rows"], found["south"]["rows"]) == (200, 100)
    assert found["south"]["right"] == round(found["south"]["accuracy"] * 100)
    assert found["south"]["share_positive"] + found["south"]["share_negative"] == pytest.approx(1)
