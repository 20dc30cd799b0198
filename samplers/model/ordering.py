"""Which of some trials are better: by constraints, then by whether they ended in order, then by losses."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.events import TrialState
from hpo.history import History
from hpo.pareto import nondomination_ranks, ranking

__all__ = ["LOSSES", "are_alike", "best_first", "ended"]

_CLASS, _STEP, _VIOLATION = 0, 1, 2
LOSSES = slice(3, None)
"""The last sort keys."""


def ended(history: History) -> tuple[IntArray, Array]:
    """Rows of trials that have ended, failed ones too, and their sort keys, small for good ones, shape (k, 3 + m).

    Of complete trials the violation of constraints and the losses count. Pruned ones come after all of these, those
    that reached more steps first, and failed ones last. A loss that is missing counts as infinite. Trials that pause
    will count when they end.
    """
    state, losses = history.state, history.losses
    rows = np.arange(len(state))
    if (state > TrialState.FAIL).any():
        rows = rows[state <= TrialState.FAIL]
        state, losses = state[rows], losses[rows]
    keys = np.zeros((len(rows), 3 + losses.shape[1]))
    keys[:, LOSSES] = losses
    keys[:, _VIOLATION] = history.violation[rows]
    if (state > TrialState.COMPLETE).any():
        pruned, failed = state == TrialState.PRUNED, state == TrialState.FAIL
        keys[:, _CLASS] = pruned + 2.0 * failed
        keys[pruned, _STEP] = -history.last_step[rows[pruned]]
        keys[failed, _VIOLATION] = 0.0
    keys[np.isnan(keys)] = np.inf
    return rows, keys


def are_alike(keys: Array) -> bool:
    """Whether no trial is better than another, so that they tell nothing about where to look."""
    return bool((keys == keys[:1]).all())


def best_first(keys: Array) -> IntArray:
    """Indices from the best to the worst, shape (k,); the earlier one of equals first.

    Of several objectives the non-domination rank counts, and within a rank what adds the most to the hypervolume.
    """
    losses = keys[:, LOSSES]
    if losses.shape[1] == 1:
        return np.lexsort((losses[:, 0], keys[:, _VIOLATION], keys[:, _STEP], keys[:, _CLASS]))
    order = np.lexsort((nondomination_ranks(losses), keys[:, _VIOLATION], keys[:, _STEP], keys[:, _CLASS]))
    fine = order[(keys[order, : LOSSES.start] == 0.0).all(axis=1)]
    if not len(fine) or not np.isfinite(keys[fine, LOSSES]).all():
        return order
    return np.concatenate([fine[_spread(keys[fine, LOSSES])], order[len(fine) :]])


def _spread(losses: Array) -> IntArray:
    """By non-domination rank, and each rank by hypervolume, greedily; shape (k,)."""
    ranks = nondomination_ranks(losses)
    parts = []
    for rank in range(int(ranks.max()) + 1):
        front = np.flatnonzero(ranks == rank)
        parts.append(front[ranking(losses[front], max(len(front) - 1, 1))])
    return np.concatenate(parts)
