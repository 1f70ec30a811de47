"""Where a night's model comes from, in notes: how far its seeds lie apart, and what a warm start was worth."""

from collections.abc import Iterator, Sequence

from daybreak.planning import Results
from daybreak.records import RunRecord

WARM = "version "
"""How the revision of a base begins that was a champion; any other revision is a commit, a tag or nothing."""
SHOWN = ("accuracy", "macro_f1")


def notes(results: Results, runs: Sequence[RunRecord]) -> Iterator[str]:
    """Sentences for the report; `runs` are the project's, newest first. None for one training from a base."""
    if (seeds := results.model.seeds) and "seeds_mean" in results.model.metrics:
        mean, deviation = results.model.metrics["seeds_mean"], results.model.metrics["seeds_deviation"]
        scores = ", ".join(f"{one.score:.4f} from {one.seed}" for one in seeds)
        yield (
            f"trained from {len(seeds)} seeds, mean {mean:.4f}, standard deviation {deviation:.4f} on validation rows "
            f"({scores}); the median, from seed {results.model.seed}, is this model"
        )
    if results.model.base.revision.startswith(WARM):
        yield _warm(results, runs)


def _warm(results: Results, runs: Sequence[RunRecord]) -> str:
    """Against the newest night that began from another base on the same data, if there is one."""
    began = f"training went on from the champion, {results.model.base.revision}"
    name = next((name for name in SHOWN if name in results.evidence.candidate.metrics), None)
    cold = next((run for run in runs if _is_cold(run, results.dataset.digest) and name in run.metrics), None)
    if name is None or cold is None or cold.base is None:
        return f"{began}; no night began anew on this data version, so what that was worth is not known"
    now, then = results.evidence.candidate.metrics[name], cold.metrics[name]
    return (
        f"{began}: {name.replace('_', ' ')} {now:.4f}; run {cold.run_id}, which began from {cold.base.source} on the "
        f"same data, has {then:.4f}"
    )


def _is_cold(run: RunRecord, data: str) -> bool:
    return run.data_digest == data and run.base is not None and not run.base.revision.startswith(WARM)
