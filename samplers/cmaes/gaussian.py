"""The normal distribution of numbers, and how a generation of trials changes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.cmaes.constants import Constants

__all__ = ["Gaussian", "Told"]

_SMALLEST, _LARGEST = 1e-14, 1.0  # step sizes; the domain has the width 1
_LEAST_EIGENVALUE = 1e-14
_FLAT_GROWTH = 0.2
_BETA = 2.0  # condition of the correlations, square root of, below which scales are learned at full speed


@final
@dataclass(frozen=True, eq=False)
class Told:
    """What a generation of trials tells, the best first.

    Args:
        known: Where a trial had the parameter, shape (λ, n).
        z: Standard normal vectors of the trials, shape (λ, n); 0 where nothing is known.
        blur: Variances of the coordinates about them, as shares of the distribution's, shape (λ, n); 0 of exact ones.
        share: Of each coordinate's variance, what trials of the distribution tell on average, shape (n,); 1 if exact.
    """

    known: BoolArray
    z: Array
    blur: Array
    share: Array


@final
@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(mean, σ² D C D): step size, scales of the axes, and correlations, each learned at a rate of its own.

    Args:
        mean: Shape (n,), in the unit cube.
        sigma: The step size σ.
        scale: D, shape (n,).
        C: Correlations, shape (n, n).
        p_sigma, p_c, p_d: Paths of the step size, of the correlations and of the scales, shape (n,).
        g_sigma, g_c, g_d: What the squares of their coordinates are expected to be if nothing is selected, shape (n,).

    Source: Akimoto and Hansen (2020), arXiv 1905.05885 (dd-CMA-ES); Hansen (2016), arXiv 1604.00772.
    """

    mean: Array
    sigma: float
    scale: Array
    C: Array
    p_sigma: Array
    p_c: Array
    p_d: Array
    g_sigma: Array
    g_c: Array
    g_d: Array

    @staticmethod
    def start(mean: Array, sigma: float, scale: Array, matrix: Array) -> Gaussian:
        """One that has seen nothing."""
        nothing = np.zeros(len(mean))
        return Gaussian(mean, sigma, scale, matrix, *[nothing] * 6)

    @cached_property
    def _eigen(self) -> tuple[Array, Array]:
        values, vectors = np.linalg.eigh(self.C)
        return np.sqrt(np.maximum(values, _LEAST_EIGENVALUE)), vectors

    @cached_property
    def root(self) -> Array:
        """D √C, shape (n, n): points are mean + σ · root @ z."""
        values, vectors = self._eigen
        return np.asarray(self.scale[:, None] * ((vectors * values) @ vectors.T))

    @cached_property
    def inverse_root(self) -> Array:
        """√C⁻¹, shape (n, n)."""
        values, vectors = self._eigen
        return np.asarray((vectors / values) @ vectors.T)

    @cached_property
    def condition(self) -> float:
        """Of the correlations, its square root."""
        values, _ = self._eigen
        return float(values[-1] / values[0])

    @cached_property
    def deviations(self) -> Array:
        """Standard deviation of each coordinate, shape (n,)."""
        return np.asarray(self.sigma * self.scale * np.sqrt(self.C.diagonal()))

    def points(self, z: Array) -> Array:
        """The points of standard normal vectors, within the unit cube; both of shape (…, n)."""
        return np.minimum(np.maximum(self.mean + self.sigma * (z @ self.root.T), 0.0), 1.0)

    def standard(self, away: Array) -> Array:
        """Standard normal vectors of some points, less the mean; both of shape (…, n)."""
        return np.asarray((away / (self.sigma * self.scale)) @ self.inverse_root)

    def moved(self, step: Array, told: Told, weights: Array, c: Constants, *, separable: bool) -> Gaussian:
        """After a generation.

        Args:
            step: By which the mean moves, shape (n,).
            told: By the trials, the best first.
            weights: Of the trials, shape (λ,).
            c: Constants.
            separable: Whether correlations stay as they are.
        """
        n, z, C = len(self.mean), told.z, self.C
        y = z @ self.root.T
        good, bad = np.maximum(weights, 0.0), np.minimum(weights, 0.0)
        known = told.known.astype(np.float64)
        squares = z**2 + told.blur
        shrunk = known.sum(axis=1) / np.maximum(squares.sum(axis=1), 1e-12)
        had = (good**2) @ known * c.mu_w
        shares = had * told.share
        p_sigma = (1 - c.c_sigma) * self.p_sigma + math.sqrt(c.c_sigma * (2 - c.c_sigma) * c.mu_w) * (good @ z)
        g_sigma = (1 - c.c_sigma) ** 2 * self.g_sigma + c.c_sigma * (2 - c.c_sigma) * shares
        growth = c.c_sigma / c.d_sigma * _excess(p_sigma, g_sigma)
        if not weights.any():  # all trials are alike, which says to look farther
            growth = _FLAT_GROWTH + c.c_sigma / c.d_sigma
        sigma = self.sigma * math.exp(min(1.0, growth))
        steady = float(p_sigma @ p_sigma) < (2 + 4 / (n + 1)) * max(float(g_sigma.sum()), 1e-12)
        y_w = good @ y
        p_d = (1 - c.c_cd) * self.p_d + steady * math.sqrt(c.c_cd * (2 - c.c_cd) * c.mu_w) * y_w
        g_d = (1 - c.c_cd) ** 2 * self.g_d + steady * c.c_cd * (2 - c.c_cd) * shares
        along = self.inverse_root @ (p_d / self.scale)
        pull = good + c.negative_d * bad
        change = c.c_1d * (along**2 - g_d) + c.c_mud * ((good + c.negative_d * bad * shrunk) @ squares - pull @ known)
        β = max(1.0, self.condition - _BETA + 1)
        sigma = min(max(sigma, _SMALLEST), _LARGEST)
        wider = np.exp(np.minimum(np.maximum(change / (2 * β), -0.5), 0.5))
        p_c, g_c, scale = self.p_c, self.g_c, self.scale * wider * (self.sigma / sigma) ** (1 - had)
        if not separable:
            p_c = (1 - c.c_c) * p_c + steady * math.sqrt(c.c_c * (2 - c.c_c) * c.mu_w) * y_w
            g_c = (1 - c.c_c) ** 2 * g_c + steady * c.c_c * (2 - c.c_c) * shares
            own, path, usual = y / self.scale, p_c / self.scale, np.sqrt(g_c)
            pull, counted = good + c.negative * bad, good + c.negative * bad * shrunk
            between = told.share[:, None] * told.share  # what cells leave of correlations
            between.flat[:: n + 1] = 1.0
            rank_mu = (own.T * counted) @ own
            rank_mu.flat[:: n + 1] += counted @ told.blur
            rank_mu -= ((known.T * pull) @ known) * between * C
            C = C + c.c_1 * (path[:, None] * path - usual[:, None] * usual * C) + c.c_mu * rank_mu
            scale, C = _normalised(scale, C)
        return Gaussian(self.mean + step, sigma, scale, C, p_sigma, p_c, p_d, g_sigma, g_c, g_d)

    def with_matrix(self, matrix: Array) -> Gaussian:
        """With another matrix in the place of C, whose diagonal goes over into the scales."""
        scale, C = _normalised(self.scale, matrix)
        return replace(self, scale=scale, C=C)


