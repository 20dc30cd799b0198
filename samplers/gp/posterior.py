"""What a Gaussian process believes after it has seen observations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.gp.blocks import blocks
from hpo.samplers.gp.input_warp import warp_slope
from hpo.samplers.gp.kernel import matern, squared_distances
from hpo.samplers.gp.likelihood import Hyperparameters, factor
from hpo.samplers.gp.trend import slope, trend

__all__ = ["Posterior", "Prediction"]

_LEAST = 1e-12


@final
@dataclass(frozen=True, eq=False)
class Prediction:
    """The posterior at some points, and what its gradient needs.

    Args:
        mean: Shape (k, v): one column for each version of the observations.
        sigma: Standard deviation of the function, without noise, shape (k,).
    """

    mean: Array
    sigma: Array
    _posterior: Posterior
    _features: Array
    _trend: Array
    _scaled: Array
    _by_distance: Array
    _v: Array

    def gradient(self, by_mean: Array, by_sigma: Array) -> Array:
        """The derivatives of a function of mean and sigma by each number, shape (k, q).

        Args:
            by_mean: The function's derivatives by the mean, shape (k, v).
            by_sigma: And by the standard deviation, shape (k,).
        """
        model = self._posterior
        q, hyper, relative = model.n_numbers, model.hyper, (by_sigma / self.sigma)[:, None]
        c = by_mean @ model.α.T - relative * (self._v @ model.inverse)
        by_trend = hyper.trend * (c @ model.trend + relative * self._trend) if hyper.trend else None
        c *= 2.0 * hyper.amplitude * self._by_distance
        by_z = self._scaled[:, :q] * c.sum(axis=1)[:, None] - c @ model.scaled[:, :q]
        by_z /= hyper.scales[:q]
        if len(hyper.a):
            by_z *= warp_slope(self._features[:, :q], hyper.a, hyper.b)
        if by_trend is not None:
            by_z += slope(self._features[:, :q], by_trend)
        return np.asarray(by_z)


@final
@dataclass(frozen=True, eq=False)
class Posterior:
    """A Gaussian process given observations, perhaps in several versions that differ in some values alone.

    Args:
        hyper: Hyperparameters.
        group: The length scale of each feature, shape (f,).
        n_numbers: How many of the features are numbers.
        scaled: Features of the observations in units of the length scales, shape (n, f).
        trend: Their features that trends are linear in, shape (n, 2 q).
        L: Cholesky factor of their covariance with noise, shape (n, n).
        y: Observed values, shape (n, v).
        mean: The constant that the process returns to.
    """

    hyper: Hyperparameters
    group: IntArray
    n_numbers: int
    scaled: Array
    trend: Array
    L: Array
    y: Array
    mean: float

    @staticmethod
    def of(hyper: Hyperparameters, group: IntArray, n_numbers: int, features: Array, y: Array) -> Posterior:
        """Given observations `y`, shape (n,), at `features`, shape (n, f)."""
        from scipy.linalg.lapack import dpotrs

        Z, by_trend = hyper.scaled(features, group), trend(features[:, :n_numbers])
        K = _covariance(hyper, Z, by_trend, Z, by_trend)
        K.flat[:: len(K) + 1] += hyper.noise
        L = factor(K)
        solved, _ = dpotrs(L, np.stack([y, np.ones_like(y)], axis=1), lower=1)
        mean = float(solved[:, 0].sum() / solved[:, 1].sum())
        return Posterior(hyper, group, n_numbers, Z, by_trend, L, y[:, None], mean)

    @cached_property
    def _unit(self) -> Array:
        """The length scale of each feature, shape (f,)."""
        return self.hyper.scales[self.group]

    @cached_property
    def _squares(self) -> Array:
        """The squared lengths of the observations, shape (n,)."""
        return np.asarray((self.scaled * self.scaled).sum(axis=1))

    @cached_property
    def inverse(self) -> Array:
        """L⁻¹, shape (n, n)."""
        from scipy.linalg.lapack import dtrtri

        return np.asarray(dtrtri(self.L, lower=1)[0])

    @cached_property
    def α(self) -> Array:
        """K⁻¹ (y - mean), shape (n, v)."""
        return np.asarray(self.inverse.T @ (self.inverse @ (self.y - self.mean)))

    @cached_property
    def fitted(self) -> Array:
        """The posterior mean at the observations, shape (n, v)."""
        return self.y - self.hyper.noise * self.α

    @cached_property
    def left_out(self) -> tuple[Array, Array]:
        """Mean and standard deviation of each observation, noise included, given all others, shapes (n, v), (n,).

        Source: Rasmussen and Williams (2006), "Gaussian processes for machine learning", eq. 5.12.
        """
        precision = (self.inverse**2).sum(axis=0)
        return self.y - self.α / precision[:, None], 1.0 / np.sqrt(precision)

    @cached_property
    def explained(self) -> float:
        """The share of the variance of the observations' first version that each one's mean given all others explains.

        It is 0 or less where the mean of all others would do as well.
        """
        y, n = self.y[:, 0], len(self.y)
        rest = float(((y - self.left_out[0][:, 0]) ** 2).sum())
        by_mean = float(((y - y.mean()) ** 2).sum()) * (n / (n - 1)) ** 2
        return 1.0 - rest / by_mean if by_mean > 0 else 0.0

    def at(self, features: Array) -> Prediction:
        """The posterior at some points, shape (k, f)."""
        scaled = self.hyper.warped(features) / self._unit
        s, v = np.empty((2, len(scaled), len(self.scaled)))
        mean, double = np.empty((len(scaled), self.α.shape[1])), -2.0 * scaled
        pieces = list(blocks(*s.shape))
        for rows in pieces:
            np.matmul(double[rows], self.scaled.T, out=s[rows])
        s += (scaled * scaled).sum(axis=1)[:, None]
        s += self._squares
        k, by_distance = matern(np.maximum(s, 0.0, out=s))
        k *= self.hyper.amplitude
        by_trend, own = self._by_trend(features), np.float64(self.hyper.amplitude)
        if self.hyper.trend:
            for rows in pieces:
                k[rows] += by_trend[rows] @ (self.hyper.trend * self.trend.T)
            own = own + self.hyper.trend * (by_trend**2).sum(axis=1)
        for rows in pieces:
            np.matmul(k[rows], self.inverse.T, out=v[rows])
            np.matmul(k[rows], self.α, out=mean[rows])
        mean += self.mean
        variance = own - np.einsum("ij,ij->i", v, v)
        sigma = np.sqrt(np.maximum(variance, _LEAST * self.hyper.amplitude))
        return Prediction(mean, sigma, self, features, by_trend, scaled, by_distance, v)

    def given(self, features: Array, normal: Array) -> Posterior:
        """With imagined observations at some points, shape (p, f): versions drawn from the joint posterior there.

        Args:
            normal: Independent standard normal numbers, shape (p, v).
        """
        Z, by_trend = self.hyper.scaled(features, self.group), self._by_trend(features)
        k = _covariance(self.hyper, Z, by_trend, self.scaled, self.trend)
        B = k @ self.inverse.T
        S = _covariance(self.hyper, Z, by_trend, Z, by_trend) - B @ B.T
        S.flat[:: len(S) + 1] += self.hyper.noise
        corner = factor(S)
        y = self.mean + k @ self.α + corner @ normal
        n, p = len(self.L), len(corner)
        L = np.zeros((n + p, n + p))
        L[:n, :n], L[n:, :n], L[n:, n:] = self.L, B, corner
        versions = np.broadcast_to(self.y, (n, y.shape[1]))
        scaled, trends = np.concatenate([self.scaled, Z]), np.concatenate([self.trend, by_trend])
        return replace(self, scaled=scaled, trend=trends, L=L, y=np.concatenate([versions, y]))

    def _by_trend(self, features: Array) -> Array:
        return trend(features[:, : self.n_numbers])


def _covariance(hyper: Hyperparameters, a: Array, trend_a: Array, b: Array, trend_b: Array) -> Array:
    """Of the function at some points and at others, by their scaled features and those of trends, shape (n, k)."""
    k = hyper.amplitude * matern(squared_distances(a, b))[0]
    return np.asarray(k + hyper.trend * (trend_a @ trend_b.T) if hyper.trend else k)
