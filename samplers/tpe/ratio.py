"""What candidates are drawn from and compared by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes
from hpo.samplers.tpe.parzen import Kernels, draw, even_shares, log_density, log_kernels, mass, shares

__all__ = ["Part", "Ratio", "fraction", "from_prior", "ratio_of"]


@final
@dataclass(frozen=True, eq=False)
class Part:
    """One density's trials.

    Args:
        points: Shape (k, d); NaN where inactive.
        weights: Shape (k,); None where all count the same.
        width: Of their kernels along the axes of numbers, shape (k, q), or of all the same.
    """

    points: Array
    weights: Array | None
    width: Array | float


@final
@dataclass(frozen=True, eq=False)
class Ratio:
    """l(x) / g(x), times the same of fulfilling each constraint.

    Args:
        kernels: Of all densities, one after the other: l, g, and the same of each constraint.
        mixtures: Shares of each one's kernels and the prior in it, 2 m of them.
        fractions: Of good trials among all, and of those that fulfil each constraint, shape (m,).
    """

    kernels: Kernels
    mixtures: Sequence[Array]
    fractions: Sequence[float]

    def __call__(self, points: Array, active: BoolArray) -> Array:
        """How promising each point is, by its active coordinates, both shape (n, d); shape (n,).

        Source of the product: Watanabe and Hutter (2022), arXiv 2211.14411, equation 7.
        """
        densities = log_density(log_kernels(self.kernels, points, active), self.mixtures)
        ratios = [l - g for l, g in zip(densities[::2], densities[1::2], strict=True)]
        if len(ratios) == 1:
            return ratios[0]
        relative = [_log_relative(ratio, part) for ratio, part in zip(ratios, self.fractions, strict=True)]
        return np.asarray(np.sum(relative, axis=0))

    @cached_property
    def _good(self) -> Kernels:
        """Those of l."""
        every, k = self.kernels, len(self.mixtures[0]) - 1
        return Kernels(every.axes, every.centre[:k], every.width[:k], every.leave[:k], every.mass[:k], every.complete)

    @cached_property
    def _edges(self) -> Array:
        """Where each share of l ends among them, shape (k + 1,)."""
        return self.mixtures[0].cumsum()

    def candidates(self, n: int, crossed: float, fixed: Array, rng: np.random.Generator) -> Array:
        """Points drawn from l(x) given some coordinates, shape (n, d).

        Args:
            n: How many.
            crossed: Share of them whose coordinates come from kernels of their own each, as if l(x) were a product
                over axes. They combine what is good in several trials.
            fixed: Coordinates that are given, shape (d,); NaN elsewhere.
            rng: Of the randomness.
        """
        d, known, good, edges = len(fixed), fixed == fixed, self._good, self._edges
        is_given = bool(np.count_nonzero(known))
        if is_given:
            log_p = np.append(log_kernels(good, np.where(known, fixed, 0.0)[None], known[None])[0], 0.0)
            edges = (self.mixtures[0] * np.exp(log_p - log_p.max())).cumsum()
            edges /= edges[-1]
        u = rng.random((n, 2 * d + len(good.axes.categories)))
        kernel: IntArray = edges.searchsorted(u[:, :d], side="right")
        if crossed < 1.0:
            joint = slice(round(crossed * n), None)
            kernel[joint] = kernel[joint, :1]
        points = draw(good, kernel, u[:, d:])
        if is_given:
            points[:, known] = fixed[known]
        return points


def from_prior(axes: Axes, n: int, fixed: Array, rng: np.random.Generator) -> Array:
    """Points drawn from the prior given some coordinates, shape (n, d)."""
    d, nothing = len(fixed), np.empty((0, len(axes.numbers)))
    kernels = Kernels(axes, np.empty((0, d)), nothing, np.empty((0, len(axes.categories))), nothing)
    points = draw(kernels, np.zeros((n, d), dtype=np.int64), rng.random((n, d + len(axes.categories))))
    return np.where(np.isnan(fixed), points, fixed)


def ratio_of(
    axes: Axes, parts: Sequence[Part], fractions: Sequence[float], leave: float, prior_weight: float, *, complete: bool
) -> Ratio:
    """The ratio of densities.

    Args:
        axes: Of the points.
        parts: Of l, g, and the same of each constraint.
        fractions: As in `Ratio`.
        leave: How many trials the prior of a category axis is worth, per choice.
        prior_weight: How many trials the prior is worth in each density.
        complete: Whether every point has every axis.
    """
    sizes = [len(part.points) for part in parts]
    ends = list(accumulate(sizes))
    points = np.concatenate([part.points for part in parts])
    centre = axes.of_numbers(points)
    width, inside = np.empty((2, *centre.shape[::-1])).transpose(0, 2, 1)  # as histories give them, column by column
    for part, begin, end in zip(parts, (0, *ends), ends, strict=False):
        own = np.maximum(part.width, 0.5 * axes.cell_widths) if axes.in_cells else part.width
        width[begin:end], inside[begin:end] = own, mass(centre[begin:end], own)
    if not complete:
        width[np.isnan(centre)] = np.nan
    away = np.empty((len(points), 0))
    if len(axes.categories):
        prior = leave * axes.n_choices
        away = np.repeat([prior / (k + prior) for k in sizes], sizes, axis=0)
    kernels = Kernels(axes, points, width, away, inside, complete)
    mixtures = [
        even_shares(k, prior_weight) if part.weights is None else shares(part.weights, prior_weight)
        for k, part in zip(sizes, parts, strict=True)
    ]
    return Ratio(kernels, mixtures, fractions)


def _log_relative(ratio: Array, fraction: float) -> Array:
    """-log(γ + (1 - γ) g / l)."""
    return np.asarray(-np.logaddexp(math.log(fraction), math.log1p(-fraction) - ratio))


def fraction(part: int, whole: int) -> float:
    """Of a part, kept off 0 and 1."""
    return (part + 0.5) / (whole + 1.0)
