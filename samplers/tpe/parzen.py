"""Kernels over points, some of whose coordinates are missing, and mixtures of them.

All densities are relative to the prior: the prior kernel's logarithm is 0 everywhere, and so is that of every
kernel along an axis that it or the point lacks. A kernel of a trial on another branch thus says nothing about the
axes of this one, and densities of points on different branches stay comparable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes, cell

__all__ = ["Kernels", "draw", "even_shares", "log_density", "log_kernels", "mass", "shares"]

_TINY = 1e-300
_WIDE = 0.06  # beyond the farther end narrower normals have less than what 1 is rounded to
_LARGE = 600.0  # logarithm of what can be summed without care
_SMALL = -700.0  # logarithm of what counts for nothing; exponentials of less are slow, as they leave the normal range
_SQRT_2PI = math.sqrt(2 * math.pi)


@final
@dataclass(frozen=True, eq=False)
class Kernels:
    """Product kernels around points.

    Args:
        axes: Of the points.
        centre: Shape (k, d); NaN where a kernel lacks an axis.
        width: Standard deviations along the axes of numbers, shape (k, q); NaN there too.
        leave: Probability with which a kernel leaves its category for one of the prior's, shape (k, c).
        mass: Probability that each number axis's unbounded kernel has in [0, 1], shape (k, q); see `mass`.
        complete: Whether no kernel lacks an axis; False if that is not known.
    """

    axes: Axes
    centre: Array
    width: Array
    leave: Array
    mass: Array
    complete: bool = False

    @cached_property
    def intervals(self) -> Array:
        """What draws need: centres, widths, the mass of the unbounded kernels below 0 and in [0, 1], (4, k · q)."""
        from scipy.special import ndtr

        centre = self.axes.of_numbers(self.centre)
        return np.array([centre, self.width, ndtr(centre / -self.width), self.mass]).reshape(4, -1)

    @cached_property
    def normals(self) -> tuple[Array, Array, Array | None]:
        """Of continuous axes, what the logarithms of normals are made of.

        The factors of x² and of x, shape (k, 2 q), and the rest, shape (k, q), all 0 along axes that a kernel
        lacks; and the rest's sum, shape (k,), if no kernel lacks any.
        """
        axis = self.axes.continuous
        mu, sigma, mass = self.axes.of_numbers(self.centre), self.width, self.mass
        if len(axis) < sigma.shape[1]:
            mu, sigma, mass = mu[:, axis], sigma[:, axis], mass[:, axis]
        scale = 1.0 / sigma
        z = mu * scale
        rest = np.log(scale / (mass * _SQRT_2PI)) - 0.5 * z * z
        factors = np.concatenate([-0.5 * scale * scale, z * scale], axis=1)
        if self.complete:
            return factors, rest, rest.sum(axis=1)
        missing = np.isnan(rest)
        return np.where(np.tile(missing, 2), 0.0, factors), np.where(missing, 0.0, rest), None


def mass(centre: Array, width: Array | float) -> Array:
    """Probability that normals have in [0, 1], shape (k, q).

    Args:
        centre: Shape (k, q), in [0, 1]; NaN where a kernel lacks the axis, and there the mass tells nothing.
        width: Shape (k, q), or that of each axis, shape (q,), or one number.
    """
    from scipy.special import ndtr

    near = np.minimum(centre, 1.0 - centre) / width
    inside: Array = ndtr(near)
    if isinstance(width, float) and width <= _WIDE:
        return inside
    wide = slice(None) if isinstance(width, float) or width.ndim == 2 else np.flatnonzero(width > _WIDE)
    inside[:, wide] -= ndtr((near - 1.0 / width)[:, wide])
    return inside


@lru_cache(maxsize=512)
def even_shares(k: int, prior_weight: float) -> Array:
    """As `shares`, of `k` kernels that count the same; read-only."""
    out = np.full(k + 1, 1.0 / (k + prior_weight))
    out[-1] = prior_weight / (k + prior_weight)
    out.flags.writeable = False
    return out


def shares(weights: Array, prior_weight: float) -> Array:
    """Of kernels, and of the prior, in a mixture, shape (k + 1,).

    Args:
        weights: Of the kernels, shape (k,); some may be 0.
        prior_weight: How many kernels of average positive weight the prior is worth.
    """
    positive = np.count_nonzero(weights)
    total = float(weights.sum())
    prior = prior_weight * (total / positive if positive else 1.0)
    out = np.empty(len(weights) + 1)
    out[:-1], out[-1] = weights, prior
    return np.asarray(out / (total + prior))


def draw(kernels: Kernels, kernel: IntArray, u: Array) -> Array:
    """Points drawn from given kernels, shape (n, d); along axes that a kernel lacks, from the prior.

    Args:
        kernels: Which.
        kernel: Of each coordinate, shape (n, d); one that is none of them is the prior.
        u: Uniform numbers, shape (n, d + c).
    """
    from scipy.special import ndtri

    axes, k, d = kernels.axes, *kernels.centre.shape
    numbers = axes.of_numbers(u[:, :d])
    if k:
        own = axes.of_numbers(kernel)
        place = own * own.shape[1] + np.arange(own.shape[1])
        centre, width, below, inside = kernels.intervals.take(place, axis=1, mode="clip")
        drawn = centre + width * ndtri(below + numbers * inside)
        beyond = own >= k if kernels.complete else (own >= k) | np.isnan(drawn)
        numbers = np.where(beyond, numbers, np.minimum(np.maximum(drawn, 0.0), 1.0))
    if axes.are_numbers:
        x = numbers
    else:
        x = np.zeros((len(u), d))  # whatever has one value alone is no axis
        x[:, axes.numbers] = numbers
    for j in axes.in_cells:
        edges, middles = axes.edges[j], axes.middles[j]
        assert edges is not None
        assert middles is not None
        column = axes.numbers[j]
        x[:, column] = middles[cell(edges, x[:, column])]
    for i, (column, prior) in enumerate(zip(axes.categories, axes.priors, strict=True)):
        x[:, column] = np.minimum(np.searchsorted(np.cumsum(prior), u[:, column], side="right"), len(prior) - 1)
        if k:
            own = np.minimum(kernel[:, column], k - 1)
            centre = kernels.centre[own, column]
            stays = ~np.isnan(centre) & (kernel[:, column] < k) & (u[:, d + i] >= kernels.leave[own, i])
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
    axes, axis = kernels.axes, kernels.axes.continuous
    q = len(axis)
    if not q:
        return np.zeros((len(points), len(kernels.centre)))
    x, known = axes.of_numbers(points), axes.of_numbers(active)
    if q < len(axes.numbers):
        x, known = x[:, axis], known[:, axis]
    terms, constant, sums = kernels.normals
    if sums is not None and np.count_nonzero(known) == known.size:
        return np.asarray(np.concatenate([x * x, x], axis=1) @ terms.T + sums)
    x = np.where(known, x, 0.0)
    return np.asarray(np.concatenate([x * x, x], axis=1) @ terms.T + known @ constant.T)


def _log_cells(kernels: Kernels, x: Array, active: BoolArray, axis: int, edges: Array) -> Array:
    """The mass of each normal in each point's cell by the cell's width, shape (n, k)."""
    from scipy.special import ndtr

    cells, back = np.unique(cell(edges, np.where(active, x, 0.0)), return_inverse=True)
    mu, sigma = kernels.centre[:, kernels.axes.numbers[axis]], kernels.width[:, axis]
    low, high = edges[cells][:, None], edges[cells + 1][:, None]
    a, b = (low - mu) / sigma, (high - mu) / sigma
    flip = a > 0  # the lower tail resolves what the upper one rounds away
    inside = ndtr(np.where(flip, -a, b)) - ndtr(np.where(flip, -b, a))
    table = np.log(np.maximum(inside, _TINY)) - np.log(np.maximum(high - low, _TINY))
    table -= np.log(kernels.mass[:, axis])
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


def log_density(terms: Array, mixtures: Sequence[Array]) -> list[Array]:
    """Log density of each of some mixtures relative to the prior, shapes (n,).

    Args:
        terms: Those of their kernels, one mixture's after the other's, shape (n, k_1 + k_2 + …).
        mixtures: Shares of each one's kernels and the prior, shapes (k_i + 1,).
    """
    is_large = terms.max(initial=0.0) > _LARGE
    parts, begin, out = terms if is_large else np.exp(np.maximum(terms, _SMALL)), 0, []
    for share in mixtures:
        end = begin + len(share) - 1
        part = parts[:, begin:end]
        out.append(_log_sum(part, share) if is_large else np.log(part @ share[:-1] + share[-1]))
        begin = end
    return out


def _log_sum(terms: Array, share: Array) -> Array:
    """Log density of one mixture, some of whose terms are too large for their exponentials."""
    top = terms.max(axis=1, initial=0.0)
    total = np.exp(terms - top[:, None]) @ share[:-1] + share[-1] * np.exp(-top)
    return np.asarray(top + np.log(np.maximum(total, _TINY)))
