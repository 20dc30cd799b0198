"""Where the evolution strategy starts: in the middle, at a given point, or where earlier trials were good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.cmaes.categories import Categories
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.model.axes import Axes
from hpo.space import Space

__all__ = ["Start"]

_BEST = 0.1  # the share of earlier trials that counts
_BLUR = 0.1  # standard deviation around each of them
_LEAST = 20  # earlier trials without which they say too little
_BELIEF = 0.5  # probability of a choice that is given


@final
@dataclass(frozen=True, eq=False)
class Start:
    """The first distributions.

    Args:
        sigma: Standard deviation of each number, in widths of its range.
        mean: Shape (n,); None for the middle.
        C: Correlations, shape (n, n); None for none.
        scale: Of the standard deviations, shape (n,); None for 1.
        choices: Given ones by position among the categories.
    """

    sigma: float
    mean: Array | None = None
    C: Array | None = None
    scale: Array | None = None
    choices: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def of(sigma: float, x0: Mapping[str, Any] | None, space: Space, axes: Axes) -> Start:
        """At given values, as far as they are given."""
        if not x0:
            return Start(sigma)
        point = axes.points(space.encode(x0)[None])[0]
        numbers = axes.of_numbers(point[None])[0]
        choices = [(i, int(u)) for i, u in enumerate(point[axes.categories].tolist()) if u == u]
        return Start(sigma, np.where(np.isnan(numbers), 0.5, numbers), choices=tuple(choices))

    def gaussian(self, axes: Axes) -> Gaussian:
        n = len(axes.numbers)
        return Gaussian.start(
            np.full(n, 0.5) if self.mean is None else self.mean,
            self.sigma,
            np.ones(n) if self.scale is None else self.scale,
            np.eye(n) if self.C is None else self.C,
        )

    def categories(self, axes: Axes, margin: float) -> Categories:
        priors = list(axes.priors)
        for i, choice in self.choices:
            certain = np.arange(len(priors[i])) == choice
            priors[i] = _BELIEF * certain + (1 - _BELIEF) * priors[i]
        return Categories.start(tuple(priors), margin)

    def elsewhere(self, mean: Array, width: float) -> Start:
        """At another mean, with nothing else known."""
        return Start(max(self.sigma * width, 1e-4), mean)

    def learned(
        self, points: Array, order: IntArray, axes: Axes, *, separable: bool = False, least: int = _LEAST
    ) -> Start:
        """Where the best of some trials lie, if there are enough of them.

        Args:
            points: Of earlier trials, shape (k, d); NaN where they lack a parameter.
            order: Their indices, the best first.
            axes: Of the space.
            separable: Whether correlations are left out.
            least: How many trials are enough.

        Source: Nomura et al. (2021), "Warm starting CMA-ES for hyperparameter optimization", arXiv 2012.06932.
        """
        if len(points) < least:
            return self
        best = axes.of_numbers(points[order[: max(int(_BEST * len(points)), 1)]])
        best = best[~np.isnan(best).any(axis=1)]
        if not len(best) or not best.shape[1]:
            return self
        mean = best.mean(axis=0)
        spread = (best - mean).T @ (best - mean) / len(best) + _BLUR**2 * np.eye(len(mean))
        if separable:
            spread = np.diag(spread.diagonal())
        sigma = float(np.exp(np.linalg.slogdet(spread)[1] / (2 * len(mean))))
        width = np.sqrt(np.diag(spread))
        C = None if separable else spread / np.outer(width, width)
        return replace(self, sigma=sigma, mean=mean, scale=width / sigma, C=C)
