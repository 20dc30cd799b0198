"""An improvement that is expected by two models: one of all trials, and one of the trials of the same arm.

A Gaussian process of everything has one noise, one amplitude and one length scale of each parameter. Where an objective
is flat in one branch and steep in another, these are compromises: a few bad trials of a branch are taken for its level,
and not for points of a valley, and then the tiniest gain in a branch that is well known is preferred for good. A model
of each arm's trials does not share what arms have in common, but is not misled either. So both count, by how likely
they make each loss given the others; and the one that is less likely counts a little still, which decides where the
other one is sure that nothing is left to gain.

What is known of an arm's amplitude after a few trials is little. It is integrated out: beliefs are then Student's t
with as many degrees of freedom as there are trials, so an arm with few trials, all bad, keeps a chance that falls with
each of them like a power, and not like a normal density.

Source: Yao et al. (2018), "Using stacking to average Bayesian predictive distributions", arXiv 1704.02030, for weights
by predictions of what was left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.gp.arms import Arms
from hpo.samplers.gp.criterion import Criterion, Improvement
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.scale import Scale
from hpo.samplers.model.acquisition import (
    Acquisition,
    log_expected_improvement,
    log_students_density,
    log_students_improvement,
)

__all__ = ["RESOLUTION", "Apart", "Own", "Parted"]

RESOLUTION = 1e-3
"""Of a unit: what is gained by less counts for nothing, as models are that sure at best."""

_SHARE = 0.01  # of the arms' own models before evidence, and at least; the model of all trials has as much at least
_LITTLE = 0.1  # of an expected improvement
_NORMAL = 50  # trials from which on amplitudes are known


@final
@dataclass(frozen=True, eq=False)
class Own:
    """What an arm's trials make believe.

    Args:
        model: The arm's Gaussian process.
        scale: Of its units.
        counts: Which of its observations may be the best one, shape (n,).
    """

    model: Posterior
    scale: Scale
    counts: BoolArray

    @property
    def best(self) -> Array:
        """The least loss in each version, shape (v,); inf if none counts."""
        fitted = self.model.fitted[self.counts]
        return self.scale.losses(fitted.min(axis=0)) if len(fitted) else np.full(fitted.shape[1], np.inf)

    def given(self, features: Array, normal: Array) -> Own:
        """With imagined observations at the arm's features, shape (p, f), from normal numbers, shape (p, v)."""
        if not len(features):
            y = np.broadcast_to(self.model.y, (len(self.model.y), normal.shape[1]))
            return replace(self, model=replace(self.model, y=y))
        counts = np.concatenate([self.counts, np.ones(len(features), dtype=np.bool_)])
        return replace(self, model=self.model.given(features, normal), counts=counts)

    def improvement(self, best: Array) -> Improvement:
        """On some losses, shape (v,), in units of the arm."""
        n = len(self.model.y)
        students: Acquisition = partial(log_students_improvement, freedom=float(n))
        return Improvement(self.model, students if n < _NORMAL else log_expected_improvement, self.scale.y(best))


