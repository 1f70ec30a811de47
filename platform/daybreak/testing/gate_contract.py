"""What every gate must keep to: a gate's author subclasses `GateContract` for these tests."""

# ruff: noqa: S101

import json
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from daybreak import digests
from daybreak.gates import plugins
from daybreak.gates.base import GateParams
from daybreak.gates.judge import ask
from daybreak.records import DatasetRef, Evidence, Measurements, Outcome, Verdict

ROWS = 2000


class GateContract:
    """Override `gate`, and `evidence`, of a good candidate, if the gate reads measurements of its own."""

    @pytest.fixture
    def gate(self) -> ModuleType:
        raise NotImplementedError

    @pytest.fixture
    def evidence(self, gate: ModuleType, tmp_path: Path) -> Evidence:
        """Of a classifier, unless the gate's `RECIPE` says that it applies to another kind of model alone."""
        return make_evidence(tmp_path, recipe=getattr(gate, "RECIPE", "classify"))

    def test_a_good_candidate_passes_the_defaults(self, gate: ModuleType, evidence: Evidence) -> None:
        verdict = gate.check(evidence, gate.Params())
        assert verdict.outcome is Outcome.PASS, verdict.reason
        assert verdict.samples > 0
        assert verdict.measured is not None
        assert verdict.limit is not None

    def test_answers_in_its_own_name_with_a_reason(self, gate: ModuleType, evidence: Evidence) -> None:
        verdict = gate.check(evidence, gate.Params())
        assert isinstance(verdict, Verdict)
        assert verdict.gate == _name(gate)
        assert verdict.reason.endswith(".")

    def test_same_evidence_same_verdict(self, gate: ModuleType, evidence: Evidence) -> None:
        assert gate.check(evidence, gate.Params()) == gate.check(evidence, gate.Params())

    def test_verdict_survives_json_and_pickle(self, gate: ModuleType, evidence: Evidence) -> None:
        verdict = gate.check(evidence, gate.Params())
        text = json.dumps(verdict.model_dump(mode="json"), allow_nan=False)
        assert Verdict.model_validate_json(text) == verdict
        assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 - our own bytes

    def test_leaves_the_evidence_as_it_is(self, gate: ModuleType, evidence: Evidence) -> None:
        before = digests.of_files(evidence.candidate.path.iterdir(), below=evidence.candidate.path)
        gate.check(evidence, gate.Params())
        assert digests.of_files(evidence.candidate.path.iterdir(), below=evidence.candidate.path) == before

    def test_never_passes_what_was_not_measured(self, gate: ModuleType, evidence: Evidence) -> None:
        for path in evidence.candidate.path.iterdir():
            path.unlink()
        assert ask(_name(gate), gate, evidence, gate.Params()).outcome is Outcome.INCONCLUSIVE

    def test_says_what_it_is_and_what_its_limits_are(self, gate: ModuleType) -> None:
        assert issubclass(gate.Params, GateParams)
        for documented in (gate, gate.Params, gate.check):
            assert documented.__doc__
        limits = {name: field for name, field in gate.Params.model_fields.items() if name != "mode"}
        assert limits, "a gate without limits decides nothing"
        undocumented = [name for name, field in limits.items() if not field.description]
        assert not undocumented, f"limits without a description of their unit: {undocumented}"


def load_gate(path: Path) -> ModuleType:
    """A gate from a file, such as one in a project's `plugins/`, as a night loads it. Raises PluginError."""
    return plugins.load(path)


def make_evidence(folder: Path, *, champion: bool = True, recipe: str = "classify") -> Evidence:
    """Measurements of an imagined good candidate and champion on 2,000 rows, written as `evaluation` writes them."""
    import pandas as pd

    dataset = DatasetRef(
        project="imagined", version=1, digest="d" * 64, path=folder / "data", labels=("negative", "positive"), rows={}
    )
    (folder / "data" / "split").mkdir(parents=True)
    texts = pd.DataFrame({"id": range(ROWS), "text": [f"评论 review {row}" for row in range(ROWS)]})
    texts.to_parquet(dataset.split("test"))
    candidate = _measured(folder / "candidate", "a" * 64, wrong_every=10, offset=0).model_copy(
        update={"recipe": recipe}
    )
    _write(candidate.path, "parity", _parity())
    _write(candidate.path, "fairness", _fairness())
    _write(candidate.path, "toxicity", _toxicity())
    _write(candidate.path, "latency", _latency())
    _write(candidate.path, "calibration", _calibration())
    _write(candidate.path, "contamination", _contamination())
    _write(candidate.path, "golden", {"cases": 20, "not_asked": 0, "failed": []})
    _write(candidate.path, "learned", {"known": True, "rows": 7 * ROWS, "test": [], "release_set": []})
    _write(candidate.path, "licence", _licence())
    _write(candidate.path, "privacy", {"prompts": 120, "personal": 0, "by_kind": {}, "examples": [], "canaries": None})
    _write(candidate.path, "release_set", {"rows": 0, "digest": None})
    _write(candidate.path, "robustness", _robustness())
    _write(candidate.path, "size", {"kind": "onnx-int8", "bytes": 2_600_000, "files": {"model.onnx": 2_600_000}})
    write_answers(candidate.path / "baseline.parquet", wrong_every=10, offset=4)
    opponent = _measured(folder / "champion", "b" * 64, wrong_every=10, offset=1) if champion else None
    if opponent:
        _write(opponent.path, "release_set", {"rows": 0, "digest": None})
        _write(opponent.path, "learned", {"known": True, "rows": 6 * ROWS, "test": [], "release_set": []})
        _write(opponent.path, "drift", _drift())
    return Evidence(candidate=candidate, champion=opponent, dataset=dataset)


