"""One night as a chain of content-addressed steps: what each depends on, and the room that does its work."""

from daybreak.night.demands import check, demand_judgeable, demand_releasable, demand_single_labels, generates, writes
from daybreak.night.developing import compare, followed, prepare, shown, start, sweep, train
from daybreak.night.founding import founds, lay, lays, publish
from daybreak.night.judging import EXPORT_TEXTS, export, judge, measure, measure_champion
from daybreak.night.opening import Night, accelerator, alone, open_night

__all__ = [
    "EXPORT_TEXTS",
    "Night",
    "accelerator",
    "alone",
    "check",
    "compare",
    "demand_judgeable",
    "demand_releasable",
    "demand_single_labels",
    "export",
    "followed",
    "founds",
    "generates",
    "judge",
    "lay",
    "lays",
    "measure",
    "measure_champion",
    "open_night",
    "prepare",
    "publish",
    "shown",
    "start",
    "sweep",
    "train",
    "writes",
]
