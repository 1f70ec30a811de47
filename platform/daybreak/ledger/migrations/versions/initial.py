"""Runs, their verdicts, and the release journal, whose settled rows no statement can change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_FACTS = (
    "id, project, at, actor, from_version, to_version, reason, run_id, data_version, "
    '"commit", evidence, model_sha256, artifact'
)
_RULES = {
    "moves_keep_facts": f"BEFORE UPDATE OF {_FACTS} ON moves FOR EACH ROW",
    "moves_keep_outcome": "BEFORE UPDATE ON moves FOR EACH ROW WHEN (OLD.outcome <> 'pending')",
    "moves_stay": "BEFORE DELETE ON moves FOR EACH ROW",
}
_COMPLAINT = "the release journal is append-only"


def upgrade() -> None:
    """Make the tables and the journal's guards."""
    _create_runs()
    _create_verdicts()
    _create_moves()
    _guard_journal()


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("project", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
    )
    op.create_index("runs_by_time", "runs", ["project", "started_at"])
    op.create_index("runs_by_key", "runs", ["project", "key"])


def _create_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
        sa.Column("gate", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("measured", sa.Float),
        sa.Column("limit", sa.Float),
        sa.Column("bound", sa.Float),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.UniqueConstraint("run_id", "gate", name="one_verdict_a_gate"),
    )


def _create_moves() -> None:
    op.create_table(
        "moves",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("project", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(256), nullable=False),
        sa.Column("from_version", sa.Integer),
        sa.Column("to_version", sa.Integer),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("data_version", sa.Integer, nullable=False),
        sa.Column("commit", sa.String(64), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("artifact", sa.JSON, nullable=False),
        sa.Column("duration_ms", sa.Float),
    )
    op.create_index("moves_by_project", "moves", ["project", "id"])


def _guard_journal() -> None:
    on_file = op.get_bind().dialect.name == "sqlite"
    if not on_file:
        op.execute(
            "CREATE FUNCTION moves_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_COMPLAINT}'; END $$"
        )
    body = f"BEGIN SELECT RAISE(ABORT, '{_COMPLAINT}'); END" if on_file else "EXECUTE FUNCTION moves_refuse()"
    for name, occasion in _RULES.items():
        op.execute(f"CREATE TRIGGER {name} {occasion} {body}")
