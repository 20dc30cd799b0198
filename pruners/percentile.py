"""Pruning by comparison with what completed trials had reported at the same step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from hpo.checks import check_between, check_count
from hpo.history import Curve, History
from hpo.pruners.completed import completed
from hpo.pruners.intervals import check_interval, is_due
from hpo.pruners.ordered import Ordered

__all__ = ["MedianPruner", "PercentilePruner"]


@final
@dataclass(frozen=True)
class PercentilePruner:
    """Stop a trial whose best report so far is worse than a percentile of the others' reports at its step.

    Args:
        percentile: Of the completed trials this share, in [0, 100], is good enough; 25.0 keeps the best quarter, and
            0.0 what is no worse than the best.
        n_startup_trials: Completed trials before anything is pruned.
        n_warmup_steps: Steps before a trial may be pruned.
        interval_steps: Steps between two decisions, counted from the warm-up on; the first report at or after
            such a step is decided upon.
        n_min_trials: Completed trials that must have reported at the step.

    A trial that has only reported NaN is pruned. With several objectives the best of each one so far counts, together,
    and the others are ordered by non-domination rank and by the volume that they dominate.

    Source: As of `MedianPruner`, of which it is a generalisation.

    Example:
        >>> study = hpo.create_study(pruner=PercentilePruner(25.0, n_startup_trials=5, n_warmup_steps=10))
        >>> study.optimize(objective, n_trials=20)
    """

    percentile: float
    n_startup_trials: int = 5
    n_warmup_steps: int = 0
    interval_steps: int = 1
    n_min_trials: int = 1

    def __post_init__(self) -> None:
        check_between("percentile", self.percentile, 0, 100)
        check_count("n_startup_trials", self.n_startup_trials, 0)
        check_interval(self.n_warmup_steps, self.interval_steps)
        check_count("n_min_trials", self.n_min_trials, 1)

    def prune(self, history: History, curve: Curve) -> bool:
        peers = completed(history)
        if peers.size < max(1, self.n_startup_trials):
            return False
        if not is_due(curve, self.n_warmup_steps, self.interval_steps):
            return False
        if history.n_objectives > 1:
            return self._is_dominated(history, curve)
        if math.isnan(curve.best):
            return True
        others = peers.at.get(curve.step)
        if others is None or others.size < self.n_min_trials:
            return False
        return _is_above(curve.best, others, self.percentile)

    def _is_dominated(self, history: History, curve: Curve) -> bool:
        from hpo.pruners.fronts import n_before

        best = curve.ideal
        if any(map(math.isnan, best)):
            return True
        others = [tuple(other) for other in history.losses_at(curve.step).tolist() if not any(map(math.isnan, other))]
        if len(others) < self.n_min_trials:
            return False
        n_first = int((len(others) - 1) * self.percentile / 100) + 1
        return n_before(best, others, n_first) >= n_first


@final
@dataclass(frozen=True)
class MedianPruner:
    """Stop a trial whose best report so far is worse than the median of the others' reports at its step.

    The default of studies. The options are those of `PercentilePruner`.

    Source: The median stopping rule of Golovin et al. (2017), "Google Vizier: a service for black-box optimization",
    which compares with the averages of the others' reports until the step.

    Example:
        >>> study = hpo.create_study(pruner=MedianPruner(n_startup_trials=10, n_warmup_steps=5))
        >>> study.optimize(objective, n_trials=20)
    """

    n_startup_trials: int = 5
    n_warmup_steps: int = 0
    interval_steps: int = 1
    n_min_trials: int = 1

    def __post_init__(self) -> None:
        self._percentile()

    def prune(self, history: History, curve: Curve) -> bool:
        return self._percentile().prune(history, curve)

    def _percentile(self) -> PercentilePruner:
        return PercentilePruner(
            50.0, self.n_startup_trials, self.n_warmup_steps, self.interval_steps, self.n_min_trials
        )


def _is_above(value: float, others: Ordered, q: float) -> bool:
    """Whether a value is larger than the q-th percentile of the others, interpolated linearly between two of them.

    Where an infinite one leaves nothing to interpolate, the larger of the two counts.
    """
    position = (others.size - 1) * q / 100
    index = int(position)
    n_below = others.n_below(value)
    if n_below != index + 1:
        return n_below > index
    below, above = others.neighbours(value)
    share = position - index
    if share == 0.0:
        return True
    interpolated = below + (above - below) * share
    return value > (above if math.isnan(interpolated) else interpolated)
