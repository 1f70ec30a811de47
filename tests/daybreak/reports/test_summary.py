"""A night's summary names what came of it, its numbers, its verdicts and where to look."""

from making import Finished

from daybreak.reports import summary


def test_it_names_the_outcome_the_data_and_the_numbers(finished: Finished) -> None:
    text = summary.in_markdown(finished.record)
    assert text.startswith("# Released: sample, version 1\n")
    assert "data version 1" in text
    assert "| accuracy |" in text
    assert all(f"**{verdict.gate}** {verdict.outcome}" in text for verdict in finished.record.verdicts)
    assert finished.record.artifacts["report"] in text


def test_addresses_are_links_where_they_are_known(finished: Finished) -> None:
    assert "](" not in summary.in_markdown(finished.record)
    linked = finished.record.model_copy(
        update={
            "mlflow": {"run_id": "r", "run_url": "http://127.0.0.1:5000/#/run"},
            "prefect": {"flow_run_url": "http://127.0.0.1:4200/runs/x"},
        }
    )
    text = summary.in_markdown(linked)
    assert "[MLflow run](http://127.0.0.1:5000/#/run)" in text
    assert "[Prefect run](http://127.0.0.1:4200/runs/x)" in text


def test_a_night_that_broke_off_has_one_too(finished: Finished) -> None:
    broken = finished.record.model_copy(update={"status": "failed", "model": None, "metrics": {}, "verdicts": ()})
    text = summary.in_markdown(broken)
    assert text.startswith("# Failed: sample\n")
    assert "metric" not in text


def test_the_table_has_a_row_a_verdict_and_short_numbers(finished: Finished) -> None:
    rows = summary.table(finished.record.verdicts)
    assert [row["gate"] for row in rows] == [verdict.gate for verdict in finished.record.verdicts]
    assert all(len(row[name]) <= 9 for row in rows for name in ("measured", "at worst", "limit"))
    assert next(row["outcome"] for row in rows if row["gate"] == "size") == "PASS (warn)"
