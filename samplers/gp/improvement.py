"""The hypervolume that a point is expected to add to a front, exactly.

What no known point dominates is cut into boxes. If objectives are independent normals given the point, the
volume added within a box is expected to be a product of one-dimensional integrals, one for each objective.

Sources: Emmerich et al. (2011), "Hypervolume-based expected improvement: monotonicity properties and exact
computation"; Ament et al. (2023), arXiv 2310.20708, for the logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.pareto import is_pareto_optimal, subset_of_largest_hypervolume
from hpo.samplers.model.acquisition import log_h
from hpo.search_region import SearchRegion

__all__ = ["Front", "log_hypervolume_improvement"]

# Points of a front, for as many objectives, so that there are a few hundred boxes.
_MOST_POINTS = {1: 1, 2: 100, 3: 100, 4: 50, 5: 25, 6: 12}
_MOST_OF_MANY = 7
_LEAST_SHARE = float(np.finfo(float).eps)  # of what lies below a box's upper edge, which is all that rounding leaves


@final
@dataclass(frozen=True, eq=False)
class Front:
    """What is not dominated up to a reference point, as boxes.

    Args:
        edges: Ends of boxes along each objective, shape (m, e), rising, from -inf to the reference point.
        low, high: The positions of each box's ends among them, shape (b, m).
    """

    edges: Array
    low: IntArray
    high: IntArray

    @staticmethod
    def of(losses: Array, reference: Array) -> Front:
        """Of some losses, shape (n, m), and a reference point, shape (m,).

        A front of more points than can be afforded is represented by those that dominate the most together.
        """
        m = len(reference)
        inside = np.unique(losses[(losses < reference).all(axis=1)], axis=0)
        front = inside[is_pareto_optimal(inside)] if len(inside) else inside
        most = _MOST_POINTS.get(m, _MOST_OF_MANY)
        if len(front) > most:
            front = front[subset_of_largest_hypervolume(front, most, reference)]
        region = SearchRegion.below(reference)
        for point in front:
            region = region.without(point)
        edges = np.concatenate([np.full((m, 1), -np.inf), np.sort(front.T, axis=1), reference[:, None]], axis=1)
        ends = np.stack([region.low, region.high])
        low, high = np.stack([edges[j].searchsorted(ends[:, :, j]) for j in range(m)], axis=2)
        thick = (low < high).all(axis=1)
        return Front(edges, low[thick], high[thick])


def log_hypervolume_improvement(mean: Array, sigma: Array, front: Front) -> tuple[Array, Array, Array]:
    """The logarithm of the expected added volume, shape (k,), and its derivatives by means and deviations, (k, m).

    Args:
        mean, sigma: Of each objective at each point, shape (k, m).
        front: What is dominated already.
    """
    k, m = mean.shape
    total = np.zeros((k, len(front.low)))
    parts = []
    for j in range(m):
        z = (front.edges[j][1:] - mean[:, [j]]) / sigma[:, [j]]  # (k, e)
        log_of_h, slope = log_h(z)
        depth = np.log(sigma[:, [j]]) + log_of_h  # log E[max(edge - f, 0)]
        nothing = np.full((k, 1), -np.inf)
        depth = np.concatenate([nothing, depth], axis=1)
        below = np.concatenate([nothing, log_of_h + np.log(slope)], axis=1)
        density = np.concatenate([nothing, -0.5 * z**2 - 0.5 * np.log(2 * np.pi)], axis=1)
        low, high = front.low[:, j], front.high[:, j]
        share = np.exp(np.minimum(depth[:, low] - depth[:, high], 0.0))
        inside = depth[:, high] + np.log(np.maximum(1.0 - share, _LEAST_SHARE))
        total += inside
        parts.append((inside, below, density, low, high))
    top = total.max(axis=1, keepdims=True)
    weight = np.exp(total - top)
    sums = weight.sum(axis=1, keepdims=True)
    weight /= sums
    by_mean, by_sigma = np.empty_like(mean), np.empty_like(mean)
    for j, (inside, below, density, low, high) in enumerate(parts):
        by_mean[:, j] = -(weight * (np.exp(below[:, high] - inside) - np.exp(below[:, low] - inside))).sum(axis=1)
        by_sigma[:, j] = (weight * (np.exp(density[:, high] - inside) - np.exp(density[:, low] - inside))).sum(axis=1)
    return (top + np.log(sums))[:, 0], by_mean, by_sigma
