"""An outcome becomes a page that Markdown can show."""

from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.outcomes import _cell, show_outcome


def test_what_would_break_the_table_is_escaped() -> None:
    assert _cell("a|b\nc") == "a\\|b c"
    assert _cell(("满意", 3)) == "('满意', 3)"


def test_a_page_that_cannot_be_made_does_no_harm() -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        show_outcome.fn("sample", "rollback-model", "done", {"version": 3})
