"""A Gaussian process averaged over how much noise there is: of few trials nobody can tell a signal from noise.

The most probable hyperparameters alone often explain noise by a rough function, of which they are then sure. So each of
some noises gets hyperparameters of its own here, and counts by its evidence: how likely it makes what was observed,
whichever hyperparameters near the most probable ones are true.

Source: Rasmussen and Williams (2006), "Gaussian processes for machine learning", section 5.2; MacKay (1992), "Bayesian
interpolation", for Laplace's approximation of the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.likelihood import Fit, Hyperparameters, fit, negative_log_posterior
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.prior import Prior, prior
from hpo.samplers.gp.trend import is_affordable, trend

__all__ = ["Averaged", "averaged", "averaged_near"]

_NOISES = (1.0, 0.7, 0.4, 0.2, 0.1, 0.03, 0.01, 1e-3, 1e-6)  # shares of the variance, all as probable at first
_FEWER = (0.7, 0.3, 0.1, 0.03, 1e-3, 1e-6)
_SMOOTH = 0.05  # of the range: what changes within less is taken for noise
_NEGLIGIBLE = 7.0  # by how much the logarithm of a probability lies below another one that alone counts
_HARDLY = 4.0  # the same, where averages are wanted for every trial
_LEAST_WEIGHT = 0.1  # of the largest one, then
_STEP = 0.01  # of a logarithm, to see how slopes change
_LEAST_CURVATURE = 0.1


@final
@dataclass(frozen=True, eq=False)
class Averaged:
    """Hyperparameters with different noises, and how probable each of them is.

    Args:
        hypers: Those that count.
        weights: Their probabilities, shape (k,).
    """

    hypers: tuple[Hyperparameters, ...]
    weights: Array

    @property
    def noise(self) -> float:
        """The share of the variance that is expected to be noise."""
        return float(self.weights @ np.array([hyper.noise for hyper in self.hypers]))

    def posteriors(self, embedding: Embedding, features: Array, y: Array) -> list[Posterior]:
        """Of each of them, given observations.

        Args:
            embedding: What the features are.
            features: Shape (n, f).
            y: What was observed there, shape (n,).
        """
        return [Posterior.of(hyper, embedding.group, embedding.n_numbers, features, y) for hyper in self.hypers]

    def denoised(self, embedding: Embedding, features: Array, y: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of the function, without the noise, where it was observed, shapes (n,).

        Args: As of `posteriors`.
        """
        at = [posterior.at(features) for posterior in self.posteriors(embedding, features, y)]
        means, variances = np.stack([a.mean[:, 0] for a in at]), np.stack([a.sigma**2 for a in at])
        mean = self.weights @ means
        return mean, np.sqrt(self.weights @ (variances + (means - mean) ** 2))


def averaged(embedding: Embedding, features: Array, y: Array, noise: float | None = None) -> Averaged:
    """What observations make of the noises.

    Args:
        embedding: What the features are.
        features: Shape (n, f).
        y: What was observed there, with mean 0 and variance 1, shape (n,).
        noise: Its variance, if it is known.
    """
    task = _Task(embedding, features, y, is_affordable(embedding.n_numbers, len(y)), _SMOOTH)
    found: list[_Found] = []
    for variance in _NOISES if noise is None else (noise,):
        found.append(task.fitted(variance, found[-1].θ if found else None))
    return task.averaged(found, _NEGLIGIBLE)


def averaged_near(
    hyper: Hyperparameters, embedding: Embedding, features: Array, y: Array, *, has_trend: bool
) -> Averaged:
    """The same for less time: of fewer noises, from that of some hyperparameters on up and down while they count.

    Args:
        hyper: Without a change of variable of the numbers.
        embedding, features, y: As of `averaged`.
        has_trend: Whether there may be a trend.
    """
    task = _Task(embedding, features, y, has_trend and is_affordable(embedding.n_numbers, len(y)), None)
    middle = int(np.abs(np.log(_FEWER) - np.log(hyper.noise)).argmin())
    found = [task.fitted(_FEWER[middle], hyper.θ)]
    for others in (_FEWER[middle + 1 :], _FEWER[:middle][::-1]):
        last = found[0]
        for variance in others:
            last = task.fitted(variance, last.θ)
            if last.value > min(one.value for one in found) + _HARDLY:
                break
            found.append(last)
    every = task.averaged(found, _HARDLY)
    counts = every.weights >= _LEAST_WEIGHT * every.weights.max()
    hypers = tuple(hyper for hyper, one in zip(every.hypers, counts.tolist(), strict=True) if one)
    return Averaged(hypers, every.weights[counts] / every.weights[counts].sum())


@final
class _Found(NamedTuple):
    """The most probable hyperparameters with a certain noise.

    Args:
        θ: Their logarithms, shape (p,).
        value: Their negative log posterior, but for a constant.
        believed: What was believed of them before.
    """

    θ: Array
    value: float
    believed: Prior


@final
class _Task(NamedTuple):
    """What is to be explained.

    Args:
        embedding: What the features are.
        features: Shape (n, f).
        y: What was observed there, shape (n,).
        has_trend: Whether there is a trend.
        smooth: The least length scale; None for that of the prior.
    """

    embedding: Embedding
    features: Array
    y: Array
    has_trend: bool
    smooth: float | None

    def fitted(self, noise: float, start: Array | None) -> _Found:
        """By some noise, near a start, the prior's mode if none is given."""
        embedding = self.embedding
        believed = prior(embedding.n_scales, 0, _NOISES[-1], noise, has_trend=self.has_trend)
        if self.smooth is not None:
            believed = believed.smooth(embedding.n_scales, self.smooth)
        found: Fit = fit(self.features, embedding.n_numbers, self.y, embedding.group, believed, start)
        return _Found(found.θ, found.value, believed)

    def averaged(self, found: Sequence[_Found], negligible: float) -> Averaged:
        """By evidence, without those whose posterior lies below another one by so many logarithms."""
        least = min(one.value for one in found)
        near = [one for one in found if one.value <= least + negligible]
        log_evidence = -np.array([one.value + self._narrowness(one) for one in near])
        weights = np.exp(log_evidence - log_evidence.max())
        hypers = tuple(Hyperparameters.of(one.θ, self.embedding.n_scales) for one in near)
        return Averaged(hypers, weights / weights.sum())

    def _narrowness(self, found: _Found) -> float:
        """Half the logarithm of the determinant of the negative log posterior's Hessian: the less of it is near θ."""
        θ, believed = found.θ, found.believed
        by_trend = trend(self.features[:, : self.embedding.n_numbers])
        trends, free = by_trend @ by_trend.T, np.flatnonzero(believed.low < believed.high)

        def slope(at: Array) -> Array:
            group = self.embedding.group
            return negative_log_posterior(at, self.features, trends, self.y, group, believed)[1][free]

        here, steps = slope(θ), _STEP * np.eye(len(θ))[free]
        hessian = np.stack([slope(θ + step) - here for step in steps]) / _STEP
        curvatures = np.linalg.eigvalsh(0.5 * (hessian + hessian.T))
        return 0.5 * float(np.log(np.maximum(curvatures, _LEAST_CURVATURE)).sum())
