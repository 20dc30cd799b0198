"""Pruning by comparison with what completed trials had reported at the same step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.events import TrialState
from hpo.history import Curve, History

__all__ = ["MedianPruner", "PercentilePruner"]


@final
@dataclass(frozen=True)
class PercentilePruner:
    """Stop a trial whose best report so far is worse than a percentile of the others' reports at its step.

    Args:
        percentile: Of the completed trials this share, in (0, 100], is good enough; 25.0 keeps the best quarter.
        n_startup_trials: Completed trials before anything is pruned.
        n_warmup_steps: Steps before a trial may be pruned.
        interval_steps: Steps between two decisions, counted from the warm-up on; the first report at or after
            such a step is decided upon.
        n_min_trials: Completed trials that must have reported at the step.

    A trial that has only reported NaN is pruned.
    """

    percentile: float
    n_startup_trials: int = 5
    n_warmup_steps: int = 0
    interval_steps: int = 1
    n_min_trials: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.percentile <= 100:
            raise ValueError(f"percentile must be in (0, 100], got {self.percentile!r}.")
        for name, least in (("n_startup_trials", 0), ("n_warmup_steps", 0), ("interval_steps", 1), ("n_min_trials", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be ≥ {least}, got {getattr(self, name)!r}.")

    def prune(self, history: History, curve: Curve) -> bool:
        if np.count_nonzero(history.state == TrialState.COMPLETE) < max(1, self.n_startup_trials):
            return False
        if not self._is_due(curve):
            return False
        if math.isnan(curve.best):
            return True
        others = history.losses_at(curve.step)
        others = others[~np.isnan(others)]
        if len(others) < self.n_min_trials:
            return False
        return curve.best > _percentile(others, self.percentile)

    def _is_due(self, curve: Curve) -> bool:
        """Whether this is the first report within its interval."""
        step = curve.step
        if step < self.n_warmup_steps:
            return False
        begin = (step - self.n_warmup_steps) // self.interval_steps * self.interval_steps + self.n_warmup_steps
        return sum(begin <= other <= step for other in curve.steps) == 1


@final
@dataclass(frozen=True)
class MedianPruner:
    """Stop a trial whose best report so far is worse than the median of the others' reports at its step.

    The options are those of `PercentilePruner`.
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


def _percentile(values: Array, q: float) -> float:
    """The q-th percentile; where an infinite value leaves nothing to interpolate, the next larger value."""
    with np.errstate(invalid="ignore"):
        interpolated = float(np.percentile(values, q))
    return interpolated if interpolated == interpolated else float(np.percentile(values, q, method="higher"))
