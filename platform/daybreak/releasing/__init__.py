"""Moves the champion, and alone does so: compare-and-set in the journal, then the alias, then read back."""

from daybreak.releasing.adopting import adopt
from daybreak.releasing.candidate import Candidate
from daybreak.releasing.fetching import Fetched, fetch
from daybreak.releasing.judged import promote, release
from daybreak.releasing.moving import heal, moved_outside
from daybreak.releasing.reconciling import accept, restore
from daybreak.releasing.rolling_back import rollback

__all__ = [
    "Candidate",
    "Fetched",
    "accept",
    "adopt",
    "fetch",
    "heal",
    "moved_outside",
    "promote",
    "release",
    "restore",
    "rollback",
]
