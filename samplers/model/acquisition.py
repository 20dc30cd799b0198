"""How much a point is worth trying, from the posterior there: pure functions with their derivatives.

Each takes the posterior mean and standard deviation of k points and gives the values and the derivatives by both, all
of shape (k,). Losses are minimised, acquisitions maximised.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from hpo.arrays import Array

__all__ = [
    "Acquired",
    "Acquisition",
    "log_expected_improvement",
    "log_feasibility",
    "log_h",
    "log_probability_of_improvement",
    "log_students_density",
    "log_students_improvement",
    "lower_confidence_bound",
]

Acquired: TypeAlias = tuple[Array, Array, Array]
"""Values, and derivatives by the mean and by the standard deviation."""

Acquisition: TypeAlias = Callable[[Array, Array, Array], Acquired]
"""Of the mean, the standard deviation, and the loss to improve on."""

_LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)
_SQRT_HALF_PI, _SQRT_HALF = np.sqrt(0.5 * np.pi), np.sqrt(0.5)
_FAR, _NEAR = -1e4, 5.0  # beyond these the logarithm of h is computed otherwise
_FARTHEST = 1e6  # deviations; with fifty degrees of freedom the density there is a positive float still


def log_expected_improvement(mean: Array, sigma: Array, best: Array | float) -> Acquired:
    """log E[max(best - f, 0)] for f ~ N(mean, sigma²).

    Source: Ament et al. (2023), "Unexpected improvements to expected improvement for Bayesian optimization",
    arXiv 2310.20708, eq. 9.
    """
    z = (best - mean) / sigma
    log_of_h, slope = log_h(z)
    return np.log(sigma) + log_of_h, -slope / sigma, (1.0 - slope * z) / sigma


def log_students_improvement(mean: Array, sigma: Array, best: Array | float, freedom: float) -> Acquired:
    """As `log_expected_improvement`, for f ~ mean + sigma · t with some degrees of freedom, > 1.

    That is what is believed of a function whose amplitude was learned from so many observations: the fewer there
    are, the less is a large improvement out of the question.

    Source: Tracey and Wolpert (2018), "Upgrading from Gaussian processes to Student's-t processes", arXiv 1801.06147.
    """
    from scipy.special import stdtr

    z = np.minimum(np.maximum((best - mean) / sigma, -_FARTHEST), _FARTHEST)
    by_sigma = (freedom + z * z) / (freedom - 1.0) * np.exp(log_students_density(z, freedom))
    below = stdtr(freedom, z)
    gain = np.maximum(by_sigma + z * below, sys.float_info.min)
    by_gain = sigma * gain
    return np.log(sigma) + np.log(gain), -below / by_gain, by_sigma / by_gain


def log_students_density(z: Array, freedom: float) -> Array:
    """Of Student's t with some degrees of freedom."""
    return np.asarray(_log_students_constant(freedom) - (0.5 * freedom + 0.5) * np.log1p(z * z / freedom))


@lru_cache(maxsize=1024)
def _log_students_constant(freedom: float) -> float:
    return math.lgamma(0.5 * freedom + 0.5) - math.lgamma(0.5 * freedom) - 0.5 * math.log(math.pi * freedom)


def log_h(z: Array) -> tuple[Array, Array]:
    """log h with h(z) = φ(z) + z Φ(z), and its derivative Φ(z) / h(z), without cancellation for z ≪ 0.

    Mills' ratio Φ(z) / φ(z), which a scaled error function gives, serves both: h(z) = φ(z) (1 + z Φ(z) / φ(z)).
    """
    from scipy.special import erfcx, ndtr

    middle = np.minimum(np.maximum(z, _FAR), _NEAR)
    ratio = _SQRT_HALF_PI * erfcx(-_SQRT_HALF * middle)
    rest = 1.0 + middle * ratio
    value, slope = np.log(rest) - 0.5 * middle**2 - _LOG_SQRT_2PI, ratio / rest
    if (middle == z).all():
        return value, slope
    if (far := z < _FAR).any():  # the first terms of the expansions, where rounding would leave nothing of the rest
        value = np.where(far, -2.0 * np.log(np.maximum(-z, 1.0)) - 0.5 * z**2 - _LOG_SQRT_2PI, value)
        slope = np.where(far, -z, slope)
    if (near := z > _NEAR).any():
        large = np.maximum(z, _NEAR)
        normal = ndtr(large)
        h = np.exp(-0.5 * large**2 - _LOG_SQRT_2PI) + large * normal
        value, slope = np.where(near, np.log(h), value), np.where(near, normal / h, slope)
    return np.asarray(value), np.asarray(slope)


def log_probability_of_improvement(mean: Array, sigma: Array, best: Array | float) -> Acquired:
    """log P(f < best)."""
    from scipy.special import log_ndtr

    z = (best - mean) / sigma
    value = np.asarray(log_ndtr(z))
    slope = np.exp(-0.5 * z**2 - _LOG_SQRT_2PI - value) / sigma
    return value, -slope, -slope * z


def log_feasibility(mean: Array, sigma: Array) -> Acquired:
    """log P(c ≤ 0) of a constraint c."""
    return log_probability_of_improvement(mean, sigma, 0.0)


def lower_confidence_bound(mean: Array, sigma: Array, kappa: float) -> Acquired:
    """kappa · sigma - mean: what the loss may be, seen from the good side.

    Source: Srinivas et al. (2010), "Gaussian process optimization in the bandit setting", arXiv 0912.3995.
    """
    return kappa * sigma - mean, np.full_like(mean, -1.0), np.full_like(mean, kappa)
