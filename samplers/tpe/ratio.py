"""What candidates are drawn from and compared by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.tpe.parzen import Mixture, draw, log_density, log_kernels

__all__ = ["Ratio", "share"]


@final
@dataclass(frozen=True, eq=False)
class Ratio:
    """l(x) / g(x), with constraints times the same of being feasible.

    Args:
        good, bad: l(x) and g(x).
        feasible, infeasible: The same for the constraints; None without any.
        shares: Of good and of feasible trials among all.
    """

    good: Mixture
    bad: Mixture
    feasible: Mixture | None = None
    infeasible: Mixture | None = None
    shares: tuple[float, float] = (0.5, 0.5)

    def __call__(self, points: Array, active: BoolArray) -> Array:
        """How promising each point is, by its active coordinates, both shape (n, d); shape (n,).

        Source of the product: Watanabe and Hutter (2022), arXiv 2211.14411, equation 7.
        """
        ratio = log_density(self.good, points, active) - log_density(self.bad, points, active)
        if self.feasible is None or self.infeasible is None:
            return ratio
        feasible = log_density(self.feasible, points, active) - log_density(self.infeasible, points, active)
        return _log_relative(ratio, self.shares[0]) + _log_relative(feasible, self.shares[1])

    def candidates(self, n: int, fixed: Array, rng: np.random.Generator) -> Array:
        """Points drawn from l(x) given some coordinates, shape (n, d).

        Args:
            n: How many.
            fixed: Coordinates that are given, shape (d,); NaN elsewhere.
            rng: Of the randomness.
        """
        l, known = self.good, ~np.isnan(fixed)
        log_p = l.log_weight
        if known.any():
            log_p = log_p + np.append(log_kernels(l, np.where(known, fixed, 0.0)[None], known[None])[0], 0.0)
        edges = np.cumsum(np.exp(log_p - log_p.max()))
        u = rng.random((n, len(fixed) + len(l.axes.categories) + 1))
        kernel = np.minimum(np.searchsorted(edges, u[:, -1] * edges[-1], side="right"), len(edges) - 1)
        points = draw(l, kernel, u[:, :-1])
        points[:, known] = fixed[known]
        return points


def _log_relative(ratio: Array, share: float) -> Array:
    """-log(γ + (1 - γ) g / l)."""
    return np.asarray(-np.logaddexp(math.log(share), math.log1p(-share) - ratio))


def share(part: int, whole: int) -> float:
    """Of a part, kept off 0 and 1."""
    return (part + 0.5) / (whole + 1.0)
