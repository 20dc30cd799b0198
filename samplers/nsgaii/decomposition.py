"""Parents that are the best ones of many ways to weigh the objectives."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.ordering import LOSSES
from hpo.samplers.nsgaii.selection import Chosen, das_dennis, ranks_of

__all__ = ["best_by_direction"]

_LEAST = 1e-3  # weight of an objective that a direction leaves out
_SUM = 1e-4  # of the weighted sum beside the largest weighted loss: it tells those apart that share the latter


def best_by_direction(keys: Array, size: int) -> Chosen:
    """The best one for each direction, and then the second, until there are `size`; none has more room than another.

    How good one is for a direction is its largest weighted loss, counted from the least of each objective and as a part
    of what the Pareto front reaches over. As long as too few are feasible and complete, those by rank.

    Args:
        keys: Sort keys, shape (n, 3 + m).
        size: At most n.

    Source: Zhang and Li (2007), "MOEA/D: a multiobjective evolutionary algorithm based on decomposition"; Steuer and
    Choo (1983), "An interactive weighted Tchebycheff procedure for multiple objective programming", for the sum.
    """
    ranks = ranks_of(keys)
    fine = np.flatnonzero(~keys[:, : LOSSES.start].any(axis=1))
    if len(fine) <= size:
        rows = np.argsort(ranks, kind="stable")[:size]
    else:
        losses = _scaled(keys[fine, LOSSES], ranks[fine] == 0)
        rows = fine[_in_turn(_tchebycheff(losses, _directions(losses.shape[1], size)), size)]
    return Chosen(rows, ranks[rows], np.zeros(size))


@lru_cache(maxsize=64)
def _directions(m: int, most: int) -> Array:
    """At most so many of Das and Dennis for m objectives, each of which counts a little, shape (k, m)."""
    parts = 1
    while m > 1 and comb(parts + m, m - 1) <= most:
        parts += 1
    return np.maximum(das_dennis(m, parts), _LEAST)


def _scaled(losses: Array, first: BoolArray) -> Array:
    """Losses from 0 for the least of each objective to 1 for the largest on the first front, shape (n, m)."""
    finite = np.where(np.isfinite(losses), losses, np.nan)
    with np.errstate(all="ignore"):
        low = np.fmin.reduce(finite, axis=0)
        width = np.fmax.reduce(finite[first], axis=0) - low
        return np.asarray((losses - low) / np.where(width > 0.0, width, 1.0))


def _tchebycheff(losses: Array, directions: Array) -> Array:
    """How bad each row is for each direction, shape (n, k); infinite where that cannot be told."""
    with np.errstate(all="ignore"):
        weighted = losses[:, None] * directions
        value = weighted.max(axis=2) + _SUM * weighted.sum(axis=2)
    return np.where(np.isnan(value), np.inf, value)


def _in_turn(value: Array, n: int) -> list[int]:
    """n different rows: each column chooses its least one in turn, then its next."""
    chosen: dict[int, None] = {}
    for round_of_choices in value.argsort(axis=0, kind="stable").tolist():
        chosen.update(dict.fromkeys(round_of_choices))
        if len(chosen) >= n:
            break
    return list(chosen)[:n]