def _normalised(scale: Array, matrix: Array) -> tuple[Array, Array]:
    """Scales and correlations, of scales and a matrix in the place of these, which is made positive definite."""
    C = (matrix + matrix.T) / 2
    values = np.linalg.eigvalsh(C)  # cheaper than with vectors, which are nearly never needed
    if values[0] < _LEAST_EIGENVALUE * values[-1] or values[0] <= 0:
        values, vectors = np.linalg.eigh(C)
        values = np.maximum(values, max(values[-1], 1e-300) * _LEAST_EIGENVALUE)
        C = (vectors * values) @ vectors.T
    width = np.sqrt(C.diagonal())
    return scale * width, C / (width[:, None] * width)


def _excess(path: Array, usual: Array) -> float:
    """By how much a path is longer than if nothing was selected, as a share.

    Coordinates of which nothing is told do not count as dimensions: where three of four numbers stay in their cells,
    steps follow the fourth, as they would in one dimension. Where all are told little, it counts little.

    Args:
        path: Shape (n,).
        usual: What the squares of its coordinates are expected to be, shape (n,).
    """
    total, squares = float(usual.sum()), float(usual @ usual)
    if squares <= 0.0:
        return 0.0
    n = total * total / squares
    chi = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    told = math.sqrt(squares / total)
    return float(np.sqrt(path @ path)) / chi - told
