"""From trials to densities: how much each one counts, and how wide its kernel is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.model.axes import Axes
from hpo.samplers.tpe import bandwidth, weights
from hpo.samplers.tpe.ratio import Part, Ratio, fraction, ratio_of
from hpo.samplers.tpe.trials import Trials

__all__ = ["Densities"]

_MOST = 4  # ratios that are kept for the next ask


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Densities:
    """How densities are made of trials; the options of `TPESampler` that it depends on."""

    good_weights: Literal["uniform", "ei", "old-decay"]
    bad_weights: Literal["uniform", "old-decay"]
    bandwidth: bandwidth.Rule
    magic_clip_exponent: float
    min_bandwidth: float
    category_prior: float
    prior_weight: float

    def ratio(self, axes: Axes, known: Trials, pending: Array) -> Ratio:
        """Of the good to the other trials, among which running ones count, shape (p, d); and of each constraint."""
        return self._ratio(axes, known, pending) if len(pending) else _alone(self, axes, known)

    def _ratio(self, axes: Axes, known: Trials, pending: Array) -> Ratio:
        bad = np.concatenate([known.bad, pending]) if len(pending) else known.bad
        w = weights.old_decay(len(bad)) if self.bad_weights == "old-decay" else None
        good = self._fitted(axes, known.good, self._good_weights(known), complete=known.complete)
        parts, fractions = [good, self._narrow(bad, w)], [fraction(known.n_good, len(known.points))]
        for fulfilled in known.fulfilled:
            for points in (known.points[fulfilled], known.points[~fulfilled]):
                parts.append(self._narrow(points, None))
            fractions.append(fraction(int(fulfilled.sum()), len(fulfilled)))
        complete = known.complete and not (len(pending) and np.isnan(pending).any())
        return ratio_of(axes, parts, fractions, self.category_prior, self.prior_weight, complete=complete)

    def _good_weights(self, known: Trials) -> Array:
        if self.good_weights == "old-decay":
            w = np.empty(known.n_good)
            w[np.argsort(known.rows[: known.n_good])] = weights.old_decay(known.n_good)
        elif self.good_weights == "ei" and known.keys.shape[1] == 4:
            w = weights.expected_improvement(*known.losses)
        else:
            w = np.ones(known.n_good)
        return weights.cautious(w, known.feasible) if known.cautious else w

    def _fitted(self, axes: Axes, points: Array, w: Array, *, complete: bool) -> Part:
        """Trials whose kernels are as wide as their neighbours and their spread suggest."""
        u = axes.of_numbers(points)
        if not len(u):
            return Part(points, w, u)
        d = points.shape[1] if complete else float((~np.isnan(points)).sum() / len(points))
        width = bandwidth.widths(self.bandwidth, u, w, d)
        least = self._narrowest(len(u), self.magic_clip_exponent)
        return Part(points, w, np.minimum(np.maximum(width, least), 1.0))

    def _narrow(self, points: Array, w: Array | None) -> Part:
        """Trials that tell about their surroundings only."""
        return Part(points, w, self._narrowest(len(points), 1.0))

    def _narrowest(self, k: int, exponent: float) -> float:
        return bandwidth.smallest(k + 1, exponent, self.min_bandwidth)


@lru_cache(maxsize=_MOST)
def _alone(densities: Densities, axes: Axes, known: Trials) -> Ratio:
    """The ratio as long as no trial runs, which is the same until other trials are known."""
    return densities._ratio(axes, known, known.points[:0])
