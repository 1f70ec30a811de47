"""A ledger of the third schema, and of the second, is brought up: a person's last word is the anchor."""

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from daybreak.errors import StepFailed
from daybreak.ledger import Ledger
from daybreak.ledger.anchoring import Anchor, anchor
from daybreak.records import JournalEntry

MOVE = text(
    "INSERT INTO moves (project, at, actor, kind, from_version, to_version, outcome, reason, run_id, data_version, "
    "\"commit\", evidence, model_sha256, weights_sha256, params_digest, artifact, settled_at) VALUES ('sample', :at, "
    "'林晓', :kind, :before, :version, 'done', :reason, 'night', 3, 'c0ffee', 'e', 's', 'w', 'p', :artifact, :at) "
    "RETURNING id"
)
SEAL = text(
    "INSERT INTO journal (project, number, at, event, facts, previous, digest) "
    "VALUES ('sample', :number, :at, 'move', :facts, :previous, :digest)"
)
ARTIFACT = '{"path": "models/1", "kind": "onnx-int8", "sha256": "s", "bytes": 9, "files": []}'
AT = "2026-03-01 06:00:00.123456"
MADE = (("adopt", "r"), ("promote", "override: 急用"), ("release", "r"), ("promote", "看过了"))


def write(connection: Connection, at: str, **more: Any) -> None:
    """Four models, one after another, sealed with the facts of that time and `more`."""
    previous = ""
    for number, (kind, reason) in enumerate(MADE, 1):
        told = {"kind": kind, "reason": reason, "before": number - 1 or None, "version": number}
        move = connection.execute(MOVE, {"at": at, "artifact": ARTIFACT, **told}).scalar_one()
        settled = {"outcome": "done", "from_version": number - 1 or None, "to_version": number}
        facts = {"id": move, "kind": kind, "reason": reason, **settled, **more}
        entry = JournalEntry.model_validate(
            {"project": "sample", "number": number, "at": f"{AT}+00:00", "event": "move", "facts": facts}
            | {"previous": previous}
        ).sealed()
        sealed = {"number": number, "at": at, "facts": json.dumps(facts), "previous": previous, "digest": entry.digest}
        connection.execute(SEAL, sealed)
        previous = entry.digest


def open_upgraded(url: str, schema: str, home: Path, **more: Any) -> Ledger:
    engine, config = create_engine(url), Config()
    config.set_main_option("script_location", "daybreak.ledger:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        write(connection, AT if url.startswith("sqlite") else f"{AT}+00", **more)
    engine.dispose()
    return Ledger(url, home=home)


def found(ledger: Ledger) -> tuple[list[str], Anchor | None]:
    moves = list(reversed(ledger.history("sample")))
    return [move.anchor for move in moves], anchor(moves)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, url: str) -> str:
    return str(request.getfixturevalue("postgres")) if request.param == "postgresql" else url


@pytest.mark.parametrize("schema", ["0002", "0003"])
def test_a_persons_last_reset_counts(database: str, schema: str, tmp_path: Path) -> None:
    ledger = open_upgraded(database, schema, tmp_path)
    assert found(ledger) == (["reset", "reset", "kept", "kept"], Anchor(2, "", comparisons=2))
    assert ledger.standing("sample", sha256="x", data_digest="d", release_set="").anchor_version == 2
    assert ledger.verify("sample") is None
    with pytest.raises(StepFailed, match="append-only"), ledger._database.write("sample") as session:
        session.execute(text("UPDATE moves SET anchor = 'kept'"))


def test_what_a_seal_says_of_the_anchor_stays(url: str, tmp_path: Path) -> None:
    """Whoever writes "override: " as a reason, without one, resets nothing."""
    ledger = open_upgraded(url, "0003", tmp_path, anchor="kept", release_set="")
    assert found(ledger) == (["kept"] * 4, Anchor(1, "", comparisons=3))
    assert ledger.verify("sample") is None
