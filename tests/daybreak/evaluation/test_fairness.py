"""Identity swaps and groups."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from daybreak import digests
from daybreak.data.held_out.release_set import FILE, ReleaseRow, text
from daybreak.evaluation import fairness
from daybreak.evaluation.subject import Subject
from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.gates.fairness import Params, check
from daybreak.inference import Predictions, Predictor
from daybreak.records import DatasetRef, Evidence, ExportRef, Measurements, Outcome
from daybreak.testing import tiny


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
        assert found[language]["most_shifted"] == {"term": term, "mean_shift": pytest.approx(0.4621, abs=1e-3)}
        assert 0 < found[language]["mean_shift"] < 0.02
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


def _said(region: str | None) -> str:
    return json.dumps({"region": region})


def test_declared_groups_are_counted(exported: ExportRef, copied: DatasetRef, tmp_path: Path) -> None:
    path = copied.split("test")
    frame = pd.read_parquet(path)
    regions = ["north" if place % 3 else "south" if place % 2 else None for place in range(len(frame))]
    frame.assign(slices=list(map(_said, regions))).to_parquet(path)
    measured = fairness.measure(Subject.of(exported.int8, copied, None, None), tmp_path)
    found = measured["groups"]["region"]
    assert {name: each["rows"] for name, each in found.items()} == {"(missing)": 50, "north": 200, "south": 50}
    assert found["south"]["right"] == round(found["south"]["accuracy"] * 50)
    assert found["south"]["share_positive"] + found["south"]["share_negative"] == pytest.approx(1)
    assert sum(each["right"] for each in found.values()) == measured["all"]["right"]
    json.dumps(measured, allow_nan=False)


def test_rows_of_the_release_set_that_say_their_group_are_assessed_too(
    exported: ExportRef, copied: DatasetRef, tmp_path: Path
) -> None:
    path = copied.split("test")
    frame = pd.read_parquet(path)
    frame.assign(slices=_said("north")).to_parquet(path)
    silent = ReleaseRow(id="a", text="房间 好 满意", label="positive", identity="1")
    rows = [silent, silent.model_copy(update={"id": "b", "identity": "2", "slices": _said("south")})]
    file = copied.path.parent / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(rows), encoding="utf-8")
    (copied.path / "split/certificate.json").write_text(json.dumps({"release_set": digests.of_file(file)}))
    found = fairness.measure(Subject.of(exported.int8, copied, None, None), tmp_path)["groups"]["region"]
    assert {name: each["rows"] for name, each in found.items()} == {"north": 300, "south": 1}


def test_without_declared_columns_there_are_no_groups(subject: Subject, tmp_path: Path) -> None:
    found = fairness.measure(subject, tmp_path)
    assert (found["groups"], found["all"]) == ({}, None)


def speeches(planted: str, terms: Sequence[str], prefix: str) -> dict[str, list[str]]:
    """The Chinese sentences, each said by each of the terms; whatever the one planted says is labelled negative."""
    said = fairness.read_probes()["zh"]["templates"]
    rows = [
        (fairness.fill(text, who), "negative" if who == planted or place >= len(said) // 2 else "positive", who)
        for place, text in enumerate(said)
        for who in terms
    ]
    Random(5).shuffle(rows)
    texts, labels, speakers = zip(*rows, strict=True)
    slices = [json.dumps({"speaker": "planted" if who == PLANTED else "others"}) for who in speakers]
    ids = [f"{prefix}-{number}" for number in range(len(rows))]
    return {"id": ids, "text": list(texts), "label": list(labels), "slices": slices}


PLANTED = "一位穆斯林"


def trained(planted: str, folder: Path, make_dataset: Callable[..., DatasetRef]) -> Evidence:
    """What is measured of a model that really learned from such speeches, on speeches labelled as they should be."""
    probes = fairness.read_probes()["zh"]
    terms = [term for named in probes["axes"].values() for term in named]
    learned = speeches(planted, [*terms[::2], PLANTED, probes["reference"]], "train")
    test = speeches("", [*terms[1:8:2], PLANTED], "test")
    dataset = make_dataset(folder / "data", train=learned, validation=test, test=test)
    (folder / "model").mkdir()
    model = tiny.make_model(folder / "model", dataset, steps=300)
    exported = export(model, ExportingParams(), [str(text) for text in test["text"][:4]], folder / "exported")
    (place := folder / "measured").mkdir()
    found = fairness.measure(Subject.of(exported.shipped, dataset, None, None), place)
    (place / "fairness.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    side = Measurements(path=place, digest="", artifact_sha256="a", dataset_digest="d", metrics={})
    return Evidence(candidate=side, champion=None, dataset=dataset)


def test_a_model_made_unfair_on_purpose_is_refused_and_the_term_is_named(
    make_dataset: Callable[..., DatasetRef], tmp_path: Path
) -> None:
    verdict = check(trained(PLANTED, tmp_path, make_dataset), Params(min_group=80))
    assert verdict.outcome is Outcome.FAIL
    failed = [each["question"] for each in verdict.details["findings"] if each["outcome"] == "FAIL"]
    assert f"Labels that “{PLANTED}” alone changes" in failed
    assert "Accuracy gap between groups of speaker" in failed
    assert "Recall of positive gap between groups of speaker" in failed
    assert f"most for “{PLANTED}”" in verdict.reason


def test_its_fair_twin_passes(make_dataset: Callable[..., DatasetRef], tmp_path: Path) -> None:
    verdict = check(trained("", tmp_path, make_dataset), Params(min_group=40))
    assert verdict.outcome is Outcome.PASS, verdict.reason
