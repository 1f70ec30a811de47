"""A person's word of the time before anchors: what was released by an override, adopted or accepted is one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_FACTS = (
    'id, project, at, actor, kind, from_version, to_version, reason, run_id, data_version, "commit", evidence, '
    "model_sha256, weights_sha256, params_digest, artifact, anchor, release_set"
)
# What guards them, and when: both would refuse to have a settled move changed.
_GUARDS = {
    "moves_keep_facts": f"BEFORE UPDATE OF {_FACTS} ON moves FOR EACH ROW",
    "moves_keep_outcome": "BEFORE UPDATE ON moves FOR EACH ROW WHEN (OLD.outcome <> 'pending')",
}
_COMPLAINT = "the release journal is append-only"
_MOVES = sa.table("moves", *(sa.column(name) for name in ("id", "kind", "reason", "anchor")))
_JOURNAL = sa.table("journal", sa.column("event"), sa.column("facts", sa.JSON))
# Who answered for a model, by kind of move and how its reason began.
_ACCEPTED = (("promote", "override: "), ("reconcile", "accepted: "), ("adopt", ""))


def upgrade() -> None:
    """Fill in what moves of that time make of the anchor; those whose seal names it keep to it."""
    on_file = op.get_bind().dialect.name == "sqlite"
    for name in _GUARDS:
        op.execute(f"DROP TRIGGER {name}" if on_file else f"DROP TRIGGER {name} ON moves")
    for move in _accepted():
        op.execute(sa.update(_MOVES).where(_MOVES.c.id == move).values(anchor="reset"))
    body = f"BEGIN SELECT RAISE(ABORT, '{_COMPLAINT}'); END" if on_file else "EXECUTE FUNCTION moves_refuse()"
    for name, occasion in _GUARDS.items():
        op.execute(f"CREATE TRIGGER {name} {occasion} {body}")


def _accepted() -> list[int]:
    """Moves at a person's word that were sealed before a seal said what they make of the anchor."""
    sealed = op.get_bind().execute(sa.select(_JOURNAL.c.facts).where(_JOURNAL.c.event == "move")).scalars()
    former = {facts["id"] for facts in sealed if "anchor" not in facts}
    rows = op.get_bind().execute(sa.select(_MOVES.c.id, _MOVES.c.kind, _MOVES.c.reason)).all()
    return [move for move, kind, reason in rows if move in former and _by_a_person(kind, reason)]


def _by_a_person(kind: str, reason: str) -> bool:
    return any(kind == made and reason.startswith(begins) for made, begins in _ACCEPTED)
