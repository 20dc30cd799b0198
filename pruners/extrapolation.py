"""Where a learning curve is going, by many curves that might be it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array

__all__ = ["Forecast", "extrapolate", "shapes"]

_EXPONENTS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
_RATES = (1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 8.0, 11.0, 16.0, 23.0, 32.0, 64.0)
_HALVES = (0.03, 0.1, 0.3, 1.0)
_PRIOR_PRECISION = 0.01  # of level and height, in units of the curve's spread
_PRIOR_DEGREES = 1.0  # reports that the prior of the noise is worth
_PRIOR_NOISE = 0.02  # its standard deviation, in the same units
_MOST_EVIDENCE = 12.0  # reports that any number of them is worth: their errors are not independent


@final
@dataclass(frozen=True, eq=False)
class Forecast:
    """A mixture of Student's t distributions of the loss at one step.

    Args:
        weights: Shape (g,), sum 1.
        locations, scales: Shape (g,).
        degrees: Of freedom.
    """

    weights: Array
    locations: Array
    scales: Array
    degrees: float

    @property
    def mean(self) -> float:
        return float(self.weights @ self.locations)

    def probability_below(self, loss: float) -> float:
        """That the loss is smaller than this."""
        from scipy.special import stdtr

        return float(self.weights @ stdtr(self.degrees, (loss - self.locations) / self.scales))


@lru_cache(maxsize=256)
def shapes(steps: tuple[int, ...], last: int) -> Array:
    """The values of all shapes φ, shape (g, k), at steps counted from 0 where a whole curve ends at `last`.

    Each falls from its start towards 0: powers t^-c, exponentials e^-ct, 1 / log(t + 1), and Hill's
    1 / (1 + (t / h)^c), which is flat at first (MMF).
    """
    t = np.array(steps, dtype=np.float64) + 1.0
    u = t / (last + 1.0)
    power = [t**-c for c in _EXPONENTS]
    exponential = [np.exp(-c * u) for c in _RATES]
    hill = [1.0 / (1.0 + (u / h) ** c) for h in _HALVES for c in (1.0, 2.0, 4.0)]
    table = np.stack([*power, *exponential, *hill, 1.0 / np.log1p(t)])
    table.flags.writeable = False
    return table


def extrapolate(steps: tuple[int, ...], losses: Array, last: int) -> Forecast:
    """The forecast of the loss at step `last`, from losses, shape (k,), at k ≥ 2 rising steps before it.

    Each shape φ is a model of its own, y = a + b φ(t) + noise, whose a, b and noise have a conjugate prior; models
    count by their evidence. Late reports tell more than early ones.

    Source: Domhan et al. (2015), "Speeding up automatic hyperparameter optimization of deep neural networks by
    extrapolation of learning curves", for the families; here every integral is closed.
    """
    φ, φ_last = _split(shapes((*steps, last), last))
    t = np.array(steps, dtype=np.float64) + 1.0
    w = t / t[-1]
    w *= min(1.0, _MOST_EVIDENCE / w.sum())
    centre, spread = float(losses[-1]), float(np.ptp(losses))
    spread = spread if spread > 0 else max(abs(centre), 1.0) * 1e-9
    y = (losses - centre) / spread

    # Bayesian linear regression with the columns (1, φ), for all shapes at once.
    λ, ν = _PRIOR_PRECISION, _PRIOR_DEGREES
    s_1, s_y, s_yy = w.sum(), w @ y, w @ y**2
    s_φ, s_φφ, s_φy = φ @ w, φ**2 @ w, φ @ (w * y)
    p, r = s_1 + λ, s_φφ + λ
    determinant = p * r - s_φ**2
    a = (r * s_y - s_φ * s_φy) / determinant
    b = (p * s_φy - s_φ * s_y) / determinant
    degrees = ν + s_1
    squares = ν * _PRIOR_NOISE**2 + np.maximum(s_yy - a * s_y - b * s_φy, 0.0)
    log_evidence = -0.5 * np.log(determinant) - 0.5 * degrees * np.log(squares)
    leverage = (r - 2.0 * s_φ * φ_last + p * φ_last**2) / determinant
    scales = np.sqrt(squares / degrees * (1.0 + leverage))
    weights = np.exp(log_evidence - log_evidence.max())
    return Forecast(weights / weights.sum(), centre + spread * (a + b * φ_last), spread * scales, float(degrees))


def _split(table: Array) -> tuple[Array, Array]:
    return table[:, :-1], table[:, -1]
