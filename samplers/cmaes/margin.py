"""Numbers in cells: a distribution that has shrunk into one cell still leaves it now and then."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from hpo.arrays import Array
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.model.axes import Axes, cell

__all__ = ["margin_of", "middles", "with_margin"]

_STANDARD = NormalDist()


def margin_of(axes: Axes) -> float:
    """The least probability of another cell or choice: 27 % of the trials change at least one.

    Source: Hamano et al. (2025), arXiv 2504.07884 (CatCMA with margin).
    """
    n = len(axes.in_cells) + len(axes.categories)
    return 1.0 - float(0.73 ** (1 / max(n, 1)))


def _cells_of(axes: Axes, x: Array) -> tuple[Array, Array]:
    """Both ends of the cell that each number lies in, shape (n,); where it is continuous the number itself, twice."""
    low, high = x.copy(), x.copy()
    for j in axes.in_cells:
        edges = axes.edges[j]
        assert edges is not None
        at = int(cell(edges, x[j]))
        low[j], high[j] = edges[at], edges[at + 1]
    return low, high


def middles(axes: Axes, x: Array) -> Array:
    """Numbers, shape (…, n), each in the middle of its cell."""
    if not axes.in_cells:
        return x
    x = x.copy()
    for j in axes.in_cells:
        edges, values = axes.edges[j], axes.middles[j]
        assert edges is not None
        assert values is not None
        x[..., j] = values[cell(edges, x[..., j])]
    return x


def with_margin(gaussian: Gaussian, axes: Axes, margin: float) -> Gaussian:
    """With scales that leave the cell of the mean with at least a probability of `margin`."""
    if not axes.in_cells:
        return gaussian
    low, high = _cells_of(axes, gaussian.mean)
    to_low = np.where(low > 0.0, gaussian.mean - low, np.inf)
    to_high = np.where(high < 1.0, high - gaussian.mean, np.inf)
    both = np.isfinite(to_low) & np.isfinite(to_high)
    nearest = np.minimum(to_low, to_high)
    deviations = gaussian.deviations
    least = np.where(np.isfinite(nearest), nearest / np.where(both, _quantile(margin / 2), _quantile(margin)), 0.0)
    factor = np.ones(len(least))
    inside = list(axes.in_cells)
    factor[inside] = np.maximum(1.0, least[inside] / np.maximum(deviations[inside], 1e-300))
    return replace(gaussian, scale=gaussian.scale * factor) if (factor > 1.0).any() else gaussian


@lru_cache(maxsize=256)
def _quantile(tail: float) -> float:
    """Standard deviations beyond which a normal has a probability of `tail`; at least 0.1."""
    return max(_STANDARD.inv_cdf(1 - tail), 0.1)
