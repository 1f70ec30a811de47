"""What is asked of a language model: perplexity beside base, champion and anchor, and likeness of answers."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from daybreak.gates import answering, quality
from daybreak.gates.judge import ask
from daybreak.gates.quality import Params
from daybreak.records import DatasetRef, Evidence, Measurements, Outcome, Standing

ROWS = 400


def side(folder: Path, *, more: float = 0.0, spread: float = 0.2, sha256: str = "a", seed: int = 1) -> Measurements:
    """What a model expected of 400 rows of ten tokens: `more` nats a token than two, give or take."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(7)
    hard = draw.normal(2, 0.5, ROWS)
    own = np.random.default_rng(seed).normal(more, spread, ROWS)
    rows = pd.DataFrame({"id": [f"r{place}" for place in range(ROWS)], "nats": 10 * (hard + own), "tokens": 10})
    rows = rows.assign(right=4, characters=25, asked="在吗？", reference="在的。", answer="在。", exact=0.0, chrf=0.4)
    rows.to_parquet(folder / "answers.parquet", index=False)
    learned = {"known": True, "rows": 9, "test": [], "release_set": []}
    (folder / "learned.json").write_text(json.dumps(learned), encoding="utf-8")
    return Measurements(
        path=folder, digest="", artifact_sha256=sha256, dataset_digest="d", metrics={}, recipe="generate"
    )


def evidence(tmp_path: Path, candidate: Measurements, base: float = 0.5, **others: object) -> Evidence:
    rows = pd.read_parquet(side(tmp_path / "base", more=base, seed=9).path / "answers.parquet")
    rows[["id", "nats", "tokens", "right", "characters"]].to_parquet(candidate.path / "base.parquet")
    dataset = DatasetRef(project="p", version=1, digest="d", path=tmp_path, labels=(), rows={})
    return Evidence(**{"candidate": candidate, "champion": None, "dataset": dataset, **others})


def test_a_model_that_learned_passes(tmp_path: Path) -> None:
    verdict = quality.check(evidence(tmp_path, side(tmp_path / "ours")), Params())
    assert verdict.outcome is Outcome.PASS, verdict.reason
    assert verdict.measured == pytest.approx(np.exp(-0.5) - 1, abs=0.03)
    assert verdict.details["anchor"]["change"] == "reset"
    assert verdict.details["examples"][0] == {"text": "在吗？", "label": "在的。", "predicted": "在。"}
    assert "no champion yet" in verdict.reason
    assert "40.00 % like their references" in verdict.reason


def test_a_model_that_unlearned_fails_beside_its_base(tmp_path: Path) -> None:
    verdict = quality.check(evidence(tmp_path, side(tmp_path / "ours"), base=-0.3), Params())
    assert verdict.outcome is Outcome.FAIL
    assert "Perplexity against the untuned base" in verdict.reason


def test_an_equal_of_the_champion_passes(tmp_path: Path) -> None:
    theirs = side(tmp_path / "champion", sha256="b", spread=0.1, seed=2)
    ours = side(tmp_path / "ours", spread=0.1)
    verdict = quality.check(evidence(tmp_path, ours, champion=theirs), Params(max_perplexity_rise=0.03))
    assert verdict.outcome is Outcome.PASS, verdict.reason
    assert verdict.details["anchor"]["change"] == "kept"


def test_a_worse_one_than_the_champion_fails_and_a_better_one_raises_the_anchor(tmp_path: Path) -> None:
    theirs = side(tmp_path / "champion", sha256="b", seed=2)
    worse = evidence(tmp_path / "1", side(tmp_path / "worse", more=0.2), champion=theirs)
    assert quality.check(worse, Params()).outcome is Outcome.FAIL
    better = evidence(tmp_path / "2", side(tmp_path / "better", more=-0.2), champion=theirs)
    verdict = quality.check(better, Params())
    assert verdict.outcome is Outcome.PASS
    assert verdict.details["anchor"]["change"] == "raised"


def test_small_losses_are_held_against_the_anchor(tmp_path: Path) -> None:
    champion, best = side(tmp_path / "champion", sha256="b", more=0.08), side(tmp_path / "anchor", sha256="c")
    ours = side(tmp_path / "ours", more=0.08, spread=0.2, seed=3)
    given = evidence(tmp_path, ours, champion=champion, anchor=best, standing=Standing(anchor_version=4))
    verdict = quality.check(given, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "Perplexity against the anchor, version 4" in verdict.reason
    gone = given.model_copy(update={"anchor": None})
    assert "version 4, whose files are gone" in quality.check(gone, Params()).reason


def test_few_rows_decide_nothing_and_say_how_many_would(tmp_path: Path) -> None:
    champion, ours = side(tmp_path / "champion", sha256="b", seed=2), side(tmp_path / "ours")
    verdict = quality.check(evidence(tmp_path, ours, champion=champion), Params(max_perplexity_rise=0.005))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more


def test_rows_that_either_has_learned_do_not_judge(tmp_path: Path) -> None:
    champion, ours = side(tmp_path / "champion", sha256="b", seed=2), side(tmp_path / "ours")
    taught = {"known": True, "rows": 9, "test": [f"r{place}" for place in range(380)], "release_set": []}
    (champion.path / "learned.json").write_text(json.dumps(taught), encoding="utf-8")
    verdict = quality.check(evidence(tmp_path, ours, champion=champion), Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.samples == 20


def test_rows_that_were_cut_differently_decide_nothing_and_say_so(tmp_path: Path) -> None:
    theirs, ours = side(tmp_path / "champion", sha256="b", seed=2), side(tmp_path / "ours")
    table = theirs.path / "answers.parquet"
    pd.read_parquet(table).assign(characters=12).to_parquet(table)
    verdict = quality.check(evidence(tmp_path, ours, champion=theirs), Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "cut alike by both" in verdict.model_dump_json()


def test_likeness_is_asked_where_a_floor_is_set(tmp_path: Path) -> None:
    given = evidence(tmp_path, side(tmp_path / "ours"))
    assert quality.check(given, Params(min_likeness=0.3)).outcome is Outcome.PASS
    verdict = quality.check(given, Params(min_likeness=0.5))
    assert verdict.outcome is Outcome.FAIL
    assert "Likeness of answers to their references" in verdict.reason


def test_a_champion_of_another_kind_is_not_compared(tmp_path: Path) -> None:
    other = side(tmp_path / "champion", sha256="b").model_copy(update={"recipe": "classify"})
    verdict = quality.check(evidence(tmp_path, side(tmp_path / "ours"), champion=other), Params())
    assert verdict.outcome is Outcome.PASS
    assert "another kind" in verdict.reason


@pytest.mark.parametrize("missing", ["answers.parquet", "base.parquet", "learned.json"])
def test_what_was_not_measured_passes_nothing(tmp_path: Path, missing: str) -> None:
    given = evidence(tmp_path, side(tmp_path / "ours"))
    (given.candidate.path / missing).unlink()
    assert ask("quality", quality, given, Params()).outcome is Outcome.INCONCLUSIVE


def test_losses_that_are_no_numbers_pass_nothing(tmp_path: Path) -> None:
    given = evidence(tmp_path, side(tmp_path / "ours"))
    path = given.candidate.path / answering.TABLE
    pd.read_parquet(path).assign(nats=float("nan")).to_parquet(path)
    verdict = ask("quality", quality, given, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "losses that are no numbers" in verdict.reason
