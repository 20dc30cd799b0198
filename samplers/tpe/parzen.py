"""Mixtures of product kernels over points, some of whose coordinates are missing.

All densities are relative to the prior: the prior kernel's logarithm is 0 everywhere, and so is that of every
kernel along an axis that it or the point lacks. A kernel of a trial on another branch thus says nothing about the
axes of this one, and densities of points on different branches stay comparable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.tpe.axes import Axes, cell

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Mixture", "draw", "fit", "log_density", "log_kernels"]

_TINY = 1e-300
_SQRT_2PI = float(np.sqrt(2 * np.pi))


@final
@dataclass(frozen=True, eq=False)
class Mixture:
    """Weighted kernels, and the prior.

    Args:
        axes: Of the points.
        centre: Shape (k, d); NaN where a kernel lacks an axis.
        width: Standard deviations along the axes of numbers, shape (k, q); NaN there too.
        mass: Probability of each number axis's unbounded kernel in [0, 1], shape (k, q).
        spread: Probability with which a kernel leaves its category for the prior's, per category axis, shape (c,).
        log_weight: Shape (k + 1,), the prior's last; their exponentials add up to 1.
    """

    axes: Axes
    centre: Array
    width: Array
    below: Array
    mass: Array
    spread: Array
    log_weight: Array


def fit(
    axes: Axes,
    points: Array,
    weights: Array,
    width: Callable[[Array], Array],
    narrowest: float,
    spread: float,
    prior_weight: float,
) -> Mixture:
    """One kernel per point.

    Args:
        axes: Of the points.
        points: Shape (k, d); NaN where inactive.
        weights: Shape (k,).
        width: Gives the widths of the number axes, shape (k, q), of the points' coordinates there.
        narrowest: Smallest width.
        spread: How many trials the prior of a category axis is worth, per choice.
        prior_weight: How many trials of average weight the prior is worth.
    """
    from scipy.special import ndtr

    k = len(points)
    centre = points[:, axes.numbers]
    sigma = np.clip(width(centre), narrowest, 1.0) if k else np.empty_like(centre)
    below = ndtr(-centre / sigma)
    mass = ndtr((1.0 - centre) / sigma) - below
    choices = np.array([len(prior) for prior in axes.priors])
    prior = prior_weight * (weights.mean() if k else 1.0)
    total = weights.sum() + prior
    with np.errstate(divide="ignore"):
        log_weight = np.log(np.append(weights, prior) / total)
    return Mixture(axes, points, sigma, below, mass, spread * choices / (k + spread * choices), log_weight)


def draw(mixture: Mixture, kernel: IntArray, u: Array) -> Array:
    """Points drawn from given kernels, shape (n, d); along axes that a kernel lacks, from the prior.

    Args:
        mixture: Whose kernels.
        kernel: Shape (n,); k is the prior.
        u: Uniform numbers, shape (n, d + c).
    """
    from scipy.special import ndtri

    axes, k = mixture.axes, len(mixture.centre)
    d = u.shape[1] - len(axes.categories)
    x = np.zeros((len(u), d))
    lost = kernel == k
    kernel = np.where(lost, 0, kernel)
    numbers = u[:, axes.numbers]
    if k:
        centre, sigma = mixture.centre[kernel][:, axes.numbers], mixture.width[kernel]
        drawn = centre + sigma * ndtri(mixture.below[kernel] + numbers * mixture.mass[kernel])
        own = ~np.isnan(drawn) & ~lost[:, None]
        numbers = np.where(own, np.clip(drawn, 0.0, 1.0), numbers)
    x[:, axes.numbers] = numbers
    for column, edges, middles in zip(axes.numbers, axes.edges, axes.middles, strict=True):
        if edges is not None and middles is not None:
            x[:, column] = middles[cell(edges, x[:, column])]
    for i, (column, prior) in enumerate(zip(axes.categories, axes.priors, strict=True)):
        x[:, column] = np.minimum(np.searchsorted(np.cumsum(prior), u[:, column], side="right"), len(prior) - 1)
        if k:
            centre = mixture.centre[kernel, column]
            stays = ~np.isnan(centre) & ~lost & (u[:, d + i] >= mixture.spread[i])
            x[:, column] = np.where(stays, centre, x[:, column])
    return x


def log_kernels(mixture: Mixture, points: Array, active: BoolArray) -> Array:
    """Log density of each kernel at each point relative to the prior's, shape (n, k), along active axes only.

    Args:
        mixture: Whose kernels.
        points: Shape (n, d).
        active: Axes to count, shape (n, d).
    """
    axes = mixture.axes
    n, k = len(points), len(mixture.centre)
    if not k:
        return np.zeros((n, 0))
    smooth: list[int] = []
    cells: list[int] = []
    for j, edges in enumerate(axes.edges):
        (smooth if edges is None else cells).append(j)
    out = _log_normal(mixture, points, active, np.array(smooth, dtype=np.int64))
    for j in cells:
        edges = axes.edges[j]
        assert edges is not None
        out += _log_cells(mixture, points[:, axes.numbers[j]], active[:, axes.numbers[j]], j, edges)
    for i, column in enumerate(axes.categories):
        out += _log_category(mixture, points[:, column], active[:, column], i)
    return out


def _log_normal(mixture: Mixture, points: Array, active: BoolArray, axis: IntArray) -> Array:
    """The truncated normals along continuous axes, as one matrix product; shape (n, k)."""
    column = mixture.axes.numbers[axis]
    mu, sigma = mixture.centre[:, column], mixture.width[:, axis]
    if not len(axis):
        return np.zeros((len(points), len(mixture.centre)))
    tau = 1.0 / (sigma * sigma)
    terms = np.concatenate(
        [-0.5 * tau, mu * tau, -0.5 * mu * mu * tau - np.log(sigma * mixture.mass[:, axis] * _SQRT_2PI)], axis=1
    )
    terms[np.isnan(terms)] = 0.0
    known = active[:, column]
    x = np.where(known, points[:, column], 0.0)
    return np.asarray(np.concatenate([x * x, x, known], axis=1) @ terms.T)


def _log_cells(mixture: Mixture, x: Array, active: BoolArray, axis: int, edges: Array) -> Array:
    """The mass of each normal in each point's cell by the cell's width, shape (n, k)."""
    from scipy.special import ndtr

    cells, back = np.unique(cell(edges, np.where(active, x, 0.0)), return_inverse=True)
    mu, sigma = mixture.centre[:, mixture.axes.numbers[axis]], mixture.width[:, axis]
    low, high = edges[cells][:, None], edges[cells + 1][:, None]
    a, b = (low - mu) / sigma, (high - mu) / sigma
    flip = a > 0  # the lower tail resolves what the upper one rounds away
    inside = ndtr(np.where(flip, -a, b)) - ndtr(np.where(flip, -b, a))
    table = np.log(np.maximum(inside, _TINY)) - np.log(np.maximum(high - low, _TINY)) - np.log(mixture.mass[:, axis])
    table[:, np.isnan(mu)] = 0.0
    return np.where(active[:, None], table[back], 0.0)


def _log_category(mixture: Mixture, x: Array, active: BoolArray, axis: int) -> Array:
    """(1 - b) 1[same] / prior + b, shape (n, k)."""
    b, prior = mixture.spread[axis], mixture.axes.priors[axis]
    centre = mixture.centre[:, mixture.axes.categories[axis]]
    choice = np.where(active, x, 0.0).astype(np.intp)
    same = np.log(b + (1.0 - b) / np.maximum(prior[choice], _TINY))
    table = np.where(choice[:, None] == centre, same[:, None], np.log(b))
    return np.where(active[:, None] & ~np.isnan(centre), table, 0.0)


def log_density(mixture: Mixture, points: Array, active: BoolArray) -> Array:
    """Log density of each point relative to the prior, shape (n,)."""
    terms = np.concatenate([log_kernels(mixture, points, active), np.zeros((len(points), 1))], axis=1)
    terms += mixture.log_weight
    top = terms.max(axis=1, keepdims=True)
    return np.asarray(top[:, 0] + np.log(np.exp(terms - top).sum(axis=1)))