@final
@dataclass(frozen=True, eq=False)
class Apart:
    """All arms.

    Args:
        arms: How the space parts.
        own: Of each arm of which enough is known.
        rest: The least loss in the others.
        scale: Of the model of all trials.
        share: How much the arms' own models count, in (0, 1).
    """

    arms: Arms
    own: Mapping[int, Own]
    rest: float
    scale: Scale
    share: float

    @staticmethod
    def of(
        arms: Arms, features: Array, losses: Array, counts: BoolArray, scale: Scale, together: Posterior
    ) -> Apart | None:
        """Given observations, shapes (n, f) and (n,); None unless there are arms to compare.

        Args:
            arms: What was learned.
            features, losses: Of the observations.
            counts: Which of them may be the best one, shape (n,).
            scale: Of the model of all trials.
            together: That model.
        """
        if not scale.is_usable:
            return None
        at, own, others = arms.at(features), dict[int, Own](), counts.copy()
        evidence, density = 0.0, _log_density(together, scale, losses)
        for value, arm in arms.arms.items():
            rows = at == value
            own_scale = Scale.of(arm.warp, losses[rows])
            if not own_scale.is_usable:
                continue
            part, y = arm.part, own_scale.y(losses[rows])
            seen = features[np.ix_(rows, part.columns)]
            model = Posterior.of(arm.hyper, part.group, part.n_numbers, seen, y)
            own[value] = Own(model, own_scale, counts[rows])
            evidence += float((_log_density(model, own_scale, losses[rows]) - density[rows]).sum())
            others &= ~rows
        if len(own) < 2:
            return None
        share = 1.0 / (1.0 + math.exp(-np.clip(math.log(_SHARE / (1.0 - _SHARE)) + max(evidence, 0.0), -50.0, 50.0)))
        share = min(share, 1.0 - _SHARE)
        return Apart(arms, own, float(losses[others].min(initial=np.inf)), scale, share)

    def given(self, features: Array, normal: Array) -> Apart:
        """With imagined observations at some points, shape (p, f), from normal numbers, shape (p, v)."""
        at = self.arms.at(features)
        own = {
            value: one.given(features[np.ix_(at == value, self.arms.arms[value].part.columns)], normal[at == value])
            for value, one in self.own.items()
        }
        return replace(self, own=own)

    def parted(self, together: Criterion, ambition: float, features: Array) -> Parted:
        """The criterion.

        Args:
            together: The improvement, by more than the resolution, that the model of all trials makes expect.
            ambition: How large an improvement is wanted, in units of that model.
            features: Of points all over the space, shape (k, f): an arm whose own model adds little to the largest
                value there need not be asked for it in a whole search.
        """
        best = np.minimum(np.min([one.best for one in self.own.values()], axis=0), self.rest)
        best = best - (ambition + RESOLUTION) * self.scale.unit
        own = {value: one.improvement(best) for value, one in self.own.items()}
        units = {value: float(np.log(one.scale.unit / self.scale.unit)) for value, one in self.own.items()}
        least = float(together(features).max(initial=-np.inf)) + math.log(_LITTLE * (1.0 - self.share) / self.share)
        at = self.arms.at(features)
        for value in list(own):
            there = features[np.ix_(at == value, self.arms.arms[value].part.columns)]
            if len(there) and float(own[value](there).max()) + units[value] < least:
                del own[value]
        return Parted(together, self.arms, own, units, self.share)


def _log_density(model: Posterior, scale: Scale, losses: Array) -> Array:
    """How likely a model makes each of its losses given the others, shape (n,)."""
    mean, sigma = model.left_out
    z = (model.y[:, 0] - mean[:, 0]) / sigma
    return log_students_density(z, float(len(losses))) - np.log(sigma) + scale.log_slope(losses)


@final
@dataclass(frozen=True, eq=False)
class Parted:
    """The logarithm of a weighted mean of two expected improvements, in units of the model of all trials.

    In arms of which too little is known that model alone counts.

    Args:
        together: What all trials make expect.
        arms: How the space parts.
        own: What the trials of an arm do, in units of their own.
        units: The logarithms of these units.
        share: How much the latter count, in (0, 1).
    """

    together: Criterion
    arms: Arms
    own: Mapping[int, Improvement]
    units: Mapping[int, float]
    share: float

    def __call__(self, features: Array) -> Array:
        value, at = self.together(features), self.arms.at(features)
        for arm, improvement in self.own.items():
            rows = (at == arm).nonzero()[0]
            if len(rows):
                own = improvement(features[rows[:, None], self.arms.arms[arm].part.columns]) + self.units[arm]
                value[rows] = np.logaddexp(self._log_rest + value[rows], self._log_share + own)
        return value

    @cached_property
    def _log_share(self) -> float:
        return float(np.log(self.share))

    @cached_property
    def _log_rest(self) -> float:
        return float(np.log1p(-self.share))

    def gradient(self, features: Array) -> tuple[Array, Array]:
        value, slope = self.together.gradient(features)
        at = self.arms.at(features)
        for arm, improvement in self.own.items():
            rows = (at == arm).nonzero()[0]
            if not len(rows):
                continue
            part = self.arms.arms[arm].part
            own, own_slope = improvement.gradient(features[rows[:, None], part.columns])
            own = own + self.units[arm] + self._log_share
            rest = value[rows] + self._log_rest
            both = np.logaddexp(rest, own)
            slope[rows] *= np.exp(rest - both)[:, None]
            slope[rows[:, None], part.numbers] += np.exp(own - both)[:, None] * own_slope
            value[rows] = both
        return value, slope
