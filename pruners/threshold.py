"""Pruning of trials that leave a range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from hpo.checks import check_number
from hpo.history import Curve, History
from hpo.pruners.fronts import check_one_objective
from hpo.pruners.intervals import check_interval, is_due

__all__ = ["ThresholdPruner"]


@final
@dataclass(frozen=True)
class ThresholdPruner:
    """Stop a trial whose report is not a number, or lies outside of a range.

    Args:
        lower, upper: Bounds of the reports as the objective makes them, in either direction of optimisation; at
            least one must be given.
        n_warmup_steps: Steps before a trial may be pruned.
        interval_steps: Steps between two decisions, as in `PercentilePruner`.

    Raises:
        TypeError: If neither bound is given, or one is no number.
        ValueError: If lower > upper.

    Example:
        >>> study = hpo.create_study(pruner=ThresholdPruner(upper=1e6, n_warmup_steps=1))
        >>> study.optimize(objective, n_trials=20)
    """

    lower: float | None = None
    upper: float | None = None
    n_warmup_steps: int = 0
    interval_steps: int = 1

    def __post_init__(self) -> None:
        if self.lower is None and self.upper is None:
            raise TypeError("Give lower, upper, or both.")
        for name in ("lower", "upper"):
            bound = getattr(self, name)
            if bound is not None:
                check_number(name, bound)
                object.__setattr__(self, name, float(bound))
        if not self._lower <= self._upper:
            raise ValueError(f"lower must be ≤ upper, got {self.lower!r} and {self.upper!r}.")
        check_interval(self.n_warmup_steps, self.interval_steps)

    def prune(self, history: History, curve: Curve) -> bool:
        check_one_objective(history, self)
        if not is_due(curve, self.n_warmup_steps, self.interval_steps):
            return False
        value = curve.latest * float(history.signs[0])
        return not self._lower <= value <= self._upper

    @property
    def _lower(self) -> float:
        return -math.inf if self.lower is None else self.lower

    @property
    def _upper(self) -> float:
        return math.inf if self.upper is None else self.upper
