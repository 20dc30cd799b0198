"""What candidates are drawn from and compared by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes
from hpo.samplers.tpe.parzen import Kernels, draw, fit, log_density, log_kernels, log_weights

__all__ = ["Part", "Ratio", "from_prior", "ratio_of", "share"]


@final
@dataclass(frozen=True, eq=False)
class Part:
    """One density's trials.

    Args:
        points: Shape (k, d); NaN where inactive.
        weights: Shape (k,).
        width: Of their kernels along the axes of numbers, shape (k, q) or (q,).
    """

    points: Array
    weights: Array
    width: Array


@final
@dataclass(frozen=True, eq=False)
class Ratio:
    """l(x) / g(x), times the same of fulfilling each constraint.

    Args:
        kernels: Of all densities, those of l first.
        ends: Where each density's kernels end, shape (2 m,): l, g, and the same of each constraint.
        log_weights: Of each one's kernels and the prior.
        shares: Of good trials among all, and of those that fulfil each constraint, shape (m,).
    """

    kernels: Kernels
    ends: Sequence[int]
    log_weights: Sequence[Array]
    shares: Sequence[float]

    def __call__(self, points: Array, active: BoolArray) -> Array:
        """How promising each point is, by its active coordinates, both shape (n, d); shape (n,).

        Source of the product: Watanabe and Hutter (2022), arXiv 2211.14411, equation 7.
        """
        terms = log_kernels(self.kernels, points, active)
        parts = zip((0, *self.ends[:-1]), self.ends, self.log_weights, strict=True)
        densities = [log_density(terms[:, begin:end], w) for begin, end, w in parts]
        ratios = [l - g for l, g in zip(densities[::2], densities[1::2], strict=True)]
        if len(ratios) == 1:
            return ratios[0]
        relative = [_log_relative(ratio, share) for ratio, share in zip(ratios, self.shares, strict=True)]
        return np.asarray(np.sum(relative, axis=0))

    def candidates(self, n: int, crossed: float, fixed: Array, rng: np.random.Generator) -> Array:
        """Points drawn from l(x) given some coordinates, shape (n, d).

        Args:
            n: How many.
            crossed: Share of them whose coordinates come from kernels of their own each, as if l(x) were a product
                over axes. They combine what is good in several trials.
            fixed: Coordinates that are given, shape (d,); NaN elsewhere.
            rng: Of the randomness.
        """
        d, known, log_p = len(fixed), ~np.isnan(fixed), self.log_weights[0]
        if known.any():
            given = log_kernels(self.kernels, np.where(known, fixed, 0.0)[None], known[None])[0]
            log_p = log_p + np.append(given[: self.ends[0]], 0.0)
        edges = np.cumsum(np.exp(log_p - log_p.max()))
        u = rng.random((n, 2 * d + len(self.kernels.axes.categories)))
        kernel: IntArray = np.searchsorted(edges, u[:, :d] * edges[-1], side="right")
        kernel[kernel >= self.ends[0]] = -1
        joint = slice(round(crossed * n), None)
        kernel[joint] = kernel[joint, :1]
        points = draw(self.kernels, kernel, u[:, d:])
        points[:, known] = fixed[known]
        return points


def from_prior(axes: Axes, n: int, fixed: Array, rng: np.random.Generator) -> Array:
    """Points drawn from the prior given some coordinates, shape (n, d)."""
    d, nothing = len(fixed), np.empty((0, len(axes.numbers)))
    kernels = Kernels(axes, np.empty((0, d)), nothing, nothing, nothing, np.empty((0, len(axes.categories))))
    points = draw(kernels, np.full((n, d), -1), rng.random((n, d + len(axes.categories))))
    return np.where(np.isnan(fixed), points, fixed)


def ratio_of(axes: Axes, parts: Sequence[Part], shares: Sequence[float], leave: float, prior_weight: float) -> Ratio:
    """The ratio of densities.

    Args:
        axes: Of the points.
        parts: Of l, g, and the same of each constraint.
        shares: As in `Ratio`.
        leave: How many trials the prior of a category axis is worth, per choice.
        prior_weight: How many trials the prior is worth in each density.
    """
    sizes = [len(part.points) for part in parts]
    points = np.concatenate([part.points for part in parts])
    width = np.concatenate([np.broadcast_to(part.width, (len(part.points), len(axes.numbers))) for part in parts])
    width = np.maximum(width, 0.5 * axes.cell_widths)
    missing = np.isnan(points[:, axes.numbers])
    if missing.any():
        width[missing] = np.nan
    prior = leave * axes.n_choices
    kernels = fit(axes, points, width, np.repeat([prior / (k + prior) for k in sizes], sizes, axis=0))
    ends = np.cumsum(sizes).tolist()
    return Ratio(kernels, ends, [log_weights(part.weights, prior_weight) for part in parts], shares)


def _log_relative(ratio: Array, share: float) -> Array:
    """-log(γ + (1 - γ) g / l)."""
    return np.asarray(-np.logaddexp(math.log(share), math.log1p(-share) - ratio))


def share(part: int, whole: int) -> float:
    """Of a part, kept off 0 and 1."""
    return (part + 0.5) / (whole + 1.0)
