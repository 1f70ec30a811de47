"""The hash-chained journal, and what a move tells of its kind, weights and params; settled moves enter the chain."""

from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from daybreak import digests
from daybreak.ledger import artifacts
from daybreak.ledger.tables import Moment
from daybreak.records import JournalEntry

revision = "0002"
down_revision = "0001"

_FACTS = (
    'id, project, at, actor, kind, from_version, to_version, reason, run_id, data_version, "commit", evidence, '
    "model_sha256, weights_sha256, params_digest, artifact"
)
_COMPLAINT = "the release journal is append-only"
# Trigger, what sets it off, and for which rows.
_ON_MOVES = {
    "moves_keep_facts": f"BEFORE UPDATE OF {_FACTS} ON moves FOR EACH ROW",
    "moves_keep_outcome": "BEFORE UPDATE ON moves FOR EACH ROW WHEN (OLD.outcome <> 'pending')",
    "moves_stay": "BEFORE DELETE ON moves FOR EACH ROW",
}
_ON_JOURNAL = {
    "journal_keeps_facts": "BEFORE UPDATE ON journal FOR EACH ROW",
    "journal_stays": "BEFORE DELETE ON journal FOR EACH ROW",
}
_RUNS = sa.table("runs", sa.column("run_id", sa.String), sa.column("record", sa.JSON))
_MOVES = sa.table(
    "moves",
    *(sa.column(name, sa.Integer) for name in ("id", "from_version", "to_version", "data_version")),
    *(sa.column(name, Moment) for name in ("at", "settled_at")),
    *(sa.column(name, sa.String) for name in ("project", "actor", "kind", "outcome", "reason", "run_id", "commit")),
    *(sa.column(name, sa.String) for name in ("evidence", "model_sha256", "weights_sha256", "params_digest")),
    sa.column("duration_ms", sa.Float),
    sa.column("artifact", sa.JSON),
)
_JOURNAL = sa.table(
    "journal",
    sa.column("number", sa.Integer),
    sa.column("at", Moment),
    sa.column("facts", sa.JSON),
    *(sa.column(name, sa.String) for name in ("project", "event", "previous", "digest")),
)


def upgrade() -> None:
    """Widen the moves, make the journal, take the settled moves into it, and guard both."""
    _unguard_moves()
    _widen_moves()
    _create_journal()
    _complete_moves()
    _chain_settled_moves()
    _guard()


def _unguard_moves() -> None:
    on_file = op.get_bind().dialect.name == "sqlite"
    for name in _ON_MOVES:
        op.execute(f"DROP TRIGGER {name}" if on_file else f"DROP TRIGGER {name} ON moves")


def _widen_moves() -> None:
    for name, kind, default in (
        ("kind", sa.String(16), "release"),
        ("weights_sha256", sa.String(64), ""),
        ("params_digest", sa.String(64), ""),
    ):
        op.add_column("moves", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("moves", sa.Column("settled_at", sa.DateTime(timezone=True)))


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("project", sa.String(128), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("project", "number", name="one_row_a_number"),
    )


def _complete_moves() -> None:
    """What the runs know of the params, when a move was settled (then: when it was begun), and paths below the home."""
    home: Path | None = context.config.attributes.get("home")
    runs = op.get_bind().execute(sa.select(_RUNS.c.run_id, _RUNS.c.record))
    digest_of = {run_id: record.get("params_digest", "") for run_id, record in runs}
    for move in _moves():
        changes = {
            "params_digest": digest_of.get(move["run_id"], ""),
            "settled_at": None if move["outcome"] == "pending" else move["at"],
            "artifact": artifacts.relative(move["artifact"], home),
        }
        op.execute(sa.update(_MOVES).where(_MOVES.c.id == move["id"]).values(changes))


def _chain_settled_moves() -> None:
    last: dict[str, JournalEntry] = {}
    for move in _moves():
        if move["outcome"] == "pending":
            continue
        before = last.get(move["project"])
        entry = JournalEntry(
            project=move["project"],
            number=before.number + 1 if before else 1,
            at=move["at"],
            event="move",
            facts=_facts(move),
            previous=before.digest if before else "",
        ).sealed()
        op.execute(sa.insert(_JOURNAL).values(dict(entry)))
        last[entry.project] = entry


def _moves() -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.select(_MOVES).order_by(_MOVES.c.id)).mappings()]


def _facts(move: dict[str, Any]) -> dict[str, Any]:
    """What `MoveRow.facts` gave when this step was written."""
    plain = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in move.items()}
    return {**plain, "artifact": digests.of_value(move["artifact"])}


def _guard() -> None:
    on_file = op.get_bind().dialect.name == "sqlite"
    body = f"BEGIN SELECT RAISE(ABORT, '{_COMPLAINT}'); END" if on_file else "EXECUTE FUNCTION moves_refuse()"
    for name, occasion in (_ON_MOVES | _ON_JOURNAL).items():
        op.execute(f"CREATE TRIGGER {name} {occasion} {body}")
