"""What a search maximises: acquisition functions of one or several surrogates, with gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.gp.improvement import Front, log_hypervolume_improvement
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.model.acquisition import Acquired, Acquisition, log_feasibility

__all__ = ["Constrained", "Criterion", "Hypervolume", "Improvement", "Mixture"]


class Criterion(Protocol):
    """How good it is to try some points."""

    def __call__(self, features: Array) -> Array:
        """Values of points, shape (k, f); shape (k,)."""
        ...

    def gradient(self, features: Array) -> tuple[Array, Array]:
        """Values, and their derivatives by each number, shape (k, q)."""
        ...


@final
@dataclass(frozen=True, eq=False)
class Improvement:
    """An acquisition of one surrogate, the mean of e^value over its versions.

    Args:
        model: The surrogate.
        acquisition: Of mean, standard deviation and best loss.
        best: The loss to improve on in each version, shape (v,).
    """

    model: Posterior
    acquisition: Acquisition
    best: Array

    def __call__(self, features: Array) -> Array:
        at = self.model.at(features)
        return _mean_of_versions(self.acquisition, at.mean, at.sigma, self.best)[0]

    def gradient(self, features: Array) -> tuple[Array, Array]:
        at = self.model.at(features)
        value, by_mean, by_sigma = _mean_of_versions(self.acquisition, at.mean, at.sigma, self.best)
        return value, at.gradient(by_mean, by_sigma)


def _mean_of_versions(acquisition: Acquisition, mean: Array, sigma: Array, best: Array) -> Acquired:
    """The logarithm of the mean of the exponentials, and its derivatives, shapes (k,), (k, v), (k,)."""
    if mean.shape[1] == 1:
        each, by_mean, by_sigma = acquisition(mean, sigma[:, None], best)
        return each[:, 0], by_mean, by_sigma[:, 0]
    each, by_mean, by_sigma = acquisition(mean, np.broadcast_to(sigma[:, None], mean.shape), best)
    top = each.max(axis=1)
    share = np.exp(each - top[:, None])
    total = share.sum(axis=1)
    share /= total[:, None]
    return top + np.log(total / mean.shape[1]), share * by_mean, (share * by_sigma).sum(axis=1)


@final
@dataclass(frozen=True, eq=False)
class Mixture:
    """The logarithm of the mean of e^value over criteria, each of which is a logarithm.

    Args:
        criteria: What one surrogate makes of points, or another.
        weights: How probable each of them is, shape (k,), positive.
    """

    criteria: Sequence[Criterion]
    weights: Array

    def __call__(self, features: Array) -> Array:
        values = np.stack([criterion(features) for criterion in self.criteria])
        return np.asarray(np.logaddexp.reduce(values + np.log(self.weights)[:, None], axis=0))

    def gradient(self, features: Array) -> tuple[Array, Array]:
        each = [criterion.gradient(features) for criterion in self.criteria]
        values = np.stack([value for value, _ in each]) + np.log(self.weights)[:, None]
        mean = np.logaddexp.reduce(values, axis=0)
        share = np.exp(values - mean)
        return mean, np.einsum("ik,ikq->kq", share, np.stack([slope for _, slope in each]))


@final
@dataclass(frozen=True, eq=False)
class Hypervolume:
    """The logarithm of the hypervolume that a point is expected to add.

    Args:
        models: One surrogate for each objective; of each the first version counts.
        front: What is dominated already.
    """

    models: Sequence[Posterior]
    front: Front

    def __call__(self, features: Array) -> Array:
        at = [model.at(features) for model in self.models]
        mean, sigma = np.stack([a.mean[:, 0] for a in at], axis=1), np.stack([a.sigma for a in at], axis=1)
        return log_hypervolume_improvement(mean, sigma, self.front)[0]

    def gradient(self, features: Array) -> tuple[Array, Array]:
        at = [model.at(features) for model in self.models]
        mean, sigma = np.stack([a.mean[:, 0] for a in at], axis=1), np.stack([a.sigma for a in at], axis=1)
        value, by_mean, by_sigma = log_hypervolume_improvement(mean, sigma, self.front)
        slope = np.zeros((len(value), self.models[0].n_numbers))
        for j, a in enumerate(at):
            slope += a.gradient(by_mean[:, [j]], by_sigma[:, j])
        return value, slope


@final
@dataclass(frozen=True, eq=False)
class Constrained:
    """A criterion times the probability that all constraints hold; without one, that probability alone.

    Args:
        criterion: Of the objectives, a logarithm; None as long as nothing feasible is known.
        constraints: A surrogate for each constraint, at most 0 where it holds.
    """

    criterion: Criterion | None
    constraints: Sequence[Posterior]

    def __call__(self, features: Array) -> Array:
        value = np.zeros(len(features)) if self.criterion is None else self.criterion(features)
        for model in self.constraints:
            at = model.at(features)
            value = value + _mean_of_versions(_feasible, at.mean, at.sigma, np.zeros(1))[0]
        return value

    def gradient(self, features: Array) -> tuple[Array, Array]:
        if self.criterion is None:
            value, slope = np.zeros(len(features)), np.zeros((len(features), self.constraints[0].n_numbers))
        else:
            value, slope = self.criterion.gradient(features)
        for model in self.constraints:
            at = model.at(features)
            more, by_mean, by_sigma = _mean_of_versions(_feasible, at.mean, at.sigma, np.zeros(1))
            value, slope = value + more, slope + at.gradient(by_mean, by_sigma)
        return value, slope


def _feasible(mean: Array, sigma: Array, best: Array) -> Acquired:
    del best
    return log_feasibility(mean, sigma)
