"""When a sweep has had enough: minutes, GPU-hours or money, counted over all its sessions."""

from ray import tune

from daybreak.tuning.costs import Rates
from daybreak.tuning.journal import Journal
from daybreak.tuning.params import BudgetParams


class Budget(tune.Stopper):  # type: ignore[misc]  # Ray has no types
    """Asked by Ray Tune after each event; once `reached` says why, all trials are stopped where they are."""

    def __init__(self, budget: BudgetParams, rates: Rates, journal: Journal) -> None:
        self._budget, self._rates, self._journal = budget, rates, journal
        self.reached = ""

    def __call__(self, trial_id: str, result: dict[str, object]) -> bool:
        return False

    def stop_all(self) -> bool:
        """Whether the sweep is over."""
        self.reached = self.reached or self._limit()
        return bool(self.reached)

    def __getstate__(self) -> dict[str, object]:
        """Nothing that Ray might keep on disk is worth it."""
        return {}

    def _limit(self) -> str:
        used = self._rates.of(self._journal.spent)
        limits = (
            ("minutes", self._journal.elapsed / 60, self._budget.minutes),
            ("gpu_hours", used.gpu_hours, self._budget.gpu_hours),
            ("cost", used.cost, self._budget.cost),
        )
        for name, spent, limit in limits:
            if limit is not None and spent >= limit:
                return f"tuning.budget.{name} of {limit:g} was used up"
        return ""
