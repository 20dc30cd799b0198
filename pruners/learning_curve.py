"""Pruning by where a learning curve is going."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from hpo.checks import check_count, check_share, check_whole
from hpo.history import Curve, History
from hpo.pruners.completed import completed, trial_length
from hpo.pruners.extrapolation import extrapolate
from hpo.pruners.fronts import check_one_objective
from hpo.pruners.intervals import check_interval, is_due
from hpo.pruners.resources import check_resource

__all__ = ["LearningCurvePruner"]

_MOST_POINTS = 32


@final
@dataclass(frozen=True)
class LearningCurvePruner:
    """Stop a trial that will hardly beat the best one, by extrapolation of its curve.

    The reports so far are continued to the last step by families of curves (power laws, exponentials, and others),
    with the uncertainty of the fit and of the choice between them. The best one is the smallest loss that a
    completed trial reported at its last step. Reports that are not finite are passed over; a trial that has made
    no others is not stopped.

    Args:
        p_threshold: Stop if the probability to end below the best loss is smaller than this, in [0, 1].
        max_resource: The number of steps of a whole trial. "auto" is that of the first trial that completes.
        n_startup_trials: Completed trials before anything is pruned, at least 1 in any case.
        n_min_reports: Finite reports that a trial must have made, at least 3.
        n_warmup_steps, interval_steps: As in `PercentilePruner`.

    Source: Domhan et al. (2015), "Speeding up automatic hyperparameter optimization of deep neural networks by
    extrapolation of learning curves".

    Example:
        >>> study = hpo.create_study(pruner=LearningCurvePruner(max_resource=81))
    """

    p_threshold: float = 0.05
    max_resource: int | Literal["auto"] = "auto"
    n_startup_trials: int = 1
    n_min_reports: int = 4
    n_warmup_steps: int = 0
    interval_steps: int = 1

    def __post_init__(self) -> None:
        check_share("p_threshold", self.p_threshold)
        check_resource("max_resource", self.max_resource)
        check_count("n_startup_trials", self.n_startup_trials, 0)
        check_whole("n_min_reports", self.n_min_reports, 3)
        check_interval(self.n_warmup_steps, self.interval_steps)

    def prune(self, history: History, curve: Curve) -> bool:
        check_one_objective(history, self)
        if len(curve.steps) < self.n_min_reports or not is_due(curve, self.n_warmup_steps, self.interval_steps):
            return False
        peers = completed(history)
        longest = trial_length(history)
        if peers.size < max(1, self.n_startup_trials) or longest is None or not math.isfinite(peers.best):
            return False
        last = longest if self.max_resource == "auto" else self.max_resource - 1
        if curve.step >= last:
            return False
        points = sorted(point for point in zip(curve.steps, curve.losses, strict=True) if math.isfinite(point[1]))
        if len(points) < self.n_min_reports:
            return False
        if len(points) > _MOST_POINTS:
            points = [points[i] for i in np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(int).tolist()]
        losses = np.array([loss for _, loss in points])
        forecast = extrapolate(tuple(step for step, _ in points), losses, last)
        return forecast.probability_below(peers.best) < self.p_threshold
