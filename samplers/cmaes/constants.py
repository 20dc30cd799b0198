"""Learning rates and weights of the evolution strategy, by dimension and population."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array

__all__ = ["Constants", "constants", "population"]


def population(n: int) -> int:
    """The usual number of trials of a generation, for n parameters."""
    return 4 + int(3 * math.log(max(n, 1)))


@final
@dataclass(frozen=True, eq=False)
class Constants:
    """Letters as in the papers.

    Args:
        weights: By rank, the best first, shape (λ,); the positive ones add up to 1, the negative ones to -1.
        mu_w: Variance effective selection mass of the positive ones.
        c_sigma, d_sigma: Of the step size's path.
        c_c, c_1, c_mu, negative: Of the matrix: rates, and what the negative weights add up to.
        c_cd, c_1d, c_mud, negative_d: Of the axes' scales.

    Source: Akimoto and Hansen (2020), "Diagonal acceleration for covariance matrix adaptation evolution strategies",
    arXiv 1905.05885, table 1.
    """

    weights: Array
    mu_w: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    negative: float
    c_cd: float
    c_1d: float
    c_mud: float
    negative_d: float


@lru_cache(maxsize=256)
def constants(n: int, λ: int) -> Constants:
    """For n > 0 dimensions and λ ≥ 2 trials in a generation."""
    raw = math.log((λ + 1) / 2) - np.log(np.arange(1, λ + 1))
    good, bad = np.maximum(raw, 0.0), np.maximum(-raw, 0.0)
    mu_w = float(good.sum() ** 2 / (good**2).sum())
    mu_bad = float(bad.sum() ** 2 / (bad**2).sum())
    c_sigma = (mu_w + 2) / (n + mu_w + 5)
    d_sigma = 1 + c_sigma + 2 * max(0.0, math.sqrt((mu_w - 1) / (n + 1)) - 1)
    mass = mu_w + 1 / mu_w - 2 + λ / (2 * (λ + 5))

    def rates(freedom: float) -> tuple[float, float, float, float]:
        c_1 = 1 / (2 * (freedom / n + 1) * (n + 1) ** 0.75 + mu_w / 2)
        c_mu = min(mass * c_1, 1 - c_1)
        return math.sqrt(mu_w * c_1) / 2, c_1, c_mu, min(1 + c_1 / c_mu, 1 + 2 * mu_bad / (mu_w + 2))

    weights = good / good.sum() - bad / bad.sum()
    weights.flags.writeable = False
    return Constants(weights, mu_w, c_sigma, d_sigma, *rates(n * (n + 1) / 2), *rates(n))
