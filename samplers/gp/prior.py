"""What is believed of a surrogate's hyperparameters before anything is seen.

All are positive, and their logarithms are normal. The length scales grow with the root of their number, as the
distance between random points does: with many parameters functions are believed to be no rougher than with few.

Source: Hvarfner et al. (2024), "Vanilla Bayesian optimization performs great in high dimensions",
arXiv 2402.02229. Maximising the density of a log-normal variable itself is maximising that of its logarithm with
the mean log(mode).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array

__all__ = ["Prior", "prior"]

_SCALE = (np.sqrt(2.0) - 3.0, np.sqrt(3.0))  # of length scales: log(mode) for one parameter, deviation of the logarithm
_AMPLITUDE = (0.0, 1.0)
_NOISE = (-8.0, 3.0)
_TREND = (2.0, 1.0)
_WARP = (0.0, 0.5)
_NONE = -800.0  # its exponential is 0


@final
@dataclass(frozen=True, eq=False)
class Prior:
    """Independent normals over logarithms of hyperparameters, cut off at bounds.

    Args:
        mean, deviation: Shape (p,).
        low, high: Bounds, shape (p,); equal ones fix a hyperparameter.
    """

    mean: Array
    deviation: Array
    low: Array
    high: Array

    def penalty(self, θ: Array) -> tuple[float, Array]:
        """The negative log density at θ, shape (p,), but for a constant, and its gradient."""
        z = (θ - self.mean) / self.deviation
        return 0.5 * float(z @ z), z / self.deviation

    def smooth(self, n_scales: int, least: float) -> Prior:
        """The same, but for a lower bound of the length scales, which come first."""
        low = self.low.copy()
        low[:n_scales] = np.maximum(low[:n_scales], np.log(least))
        return replace(self, low=low)


@lru_cache(maxsize=64)
def prior(
    n_scales: int,
    n_warped: int,
    least_noise: float,
    fixed_noise: float | None,
    noise: tuple[float, float] = _NOISE,
    *,
    has_trend: bool = False,
) -> Prior:
    """Over the logarithms of length scales, amplitude, noise, trend, and of two exponents for each warped number.

    Args:
        n_scales: Number of length scales.
        n_warped: Number of warped parameters.
        least_noise: Smallest noise variance.
        fixed_noise: The noise variance, if it is known.
        noise: The mean and the deviation of its logarithm otherwise.
        has_trend: Whether there is a trend; otherwise its variance is 0.
    """
    mean = np.zeros(n_scales + 3 + 2 * n_warped)
    deviation, low, high = np.ones_like(mean), np.full_like(mean, -np.inf), np.full_like(mean, np.inf)
    mean[:n_scales] = _SCALE[0] + 0.5 * np.log(max(n_scales, 1))
    deviation[:n_scales] = _SCALE[1]
    low[:n_scales], high[:n_scales] = np.log(0.01), np.log(1e3)
    mean[n_scales], deviation[n_scales] = _AMPLITUDE
    low[n_scales], high[n_scales] = np.log(0.01), np.log(100.0)
    mean[n_scales + 1], deviation[n_scales + 1] = noise
    low[n_scales + 1], high[n_scales + 1] = np.log(least_noise), 0.0
    if fixed_noise is not None:
        mean[n_scales + 1] = low[n_scales + 1] = high[n_scales + 1] = np.log(max(fixed_noise, least_noise))
    mean[n_scales + 2], deviation[n_scales + 2] = _TREND
    low[n_scales + 2], high[n_scales + 2] = np.log(1e-8), np.log(100.0)
    if not has_trend:
        mean[n_scales + 2] = low[n_scales + 2] = high[n_scales + 2] = _NONE
    deviation[n_scales + 3 :] = _WARP[1]
    low[n_scales + 3 :], high[n_scales + 3 :] = np.log(0.1), np.log(10.0)
    return Prior(mean, deviation, low, high)
