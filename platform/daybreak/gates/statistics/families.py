"""Several questions asked at once: what each p-value is worth then."""

from collections.abc import Mapping


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p-values by name: calling those at most 5 % errs anywhere in the family in at most 5 % of nights.

    Holm, Scandinavian Journal of Statistics 6 (1979), 65-70; it holds however the questions hang together. The
    smallest is multiplied by the number of questions, the next by one less, and none falls below one before it.
    """
    adjusted: dict[str, float] = {}
    least = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        least = max(least, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = least
    return adjusted
