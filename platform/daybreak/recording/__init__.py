"""What a night leaves behind: its MLflow run, a registered version, the dossier, a journal row and the run's record."""

from daybreak.recording.books import note_attempt, open_ledger
from daybreak.recording.endings import decided, failed, unchanged
from daybreak.recording.facts import Links, Steps
from daybreak.recording.judged import conclude, seal
from daybreak.recording.permission import GRANTED, Permission, needs_permission, note_approval, release
from daybreak.recording.tracked import RESULTS, Tracked, addresses, track
from daybreak.recording.trained import conclude_training

__all__ = [
    "GRANTED",
    "RESULTS",
    "Links",
    "Permission",
    "Steps",
    "Tracked",
    "addresses",
    "conclude",
    "conclude_training",
    "decided",
    "failed",
    "needs_permission",
    "note_approval",
    "note_attempt",
    "open_ledger",
    "release",
    "seal",
    "track",
    "unchanged",
]
