"""Of a number in cells only its cell is known, and what a normal distribution makes of that."""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.model.axes import Axes, cell

__all__ = ["censored", "moments"]

_FAR = 4.0  # standard deviations at most that a number counts for
_FINE = 64  # cells within them from which on a number is as good as continuous


def censored(axes: Axes, gaussian: Gaussian, away: Array, known: BoolArray) -> tuple[Array, Array, Array]:
    """Where trials lay before they were put into cells, by the distribution that may have proposed them.

    The statistics of the expectation-maximisation algorithm (Dempster et al., 1977): with them a distribution stays as
    it is where nothing is selected, and shrinks where the best trials are in one cell; middles of cells would say
    neither. Beyond the middle of its cell a number counts as there, as at a bound of a continuous one, or the outermost
    cells would draw the distribution out without an end.

    Args:
        axes: Of the space.
        gaussian: The distribution.
        away: Middles of the trials' cells, or numbers themselves, less the mean, shape (λ, n); 0 where there is none.
        known: Where there is one, shape (λ, n).

    Returns:
        The same for expected numbers, shape (λ, n); their variances, as shares of the distribution's, shape (λ, n); and
        the share of each coordinate's variance that cells tell, shape (n,).
    """
    near, blur, share = away.copy(), np.zeros_like(away), np.ones(away.shape[1])
    deviations, mean = gaussian.deviations, gaussian.mean
    for j in axes.in_cells:
        edges, σ = axes.edges[j], deviations[j]
        assert edges is not None
        first, last = cell(edges, mean[j] + _FAR * σ * np.array([-1.0, 1.0])).tolist()
        if last - first > _FINE:
            continue
        ends = (edges[first : last + 2] - mean[j]) / σ
        ends[0], ends[-1] = -np.inf, np.inf
        probability, middle, variance = moments(ends[:-1], ends[1:])
        at = np.clip(cell(edges, mean[j] + away[:, j]), first, last) - first
        here = known[:, j]
        to = away[:, j]
        near[:, j] = np.where(here, np.clip(σ * middle[at], np.minimum(to, 0.0), np.maximum(to, 0.0)), 0.0)
        blur[:, j] = np.where(here, variance[at], 0.0)
        share[j] = max(1.0 - float(probability @ variance), 0.0)
    return near, blur, share


def moments(low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Probability, mean and variance of a standard normal number between two others, elementwise."""
    from scipy.special import ndtr

    above = low > 0  # there the lower tail is the exact one
    a, b = np.where(above, -high, low), np.where(above, -low, high)
    probability = ndtr(b) - ndtr(a)
    φ_a, φ_b = np.exp(-0.5 * a**2) / math.sqrt(2 * math.pi), np.exp(-0.5 * b**2) / math.sqrt(2 * math.pi)
    divisor = np.maximum(probability, 1e-300)
    mean = (φ_a - φ_b) / divisor
    a_φ, b_φ = np.where(np.isinf(a), 0.0, a) * φ_a, np.where(np.isinf(b), 0.0, b) * φ_b
    variance = np.clip(1 + (a_φ - b_φ) / divisor - mean**2, 0.0, 1.0)
    return probability, np.clip(np.where(above, -mean, mean), -_FAR, _FAR), variance
