"""Where trials fail: a Gaussian process of how they ended, and the probability that they end well.

An outcome is 1 for a failure and -1 for a loss. The probability is that of the function without the noise, so of
whether success is the rule somewhere: failures that come whatever the parameters are become noise, and cost hardly more
than the trials that they take, and the border of a region where all trials fail is looked at closely.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.gp.acquisition import log_feasibility
from hpo.samplers.gp.criterion import Criterion
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.likelihood import Hyperparameters, fit
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.prior import Prior, prior
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import Tree, active_at, tree_of

__all__ = ["Succeeding", "branches", "learned", "outcomes", "surrogate"]


_NOISE = (np.log(0.03), 1.5)  # of outcomes: log(mode) of the variance, deviation of the logarithm
_LEAST_NOISE = 1e-3
_MIDDLE = 0.5


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


def outcomes(ended: Observations, tree: Tree, embedding: Embedding) -> tuple[Array, Array]:
    """Features and outcomes of trials, shapes (n, f), (n,).

    Of what a trial would have asked for had it not failed, nothing is known but that it would: it stands in the middle.
    """
    axes = embedding.axes
    active = ended.active | (active_at(tree, axes, ended.points) & ended.failed[:, None])
    points = ended.points.copy()
    numbers = points[:, axes.numbers]
    points[:, axes.numbers] = np.where(np.isnan(numbers), _MIDDLE, numbers)
    return embedding.features(points, active), np.where(ended.failed, 1.0, -1.0)


def learned(features: Array, y: Array, embedding: Embedding) -> Hyperparameters:
    """Of the surrogate of outcomes."""
    return Hyperparameters.of(fit(features, y, embedding.group, _prior(embedding.n_scales))[0], embedding.n_scales)


def surrogate(hyper: Hyperparameters | None, ended: Observations, tree: Tree, embedding: Embedding) -> Posterior:
    """Of outcomes, with what was learned last, or what is believed before anything has failed."""
    if hyper is None:
        hyper = Hyperparameters.of(_prior(embedding.n_scales).mean, embedding.n_scales)
    features, y = outcomes(ended, tree, embedding)
    return Posterior.of(hyper, embedding.group, embedding.n_numbers, features, y)


@lru_cache(maxsize=64)
def _prior(n_scales: int) -> Prior:
    return prior(n_scales, 0, _LEAST_NOISE, None, noise=_NOISE)
