"""Domination among losses of several objectives."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray

__all__ = ["is_pareto_optimal"]


def is_pareto_optimal(losses: Array) -> BoolArray:
    """Which rows of `losses`, shape (n, m), no other row dominates; equal rows do not dominate each other.

    A row dominates another if it is nowhere larger and somewhere smaller.

    Example:
        >>> is_pareto_optimal(np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
        array([ True,  True, False])
    """
    points, inverse = np.unique(losses, axis=0, return_inverse=True)
    optimal = np.ones(len(points), dtype=bool)
    for i in range(len(points)):  # in lexicographic order, so only earlier rows can dominate later ones
        if optimal[i]:
            optimal[i + 1 :] &= (points[i + 1 :] < points[i]).any(axis=1)
    return np.asarray(optimal[inverse.ravel()])
