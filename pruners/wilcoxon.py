"""Pruning by a test against the best trial, problem by problem."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.checks import check_count, check_share
from hpo.history import Curve, Fold, History
from hpo.pruners.fronts import check_one_objective

__all__ = ["WilcoxonPruner"]


@final
@dataclass(frozen=True)
class WilcoxonPruner:
    """Stop a trial that is worse than the best one, by the reports of both at the same steps.

    For objectives that are means over folds, seeds or problem instances, with one report for each, in any order.
    The steps name them, and they need not be alike in difficulty: only the differences count, in Wilcoxon's
    signed-rank test. A trial whose mean so far is no worse than the best trial's goes on all the same, and so do
    trials that have reported NaN or infinity.

    Args:
        p_threshold: Stop below this probability that such differences are chance, in [0, 1].
        n_startup_steps: Common steps before anything is stopped, at least 2 in any case.

    Source: Wilcoxon (1945), "Individual comparisons by ranking methods".

    Example:
        >>> def objective(trial):
        ...     losses = []
        ...     for fold in range(10):
        ...         losses.append((trial.suggest_float("x", -1, 1) - 0.1 * fold) ** 2)
        ...         trial.report(losses[-1], fold)
        ...         if trial.should_prune():
        ...             return sum(losses) / len(losses)
        ...     return sum(losses) / len(losses)
        >>> study = hpo.create_study(pruner=WilcoxonPruner())
        >>> study.optimize(objective, n_trials=20)
    """

    p_threshold: float = 0.1
    n_startup_steps: int = 2

    def __post_init__(self) -> None:
        check_share("p_threshold", self.p_threshold)
        check_count("n_startup_steps", self.n_startup_steps, 0)

    @property
    def pairs(self) -> bool:
        """That it compares reports at the same steps."""
        return True

    def prune(self, history: History, curve: Curve) -> bool:
        check_one_objective(history, self)
        best = history.fold(_BEST)
        if best.row is None:
            return False
        other = history.curve(best.row)
        if not other.steps or not np.isfinite([*curve.losses, *other.losses]).all():
            return False
        losses = dict(zip(other.steps, other.losses, strict=True))
        pairs = zip(curve.steps, curve.losses, strict=True)
        differences = [loss - losses[step] for step, loss in pairs if step in losses]
        if len(differences) < max(2, self.n_startup_steps):
            return False
        if np.mean(curve.losses) <= np.mean(other.losses):
            return False
        from scipy.stats import wilcoxon

        test = wilcoxon(differences, alternative="greater", zero_method="zsplit")
        return bool(test.pvalue < self.p_threshold)


@final
@dataclass(frozen=True)
class _Best:
    """The feasible completed trial with the smallest loss; of equal ones the one with the lowest number."""

    seen: int = 0
    loss: float = math.inf
    number: int = -1
    row: int | None = None

    def advance(self, fresh: History) -> _Best:
        loss, number, best = self.loss, self.number, self.row
        for row in np.flatnonzero(fresh.feasible).tolist():
            candidate = float(fresh.losses[row, 0]), int(fresh.number[row])
            if best is None or candidate < (loss, number):
                loss, number, best = *candidate, self.seen + row
        return _Best(self.seen + len(fresh), loss, number, best)


_BEST = Fold("pruners.best", _Best(), _Best.advance)
