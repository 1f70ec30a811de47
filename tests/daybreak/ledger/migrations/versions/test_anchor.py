"""A ledger of the second schema is brought up: its moves keep the anchor, and the guards cover what came."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from daybreak.errors import StepFailed
from daybreak.ledger import Ledger
from daybreak.ledger.anchoring import Anchor, anchor

MOVE = text(
    "INSERT INTO moves (project, at, actor, kind, from_version, to_version, outcome, reason, run_id, data_version, "
    "\"commit\", evidence, model_sha256, weights_sha256, params_digest, artifact, settled_at) VALUES ('sample', :at, "
    "'夜班', 'release', :before, :version, :outcome, 'r', 'night', 3, 'c0ffee', 'e', 's', 'w', 'p', :artifact, :at)"
)
ARTIFACT = '{"path": "models/1", "kind": "onnx-int8", "sha256": "s", "bytes": 9, "files": []}'


@pytest.fixture(params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Ledger:
    """Two releases and a pending move, as the second schema left them."""
    database = request.getfixturevalue("postgres") if request.param == "postgresql" else url
    engine, config = create_engine(database), Config()
    config.set_main_option("script_location", "daybreak.ledger:migrations")
    at = "2026-03-01 06:00:00.123456" + ("" if database.startswith("sqlite") else "+00")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for version, outcome in ((1, "done"), (2, "done"), (3, "pending")):
            facts = {"at": at, "before": version - 1 or None, "version": version, "outcome": outcome}
            connection.execute(MOVE, {**facts, "artifact": ARTIFACT})
    engine.dispose()
    return Ledger(database, home=tmp_path)


def test_the_first_champion_is_the_anchor(upgraded: Ledger) -> None:
    moves = upgraded.history("sample")
    assert {(move.anchor, move.release_set) for move in moves} == {("kept", "")}
    done = [move for move in reversed(moves) if move.outcome == "done"]
    assert anchor(done) == Anchor(1, "", comparisons=1)


@pytest.mark.parametrize("column", ["anchor = 'reset'", "release_set = 'f'", "kind = 'adopt'"])
def test_what_a_move_says_cannot_be_changed(upgraded: Ledger, column: str) -> None:
    with pytest.raises(StepFailed, match="append-only"), upgraded._database.write("sample") as session:
        session.execute(text(f"UPDATE moves SET {column} WHERE to_version = 3"))
