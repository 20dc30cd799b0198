"""Kernels over points, some of whose coordinates are missing, and mixtures of them.

All densities are relative to the prior: the prior kernel's logarithm is 0 everywhere, and so is that of every
kernel along an axis that it or the point lacks. A kernel of a trial on another branch thus says nothing about the
axes of this one, and densities of points on different branches stay comparable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes, cell

__all__ = ["Kernels", "draw", "fit", "log_density", "log_kernels", "log_weights"]

_TINY = 1e-300
_FAR = 8.3  # standard deviations
_LOG_SQRT_2PI = float(0.5 * np.log(2 * np.pi))


@final
@dataclass(frozen=True, eq=False)
class Kernels:
    """Product kernels around points.

    Args:
        axes: Of the points.
        centre: Shape (k, d); NaN where a kernel lacks an axis.
        width: Standard deviations along the axes of numbers, shape (k, q); NaN there too.
        below, mass: Probability of each number axis's unbounded kernel below 0 and in [0, 1], shape (k, q).
        leave: Probability with which a kernel leaves its category for one of the prior's, shape (k, c).
    """

    axes: Axes
    centre: Array
    width: Array
    below: Array
    mass: Array
    leave: Array


def fit(axes: Axes, points: Array, width: Array, leave: Array) -> Kernels:
    """One kernel per point; arguments as in `Kernels`."""
    centre = points[:, axes.numbers]
    below, above = _tail(centre / width), _tail((1.0 - centre) / width)
    return Kernels(axes, points, width, below, 1.0 - below - above, leave)


def _tail(z: Array) -> Array:
    """Mass of a normal beyond z standard deviations; 0 where it is less than what 1 is rounded to."""
    from scipy.special import ndtr

    tail = np.zeros(z.shape)
    near = z < _FAR
    tail[near] = ndtr(-z[near])
    return tail


def log_weights(weights: Array, prior_weight: float) -> Array:
    """Logarithms of the shares of kernels, and of the prior, in a mixture, shape (k + 1,).

    Args:
        weights: Of the kernels, shape (k,); some may be 0.
        prior_weight: How many kernels of average positive weight the prior is worth.
    """
    positive = np.count_nonzero(weights)
    total = float(weights.sum())
    prior = prior_weight * (total / positive if positive else 1.0)
    out = np.empty(len(weights) + 1)
    out[:-1], out[-1] = weights, prior
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(out / (total + prior)))


def draw(kernels: Kernels, kernel: IntArray, u: Array) -> Array:
    """Points drawn from given kernels, shape (n, d); along axes that a kernel lacks, from the prior.

    Args:
        kernels: Which.
        kernel: Of each coordinate, shape (n, d); -1 is the prior.
        u: Uniform numbers, shape (n, d + c).
    """
    from scipy.special import ndtri

    axes, d = kernels.axes, kernel.shape[1]
    x = np.zeros((len(u), d))
    numbers = u[:, axes.numbers]
    if len(kernels.centre):
        own = kernel[:, axes.numbers]
        which = own, np.arange(own.shape[1])
        drawn = ndtri(kernels.below[which] + numbers * kernels.mass[which])
        drawn = kernels.centre[own, axes.numbers] + kernels.width[which] * drawn
        numbers = np.where(np.isnan(drawn) | (own < 0), numbers, np.clip(drawn, 0.0, 1.0))
    x[:, axes.numbers] = numbers
    for j in axes.in_cells:
        edges, middles = axes.edges[j], axes.middles[j]
        assert edges is not None
        assert middles is not None
        column = axes.numbers[j]
        x[:, column] = middles[cell(edges, x[:, column])]
    for i, (column, prior) in enumerate(zip(axes.categories, axes.priors, strict=True)):
        x[:, column] = np.minimum(np.searchsorted(np.cumsum(prior), u[:, column], side="right"), len(prior) - 1)
        if len(kernels.centre):
            own = kernel[:, column]
            centre = kernels.centre[own, column]
            stays = ~np.isnan(centre) & (own >= 0) & (u[:, d + i] >= kernels.leave[own, i])
            x[:, column] = np.where(stays, centre, x[:, column])
    return x


def log_kernels(kernels: Kernels, points: Array, active: BoolArray) -> Array:
    """Log density of each kernel at each point relative to the prior's, shape (n, k), along active axes only.

    Args:
        kernels: Which.
        points: Shape (n, d).
        active: Axes to count, shape (n, d).
    """
    axes = kernels.axes
    out = _log_normal(kernels, points, active)
    for j in axes.in_cells:
        edges = axes.edges[j]
        assert edges is not None
        out += _log_cells(kernels, points[:, axes.numbers[j]], active[:, axes.numbers[j]], j, edges)
    for i, column in enumerate(axes.categories):
        out += _log_category(kernels, points[:, column], active[:, column], i)
    return out


def _log_normal(kernels: Kernels, points: Array, active: BoolArray) -> Array:
    """The truncated normals along continuous axes, as one matrix product; shape (n, k)."""
    axis = kernels.axes.continuous
    q = len(axis)
    if not q:
        return np.zeros((len(points), len(kernels.centre)))
    column = kernels.axes.numbers[axis]
    mu, sigma, mass = kernels.centre[:, column], kernels.width, kernels.mass
    if q < sigma.shape[1]:
        sigma, mass = sigma[:, axis], mass[:, axis]
    square = -0.5 / (sigma * sigma)
    constant = mu * mu * square - np.log(sigma * mass) - _LOG_SQRT_2PI
    terms = np.concatenate([square, -2.0 * mu * square, constant], axis=1)
    missing = np.isnan(constant)
    if missing.any():
        terms[np.tile(missing, 3)] = 0.0
    known = active[:, column]
    x = np.where(known, points[:, column], 0.0)
    return np.asarray(np.concatenate([x * x, x, known], axis=1) @ terms.T)


def _log_cells(kernels: Kernels, x: Array, active: BoolArray, axis: int, edges: Array) -> Array:
    """The mass of each normal in each point's cell by the cell's width, shape (n, k)."""
    from scipy.special import ndtr

    cells, back = np.unique(cell(edges, np.where(active, x, 0.0)), return_inverse=True)
    mu, sigma = kernels.centre[:, kernels.axes.numbers[axis]], kernels.width[:, axis]
    low, high = edges[cells][:, None], edges[cells + 1][:, None]
    a, b = (low - mu) / sigma, (high - mu) / sigma
    flip = a > 0  # the lower tail resolves what the upper one rounds away
    inside = ndtr(np.where(flip, -a, b)) - ndtr(np.where(flip, -b, a))
    table = np.log(np.maximum(inside, _TINY)) - np.log(np.maximum(high - low, _TINY)) - np.log(kernels.mass[:, axis])
    table[:, np.isnan(mu)] = 0.0
    return np.where(active[:, None], table[back], 0.0)


def _log_category(kernels: Kernels, x: Array, active: BoolArray, axis: int) -> Array:
    """(1 - b) 1[same] / prior + b, shape (n, k)."""
    b, prior = kernels.leave[:, axis], kernels.axes.priors[axis]
    centre = kernels.centre[:, kernels.axes.categories[axis]]
    choice = np.where(active, x, 0.0).astype(np.intp)
    same = np.log(b + (1.0 - b) / np.maximum(prior[choice], _TINY)[:, None])
    table = np.where(choice[:, None] == centre, same, np.log(b))
    return np.where(active[:, None] & ~np.isnan(centre), table, 0.0)


def log_density(terms: Array, log_weight: Array) -> Array:
    """Log density of a mixture relative to the prior, shape (n,).

    Args:
        terms: Those of its kernels, shape (n, k).
        log_weight: Of these and the prior, shape (k + 1,).
    """
    weighted = terms + log_weight[:-1]
    top = weighted.max(axis=1, initial=log_weight[-1])
    weighted -= top[:, None]
    return np.asarray(top + np.log(np.exp(weighted).sum(axis=1) + np.exp(log_weight[-1] - top)))
