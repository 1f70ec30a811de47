"""A ledger of the first schema is brought up: nothing is lost, and its settled moves are in the chain."""

import json
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from daybreak.errors import StepFailed
from daybreak.ledger import Ledger

MOVE = text(
    "INSERT INTO moves (project, at, actor, from_version, to_version, outcome, reason, run_id, data_version, "
    '"commit", evidence, model_sha256, artifact, duration_ms) VALUES (:project, :at, :actor, :from_version, '
    ":to_version, :outcome, :reason, :run_id, 3, 'c0ffee', 'e', :sha, :artifact, :duration)"
)
RUN = text(
    "INSERT INTO runs (run_id, project, status, key, started_at, finished_at, record) "
    "VALUES ('night-2', 'sample', 'released', 'k', :at, :at, :record)"
)
AT = "2026-03-01 06:00:00.123456"


def write_old(url: str, home: Path) -> None:
    """A ledger as the first schema left it: two releases, a refusal, one move pending, and another project's."""
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "daybreak.ledger:migrations")
    at = AT if url.startswith("sqlite") else f"{AT}+00"
    rows = [("sample", 1, "done"), ("sample", 2, "done"), ("sample", 3, "refused"), ("other", 1, "done")]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(RUN, {"at": at, "record": json.dumps({"params_digest": "p" * 64})})
        for project, version, outcome in [*rows, ("sample", 4, "pending")]:
            artifact = {
                "path": str(home / "models" / str(version)),
                "kind": "onnx-int8",
                "sha256": f"{version:064x}",
                "bytes": 9,
                "files": [],
            }
            facts = {
                "project": project,
                "at": at,
                "actor": "夜班",
                "from_version": version - 1 or None,
                "to_version": version,
                "outcome": outcome,
                "reason": "r",
                "run_id": f"night-{version}",
                "sha": f"{version:064x}",
                "artifact": json.dumps(artifact),
                "duration": 61.5 if outcome == "done" else None,
            }
            connection.execute(MOVE, facts)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Ledger:
    database = request.getfixturevalue("postgres") if request.param == "postgresql" else url
    write_old(database, tmp_path)
    return Ledger(database, home=tmp_path)


def test_settled_moves_enter_the_chain_and_pending_ones_do_not(upgraded: Ledger) -> None:
    entries = upgraded.journal("sample")
    assert [entry.facts["to_version"] for entry in entries] == [1, 2, 3]
    assert [entry.at.isoformat() for entry in entries] == ["2026-03-01T06:00:00.123456+00:00"] * 3
    assert len(upgraded.journal("other")) == 1
    assert (upgraded.verify("sample"), upgraded.verify("other")) == (None, None)


def test_nothing_is_lost_and_what_runs_know_is_filled_in(upgraded: Ledger) -> None:
    pending, refused, second, first = upgraded.history("sample")
    assert [move.outcome for move in (pending, refused, second, first)] == ["pending", "refused", "done", "done"]
    assert {move.kind for move in upgraded.history("sample")} == {"release"}
    assert (first.params_digest, second.params_digest) == ("", "p" * 64)
    assert (second.actor, second.duration_ms, second.settled_at) == ("夜班", 61.5, second.at)
    assert pending.settled_at is None


def test_the_pending_move_is_settled_as_before_and_joins_the_chain(upgraded: Ledger) -> None:
    with upgraded.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("done", 1.0)
    champion = upgraded.champion("sample")
    assert champion is not None
    assert champion.version == 4
    assert len(upgraded.journal("sample")) == 4
    assert upgraded.verify("sample") is None


def test_paths_below_the_home_became_relative(upgraded: Ledger, tmp_path: Path) -> None:
    with upgraded._database.read() as session:
        kept = {json.loads(row)["path"] for row in session.scalars(text("SELECT CAST(artifact AS TEXT) FROM moves"))}
    assert kept == {f"models/{version}" for version in (1, 2, 3, 4)}
    champion = upgraded.champion("sample")
    assert champion is not None
    assert champion.artifact.path == tmp_path / "models" / "2"


@pytest.mark.parametrize(
    "statement", ["UPDATE moves SET kind = 'adopt' WHERE id = 5", "DELETE FROM moves", "DELETE FROM journal"]
)
def test_the_guards_stand_again(upgraded: Ledger, statement: str) -> None:
    with pytest.raises(StepFailed, match="append-only"), upgraded._database.write("sample") as session:
        session.execute(text(statement))
