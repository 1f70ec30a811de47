"""Alembic's home in the ledger; one file a step in versions/."""
