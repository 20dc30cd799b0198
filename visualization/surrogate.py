"""A smooth model of the objective: a Gaussian process over coded parameters, for surfaces and partial dependence.

Letters: K is the covariance of the observations, ℓ the length scales, λ the noise, X the embedded rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.samplers.model.units import unit_of
from hpo.visualization.trials import Trials

__all__ = ["Embedding", "Surrogate", "dependence", "fit", "sample"]

_MOST = 200  # observations that are fitted; the effort grows with their cube
_PRIOR = (np.log(0.5), 1.0)  # mean and standard deviation of log ℓ
_NOISE = (np.log(0.05), 2.0)  # of log λ


@final
@dataclass(frozen=True)
class Embedding:
    """Coded rows as points between which distances make sense.

    Numbers stay as they are, categories are equally far from each other, and trials without a parameter stand beside
    those that have it.

    Args:
        distributions: Of the columns.
    """

    distributions: tuple[BaseDistribution, ...]

    @cached_property
    def group(self) -> IntArray:
        """Which column each coordinate comes from, shape (D,)."""
        return np.repeat(np.arange(len(self.distributions)), [self._width(d) for d in self.distributions])

    def points(self, x: Array) -> Array:
        """The rows of `x`, coded values of shape (n, d), NaN where inactive; shape (n, D)."""
        parts = []
        for column, distribution in zip(x.T, self.distributions, strict=True):
            inactive = np.isnan(column)
            if isinstance(distribution, CategoricalDistribution):
                parts.append((column[:, None] == np.arange(len(distribution.choices))) / np.sqrt(2.0))
            else:
                parts.append(np.where(inactive, 0.5, column)[:, None])
            parts.append(0.5 * inactive[:, None])
        return np.concatenate(parts, axis=1) if parts else np.empty((len(x), 0))

    def _width(self, distribution: BaseDistribution) -> int:
        return 1 + (len(distribution.choices) if isinstance(distribution, CategoricalDistribution) else 1)


@final
@dataclass(frozen=True, eq=False)
class Surrogate:
    """The posterior of f ~ GP(mean, scale² exp(-½ Σ (x - x')² / ℓ²)), observed with noise.

    Args:
        embedding: Of rows.
        X: Observed points, shape (n, D).
        length: ℓ of each column, shape (d,).
        alpha: (K + noise)⁻¹ (y - mean), shape (n,), in units of scale².
        inverse: (K + noise)⁻¹, shape (n, n), in units of 1 / scale².
        mean, scale: Of the process.
        noise: Standard deviation of one observation around it; no more than that of all.
    """

    embedding: Embedding
    X: Array
    length: Array
    alpha: Array
    inverse: Array
    mean: float
    scale: float
    noise: float

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of f at coded rows, shape (k, d); each shape (k,)."""
        points = self.embedding.points(x) / self._widths
        k = np.exp(-0.5 * _squared(points, self.X / self._widths))
        variance = 1.0 - np.einsum("ij,jk,ik->i", k, self.inverse, k, optimize=True)
        return self.mean + k @ self.alpha, self.scale * np.sqrt(np.maximum(variance, 0.0))

    @property
    def _widths(self) -> Array:
        return np.asarray(self.length[self.embedding.group])


def sample(trials: Trials) -> IntArray:
    """Indices of the trials to learn from: all if they are few, otherwise the best ones and an even choice."""
    if len(trials) <= _MOST:
        return np.arange(len(trials))
    best = trials.best(_MOST // 2)
    others = np.setdiff1d(np.arange(len(trials)), best)
    even = others[np.linspace(0, len(others) - 1, _MOST - len(best)).astype(np.int64)]
    return np.sort(np.concatenate([best, even]))


def fit(x: Array, y: Array, distributions: Sequence[BaseDistribution], weight: Array | None = None) -> Surrogate:
    """The process with the most probable length scales and noise.

    Args:
        x: Coded rows, shape (n, d), NaN where inactive; n ≥ 1.
        y: Observations, shape (n,), finite.
        distributions: Of the columns.
        weight: How many observations each one is the mean of, shape (n,).

    Source: Rasmussen and Williams (2006), "Gaussian processes for machine learning", section 5.4.
    """
    from scipy.optimize import minimize

    embedding = Embedding(tuple(distributions))
    X = embedding.points(x)
    unit = unit_of(y)  # whose square is a number, which that of y need not be
    mean, spread = float((y / unit).mean()), float((y / unit).std())
    z = (y / unit - mean) / (spread or 1.0)
    mean, spread = unit * mean, unit * spread
    w = np.ones(len(y)) if weight is None else weight
    d = len(embedding.distributions)
    squares = np.stack([_squared(X[:, embedding.group == j], X[:, embedding.group == j]) for j in range(d)])
    start = np.append(np.full(d, _PRIOR[0]), _NOISE[0])
    θ = start
    if spread > 0.0 and len(y) > 2:
        bounds = [(-3.5, 3.0)] * d + [(-12.0, 3.0)]
        found = minimize(
            _loss, start, (squares, z, w), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 30}
        )
        θ = found.x
    length, λ = np.exp(θ[:-1]), float(np.exp(θ[-1]))
    K = np.exp(-0.5 * np.tensordot(length**-2.0, squares, 1))
    inverse = np.linalg.inv(K + np.diag(λ / w + 1e-8))
    alpha = inverse @ z
    scale = float(np.sqrt(max(float(z @ alpha) / len(z), 0.0)))
    noise = spread * min(scale * float(np.sqrt(λ)), 1.0)
    return Surrogate(embedding, X, length, spread * alpha, inverse, mean, spread * scale, noise)


def _loss(θ: Array, squares: Array, z: Array, w: Array) -> tuple[float, Array]:
    """Negative log posterior of (log ℓ, log λ) and its gradient; the process' scale is integrated out by its best."""
    n, ℓ2, λ = len(z), np.exp(-2.0 * θ[:-1]), np.exp(θ[-1])
    R = np.exp(-0.5 * np.tensordot(ℓ2, squares, 1))
    noise = np.diag(λ / w)
    L = np.linalg.cholesky(R + noise + 1e-8 * np.eye(n))
    inverse = np.linalg.inv(L)
    inverse = inverse.T @ inverse
    alpha = inverse @ z
    s2 = max(float(z @ alpha) / n, 1e-12)
    centre = np.append(np.full(len(ℓ2), _PRIOR[0]), _NOISE[0])
    width = np.append(np.full(len(ℓ2), _PRIOR[1]), _NOISE[1])
    prior = (θ - centre) / width
    loss = 0.5 * n * np.log(s2) + float(np.log(np.diag(L)).sum()) + 0.5 * float(prior @ prior)
    G = 0.5 * (inverse - np.outer(alpha, alpha) / s2)
    gradient = np.append(ℓ2 * np.tensordot(squares, G * R, 2), float((np.diag(G) * np.diag(noise)).sum()))
    return loss, gradient + prior / width


def dependence(surrogate: Surrogate, columns: Sequence[int], at: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of f averaged over the observed rows, with some columns set; each shape (k,).

    The kernel is a product, so the averaged process has a covariance of its own: the uncertainty is exact, and
    not that of single predictions.

    Args:
        columns: Which columns, q of them.
        at: Their coded values, shape (k, q).

    Source: Moosbauer et al. (2021), "Explaining hyperparameter optimization via partial dependence plots".
    """
    group, X = surrogate.embedding.group, surrogate.X / surrogate._widths
    rows = np.full((len(at), len(surrogate.embedding.distributions)), np.nan)
    rows[:, list(columns)] = at
    set_here = np.isin(group, list(columns))
    points = surrogate.embedding.points(rows) / surrogate._widths
    own = np.exp(-0.5 * _squared(points[:, set_here], X[:, set_here]))  # (k, n)
    others = np.exp(-0.5 * _squared(X[:, ~set_here], X[:, ~set_here]))  # (n, n)
    v = own * others.mean(axis=0)
    variance = others.mean() - np.einsum("ij,jk,ik->i", v, surrogate.inverse, v, optimize=True)
    return surrogate.mean + v @ surrogate.alpha, surrogate.scale * np.sqrt(np.maximum(variance, 0.0))


def _squared(a: Array, b: Array) -> Array:
    """Squared distances, shape (len(a), len(b))."""
    return np.asarray(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2.0 * a @ b.T, 0.0))
