"""How good trials are beside each other: what trees are told of losses.

Ranks alone count, so neither outliers nor the unit or the shape of losses matter, and the best few differ from each
other as much as the worst few.
"""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray

__all__ = ["scalarised", "standing"]

_SUM = 0.05  # its weight beside the largest part, so that no weakly dominated point is as good as what dominates it


def standing(losses: Array, pruned: BoolArray) -> Array:
    """Quantiles of the standard normal by rank, shape (n,), small for small losses; equal losses have equal ones.

    Args:
        losses: Shape (n,), no NaN.
        pruned: Which trials were given up at these losses, shape (n,): they are no better than the median.
    """
    from scipy.special import ndtri

    quantiles = np.asarray(ndtri(_ranks(losses)))
    return np.where(pruned, np.maximum(quantiles, 0.0), quantiles)


def scalarised(losses: Array, rng: np.random.Generator) -> Array:
    """One loss of several, shape (n,): the largest one, by weights that are drawn evenly from all that sum to 1.

    Args:
        losses: Shape (n, m), no NaN.
        rng: Source of randomness.

    Source: Knowles (2006), "ParEGO: a hybrid algorithm with on-line landscape approximation for expensive
    multiobjective optimization problems"; ours compares ranks.
    """
    if losses.shape[1] == 1:
        return losses[:, 0]
    weights = rng.dirichlet(np.ones(losses.shape[1]))
    weighted = weights * np.stack([_ranks(column) for column in losses.T], axis=1)
    return np.asarray(weighted.max(axis=1) + _SUM * weighted.sum(axis=1))


def _ranks(x: Array) -> Array:
    """Mean ranks as shares of n, in (0, 1), shape (n,)."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - 0.5 * counts)[inverse.ravel()] / len(x))
