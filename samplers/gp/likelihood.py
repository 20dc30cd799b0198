"""Hyperparameters of a Gaussian process and how likely they make what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.gp.input_warp import warp, warp_gradient
from hpo.samplers.gp.kernel import matern, squared_distances
from hpo.samplers.gp.prior import Prior
from hpo.samplers.gp.trend import trend

__all__ = ["Fit", "Hyperparameters", "factor", "fit", "negative_log_posterior"]

_ITERATIONS = 60


@final
@dataclass(frozen=True, eq=False)
class Hyperparameters:
    """Of one surrogate.

    Args:
        scales: Length scales, shape (g,).
        amplitude: Prior variance of the function beside its trend.
        noise: Variance of the noise.
        trend: Variance of the trend, 0 without one.
        a, b: Exponents of the warp of each number, shape (q,); empty without one.
    """

    scales: Array
    amplitude: float
    noise: float
    trend: float
    a: Array
    b: Array

    @staticmethod
    def of(θ: Array, n_scales: int) -> Hyperparameters:
        """From their logarithms in the order of the prior."""
        values = np.exp(θ)
        amplitude, noise, trending = values[n_scales : n_scales + 3].tolist()
        a, b = np.split(values[n_scales + 3 :], 2)
        return Hyperparameters(values[:n_scales], amplitude, noise, trending, a, b)

    @property
    def θ(self) -> Array:
        """Their logarithms, in the order of the prior; -inf for a trend that there is not."""
        with np.errstate(divide="ignore"):
            return np.asarray(
                np.log(np.concatenate([self.scales, (self.amplitude, self.noise, self.trend), self.a, self.b]))
            )

    def scaled(self, features: Array, group: IntArray) -> Array:
        """Features, shape (n, f), in which the kernel's length scale is 1."""
        return self.warped(features) / self.scales[group]

    def warped(self, features: Array) -> Array:
        if not len(self.a):
            return features
        q = len(self.a)
        return np.concatenate([warp(features[:, :q], self.a, self.b), features[:, q:]], axis=1)


def factor(covariance: Array) -> Array:
    """The lower triangular Cholesky factor of a kernel matrix; a rounding error's worth is added where needed."""
    from scipy.linalg.lapack import dpotrf

    jitter = 0.0
    while True:
        L, failed = dpotrf(covariance + jitter * np.eye(len(covariance)) if jitter else covariance, lower=1, clean=1)
        if not failed:
            return np.asarray(L)
        jitter = max(10.0 * jitter, 1e-10 * float(np.trace(covariance)) / len(covariance))


def negative_log_posterior(
    θ: Array, features: Array, trends: Array, y: Array, group: IntArray, prior: Prior
) -> tuple[float, Array]:
    """Of log hyperparameters, but for a constant, and the gradient.

    The constant mean is the one of the largest likelihood, so its derivative does not matter.

    Args:
        θ: Shape (p,), in the order of the prior.
        features: Shape (n, f).
        trends: The trend's kernel matrix, shape (n, n).
        y: Shape (n,).
        group: The length scale of each feature, shape (f,).
        prior: Of θ.
    """
    from scipy.linalg.lapack import dpotri, dpotrs

    n_scales = int(group[-1]) + 1
    hyper = Hyperparameters.of(θ, n_scales)
    Z = hyper.scaled(features, group)
    k, slope = matern(squared_distances(Z, Z))
    K = hyper.amplitude * k
    np.fill_diagonal(K, hyper.amplitude + hyper.noise)
    if hyper.trend:
        K += hyper.trend * trends
    L = factor(K)
    α, _ = dpotrs(L, np.stack([y, np.ones_like(y)], axis=1), lower=1)
    mean = α[:, 0].sum() / α[:, 1].sum()
    α = α[:, 0] - mean * α[:, 1]
    penalty, gradient = prior.penalty(θ)
    value = 0.5 * float((y - mean) @ α) + float(np.log(np.diag(L)).sum()) + penalty

    half, _ = dpotri(L, lower=1)  # the lower triangle; above it is what L has there, zeros
    W = half + half.T
    W.flat[:: len(W) + 1] *= 0.5
    W -= np.outer(α, α)
    W *= 0.5  # the derivative by K
    G = hyper.amplitude * W * slope  # by squared distances
    total = G.sum(axis=1)
    GZ = G @ Z
    by_feature = 2.0 * (total @ (Z * Z) - (Z * GZ).sum(axis=0))
    gradient[:n_scales] -= 2.0 * np.bincount(group, by_feature, n_scales)
    gradient[n_scales] += hyper.amplitude * (float((W * k).sum()))
    gradient[n_scales + 1] += hyper.noise * float(np.trace(W))
    if hyper.trend:
        gradient[n_scales + 2] += hyper.trend * float((W * trends).sum())
    q = len(hyper.a)
    if q:
        by_z = 4.0 * (Z[:, :q] * total[:, None] - GZ[:, :q]) / hyper.scales[:q]
        da, db = warp_gradient(features[:, :q], hyper.a, hyper.b)
        gradient[n_scales + 3 : n_scales + 3 + q] += (by_z * da).sum(axis=0)
        gradient[n_scales + 3 + q :] += (by_z * db).sum(axis=0)
    return value, gradient


@final
class Fit(NamedTuple):
    """What was found to be most probable.

    Args:
        θ: Log hyperparameters, shape (p,), in the order of the prior.
        value: Their negative log posterior, but for a constant.
    """

    θ: Array
    value: float


def fit(features: Array, n_numbers: int, y: Array, group: IntArray, prior: Prior, start: Array | None = None) -> Fit:
    """The most probable hyperparameters near a start, the prior's mode if none is given.

    Args:
        features: Shape (n, f).
        n_numbers: How many of the features are numbers.
        y: Shape (n,).
        group: The length scale of each feature, shape (f,).
        prior: Of the hyperparameters.
        start: Their logarithms, shape (p,).
    """
    from scipy.optimize import minimize

    by_trend = trend(features[:, :n_numbers])
    trends = by_trend @ by_trend.T

    def objective(θ: Array) -> tuple[float, Array]:
        return negative_log_posterior(θ, features, trends, y, group, prior)

    found = minimize(
        objective,
        np.clip(prior.mean if start is None else start, prior.low, prior.high),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(prior.low.tolist(), prior.high.tolist(), strict=True)),
        options={"maxiter": _ITERATIONS, "ftol": 1e-4, "gtol": 1e-2},
    )
    return Fit(np.asarray(found.x), float(found.fun))
