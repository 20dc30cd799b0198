"""Which of some trials are better than others with several objectives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from hpo.history import History
from hpo.pareto import ranking

__all__ = ["Point", "check_one_objective", "n_before"]

Point: TypeAlias = tuple[float, ...]


def n_before(point: Point, others: Sequence[Point], n_first: int) -> int:
    """How many of some others come before a point, by non-domination rank and hypervolume.

    Args:
        point: Losses, shape (m,), no NaN.
        others: Shape (k, m); those with NaN do not count.
        n_first: The answer is careful about which are the first so many, with the point; beyond that it is rough.

    Source: Schmucker et al. (2021), "Multi-objective asynchronous successive halving", arXiv 2106.12639, where the
    rank is cut by ε-nets instead.
    """
    losses = np.array([point, *others], dtype=np.float64)
    losses = losses[~np.isnan(losses).any(axis=1)]
    return int(np.flatnonzero(ranking(losses, n_first) == 0)[0])


def check_one_objective(history: History, pruner: object) -> None:
    """Raise if a study has several objectives.

    Raises:
        NotImplementedError: With the pruners that know what to do then.
    """
    if history.n_objectives > 1:
        raise NotImplementedError(
            f"{type(pruner).__name__} works with one objective, this study has {history.n_objectives}; use "
            "SuccessiveHalvingPruner, HyperbandPruner, MedianPruner or PercentilePruner."
        )
