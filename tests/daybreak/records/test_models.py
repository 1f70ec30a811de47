"""A model says what it was trained from, and what its bits hang on."""

from pathlib import Path

from daybreak.records import BaseRef, ModelRef, SeedScore


def test_a_model_written_by_an_earlier_daybreak_is_read() -> None:
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="t")
    known = {"path": Path("m"), "recipe": "classify", "labels": (), "sha256": "m", "base": base, "seed": 17}
    model = ModelRef.model_validate({**known, "metrics": {}})
    assert (model.environment, model.seeds) == ({}, ())
    assert model.model_copy(update={"seeds": (SeedScore(seed=17, score=0.8, sha256="m"),)}).seeds[0].score == 0.8