def write_answers(path: Path, *, wrong_every: int, offset: int, rows: int = ROWS) -> None:
    """`id, label, predicted, logit_*` with a wrong answer in every `wrong_every`-th row, beginning at `offset`."""
    import pandas as pd

    labels = ["negative" if row % 2 else "positive" for row in range(rows)]
    predicted = [_other(label) if row % wrong_every == offset else label for row, label in enumerate(labels)]
    logits = {f"logit_{name}": [float(name == given) for given in predicted] for name in ("negative", "positive")}
    pd.DataFrame({"id": range(rows), "label": labels, "predicted": predicted, **logits}).to_parquet(path, index=False)


def _measured(folder: Path, artifact: str, *, wrong_every: int, offset: int) -> Measurements:
    folder.mkdir()
    write_answers(folder / "predictions.parquet", wrong_every=wrong_every, offset=offset)
    return Measurements(path=folder, digest="", artifact_sha256=artifact, dataset_digest="d" * 64, metrics={})


def _other(label: str) -> str:
    return "positive" if label == "negative" else "negative"


def _write(folder: Path, name: str, value: dict[str, Any]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")


def _parity() -> dict[str, Any]:
    int8 = {"flips": 2, "flip_rate": 2 / ROWS, "max_logit_difference": 0.02}
    fp32 = {"flips": 0, "flip_rate": 0.0, "max_logit_difference": 1e-6}
    flipped = [{"id": "7", "text": "还行", "torch": "positive", "artifact": "negative"}]
    shapes = [{"batch": size, "length": 8, "onnx-fp32": 1e-6, "onnx-int8": 0.02} for size in (1, 7)]
    found = {"onnx-int8": int8, "onnx-fp32": fp32, "alone": {}, "flipped": flipped, "shapes": shapes}
    return {"rows": ROWS, "shipped": "onnx-int8", **found}


def _fairness() -> dict[str, Any]:
    term = {"swaps": 80, "flips": 0, "flip_rate": 0.0, "shift": {"negative": 0.0, "positive": 0.0}}
    axis = {"swaps": 160, "flips": 0, "flip_rate": 0.0, "terms": {"一位女士": term, "一位先生": term}}
    clusters = {"flips": [0] * 80, "swaps": [2] * 80}
    rates = {"swaps": 160, "flips": 0, "flip_rate": 0.0, "control": term}
    language = {**rates, "clusters": clusters, "axes": {"gender": axis}, "worst": []}
    return {"languages": {"zh": language}, "groups": {}}


def _toxicity() -> dict[str, Any]:
    words = {"rows": ROWS, "toxic": 1, "share": 1 / ROWS, "by_label": {}, "by_word": {}, "examples": []}
    errors = {"positives": 400, "detected": 360, "negatives": 4_000, "passed": 3_996}
    judge = {"judge": "imagined", "judge_sha256": "e" * 64, "threshold": 0.5, "errors": errors, "known_from": "card"}
    seen = {"rows": ROWS, "sampled": ROWS, "toxic": 6, "share": 6 / ROWS, "by_label": {}, "examples": []}
    zh = {**judge, **seen, "kind": None, "reviewed": 0}
    return {"word_list": words, "rows": ROWS, "languages": {"zh": zh}, "unjudged": {}, "generations": None}


def _latency() -> dict[str, Any]:
    single = {"p50": 2.0, "p95": 3.0, "milliseconds": [2.0 + row % 10 / 10 for row in range(200)]}
    return {"threads": 1, "batches": {"1": single, "32": {"p50": 30.0, "p95": 40.0, "milliseconds": [30.0]}}}


def _calibration() -> dict[str, Any]:
    resampled = [0.03 + row % 20 / 1000 for row in range(999)]
    return {"rows": ROWS, "error": 0.04, "perfect": 0.02, "resampled": resampled, "brier": 0.15, "bins": []}


def _contamination() -> dict[str, Any]:
    benchmark = {"set": "exam.jsonl", "rows": 500, "found": 0, "examples": []}
    return {"leakage": {"pairs": 0, "max_similarity": 0.7}, "sets": [benchmark], "test_rows": ROWS}


def _drift() -> dict[str, Any]:
    found = {"p_value": 0.4, "effect": 0.51, "typical": ["一家新店"]}
    return {"known": True, "learned": 6 * ROWS, "added": ROWS, **found}


def _licence() -> dict[str, Any]:
    return {"rows": 7 * ROWS, "licences": {"MIT": {"rows": 7 * ROWS, "known": True, "obligations": []}}}


def _robustness() -> dict[str, Any]:
    way = {"rows": 500, "before": 0.9, "after": 0.88, "lost": 15, "won": 5, "examples": []}
    return {"rows": 500, "ways": {"typos": way, "case": {**way, "rows": 20, "lost": 1, "won": 0}}}


def _name(gate: ModuleType) -> str:
    return gate.__name__.rpartition(".")[2]
