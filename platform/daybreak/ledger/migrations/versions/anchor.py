"""What a move makes of the anchor, and by which release set its model was judged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NAME = "moves_keep_facts"
_FACTS = (
    'id, project, at, actor, kind, from_version, to_version, reason, run_id, data_version, "commit", evidence, '
    "model_sha256, weights_sha256, params_digest, artifact, anchor, release_set"
)
_COMPLAINT = "the release journal is append-only"


def upgrade() -> None:
    """Widen the moves, and guard the columns that came."""
    on_file = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {_NAME}" if on_file else f"DROP TRIGGER {_NAME} ON moves")
    for name, kind, default in (("anchor", sa.String(8), "kept"), ("release_set", sa.String(64), "")):
        op.add_column("moves", sa.Column(name, kind, nullable=False, server_default=default))
    body = f"BEGIN SELECT RAISE(ABORT, '{_COMPLAINT}'); END" if on_file else "EXECUTE FUNCTION moves_refuse()"
    op.execute(f"CREATE TRIGGER {_NAME} BEFORE UPDATE OF {_FACTS} ON moves FOR EACH ROW {body}")
