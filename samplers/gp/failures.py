"""Where trials fail: a Gaussian process of how they ended, and the probability that they end well.

An outcome is 1 for a failure and -1 for a loss. The probability is that of the function without the noise, so of
whether success is the rule somewhere: failures that come whatever the parameters are become noise, and cost hardly more
than the trials that they take, and the border of a region where all trials fail is looked at closely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.gp.criterion import Criterion
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.likelihood import Hyperparameters, fit
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.prior import Prior, prior
from hpo.samplers.model.acquisition import log_feasibility
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import Tree, active_at, tree_of

__all__ = ["Outcomes", "Succeeding", "branches"]


_NOISE = (np.log(0.03), 1.5)  # of outcomes: log(mode) of the variance, deviation of the logarithm
_LEAST_NOISE = 1e-3
_STEP, _SHIFT = 0.5 * (np.sqrt(5.0) - 1.0), np.sqrt(2.0) - 1.0  # multiples of the first are spread evenly


@final
@dataclass(frozen=True, eq=False)
class Succeeding:
    """A criterion times the probability that success is the rule; without one, that probability alone.

    Args:
        criterion: A logarithm; None as long as nothing has succeeded.
        outcome: The surrogate of outcomes.
    """

    criterion: Criterion | None
    outcome: Posterior

    def __call__(self, features: Array) -> Array:
        at = self.outcome.at(features)
        value = log_feasibility(at.mean[:, 0], at.sigma)[0]
        return value if self.criterion is None else self.criterion(features) + value

    def gradient(self, features: Array) -> tuple[Array, Array]:
        at = self.outcome.at(features)
        value, by_mean, by_sigma = log_feasibility(at.mean[:, 0], at.sigma)
        slope = at.gradient(by_mean[:, None], by_sigma)
        if self.criterion is None:
            return value, slope
        wanted, wanted_slope = self.criterion.gradient(features)
        return wanted + value, wanted_slope + slope


def branches(ended: Observations, axes: Axes) -> Tree:
    """The tree of what succeeded, and of what failed with parameters that nothing there has had."""
    if not ended.failed.any() or ended.failed.all():
        return tree_of(axes, ended.points, ended.active)
    succeeded = ended.succeeded()
    tree = tree_of(axes, succeeded.points, succeeded.active)
    beyond = (ended.active & ~active_at(tree, axes, ended.points)).any(axis=1) & ended.failed
    if not beyond.any():
        return tree
    known = ended.at(np.flatnonzero(beyond | ~ended.failed))
    return tree_of(axes, known.points, known.active)


@final
@dataclass(frozen=True, eq=False)
class Outcomes:
    """How trials ended.

    Args:
        embedding: Of their points.
        features: Shape (n, f).
        y: Shape (n,).
        matters: Which length scales there are to learn, shape (g,).
    """

    embedding: Embedding
    features: Array
    y: Array
    matters: BoolArray

    @staticmethod
    def of(ended: Observations, tree: Tree, embedding: Embedding) -> Outcomes:
        """Of trials that failed or not.

        What all trials had yet to ask for when they failed does not matter. If only some of them had, all that is known
        of the value that one would have asked for is that there was one: it may stand anywhere.
        """
        axes = embedding.axes
        lacks = active_at(tree, axes, ended.points) & ~ended.active & ended.failed[:, None]
        points = ended.points.copy()
        for column in axes.numbers:
            anywhere = (ended.number * _STEP + column * _SHIFT) % 1.0
            points[:, column] = np.where(lacks[:, column], anywhere, points[:, column])
        idle = lacks.any(axis=0) & ~ended.active[ended.failed].any(axis=0)
        matters = np.ones(embedding.n_scales, dtype=np.bool_)
        columns = np.concatenate([axes.numbers, axes.categories])
        matters[: len(columns)] = ~np.asarray(idle)[columns]
        features = embedding.features(points, ended.active | lacks)
        return Outcomes(embedding, features, np.where(ended.failed, 1.0, -1.0), matters)

    def learned(self) -> Hyperparameters:
        """What makes these outcomes likely."""
        return self._hyper(fit(self.features, self.embedding.n_numbers, self.y, self.embedding.group, self._prior)[0])

    def surrogate(self, hyper: Hyperparameters | None) -> Posterior:
        """Given what was learned last, or what is believed before anything was."""
        hyper = self._hyper(self._prior.mean) if hyper is None else hyper
        return Posterior.of(hyper, self.embedding.group, self.embedding.n_numbers, self.features, self.y)

    def _hyper(self, θ: Array) -> Hyperparameters:
        return Hyperparameters.of(θ, self.embedding.n_scales)

    @property
    def _prior(self) -> Prior:
        believed = prior(self.embedding.n_scales, 0, _LEAST_NOISE, None, noise=_NOISE)
        if self.matters.all():
            return believed
        endless = ~np.pad(self.matters, (0, len(believed.mean) - len(self.matters)), constant_values=True)
        mean, low = (np.where(endless, believed.high, θ) for θ in (believed.mean, believed.low))
        return replace(believed, mean=mean, low=low)
