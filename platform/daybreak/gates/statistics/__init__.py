"""Decision statistics, small and pure: bounds, tests, and the samples that would settle a question."""

from daybreak.gates.statistics.bounds import CONFIDENCE, POWER, SETTLEABLE, Bounds
from daybreak.gates.statistics.clusters import clustered_share
from daybreak.gates.statistics.families import holm
from daybreak.gates.statistics.gaps import gap_bounds, reach_p_value, rows_to_settle_gap
from daybreak.gates.statistics.paired import (
    better_p_value,
    paired_difference,
    paired_score,
    rows_to_settle_difference,
)
from daybreak.gates.statistics.prevalence import double_sampled_share, narrower, true_share, true_share_bounds
from daybreak.gates.statistics.quantiles import quantile_bounds
from daybreak.gates.statistics.resampling import (
    by_cluster,
    f1_parts,
    macro_f1,
    perplexity,
    resampled_bounds,
    side_by_side,
)
from daybreak.gates.statistics.sequences import alarm_level, confidence_at, permutations_for
from daybreak.gates.statistics.shares import clopper_pearson, rows_to_settle_share, wilson

__all__ = [
    "CONFIDENCE",
    "POWER",
    "SETTLEABLE",
    "Bounds",
    "alarm_level",
    "better_p_value",
    "by_cluster",
    "clopper_pearson",
    "clustered_share",
    "confidence_at",
    "double_sampled_share",
    "f1_parts",
    "gap_bounds",
    "holm",
    "macro_f1",
    "narrower",
    "paired_difference",
    "paired_score",
    "permutations_for",
    "perplexity",
    "quantile_bounds",
    "reach_p_value",
    "resampled_bounds",
    "rows_to_settle_difference",
    "rows_to_settle_gap",
    "rows_to_settle_share",
    "side_by_side",
    "true_share",
    "true_share_bounds",
    "wilson",
]
