"""The frozen vocabulary that rooms, tasks and flows exchange: references and verdicts, never tensors or frames."""

from daybreak.records.artifacts import ArtifactRef, ExportRef, FileDigest
from daybreak.records.data import DatasetRef
from daybreak.records.evidence import Evidence, Measurements, Standing
from daybreak.records.models import BaseRef, ModelRef, SeedScore
from daybreak.records.places import Checkout, Project
from daybreak.records.record import Record
from daybreak.records.releases import AnchorChange, Champion, Hold, JournalEntry, Move, MoveKind, MoveOutcome
from daybreak.records.runs import RunModel, RunRecord, Status
from daybreak.records.sweeps import SweepOrigin, SweepRef, Trial
from daybreak.records.verdicts import Judgement, Outcome, Verdict

__all__ = [
    "AnchorChange",
    "ArtifactRef",
    "BaseRef",
    "Champion",
    "Checkout",
    "DatasetRef",
    "Evidence",
    "ExportRef",
    "FileDigest",
    "Hold",
    "JournalEntry",
    "Judgement",
    "Measurements",
    "ModelRef",
    "Move",
    "MoveKind",
    "MoveOutcome",
    "Outcome",
    "Project",
    "Record",
    "RunModel",
    "RunRecord",
    "SeedScore",
    "Standing",
    "Status",
    "SweepOrigin",
    "SweepRef",
    "Trial",
    "Verdict",
]
