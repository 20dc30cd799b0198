"""A Gaussian process averaged over how much noise there is: of few trials nobody can tell a signal from noise.

The most probable hyperparameters alone often explain noise by a rough function, of which they are then sure. So each of
some noises gets hyperparameters of its own here, and counts by its evidence: how likely it makes what was observed,
whichever hyperparameters near the most probable ones are true.

Source: Rasmussen and Williams (2006), "Gaussian processes for machine learning", section 5.2; MacKay (1992), "Bayesian
interpolation", for Laplace's approximation of the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.likelihood import Fit, Hyperparameters, fit, negative_log_posterior
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.prior import Prior, prior
from hpo.samplers.gp.trend import is_affordable, trend

__all__ = ["Averaged", "averaged"]

_NOISES = (1.0, 0.7, 0.4, 0.2, 0.1, 0.03, 0.01, 1e-3, 1e-6)  # shares of the variance, all as probable at first
_SMOOTH = 0.05  # of the range: what changes within less is taken for noise
_NEGLIGIBLE = 7.0  # by how much the logarithm of a probability lies below another one that alone counts
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

    def denoised(self, embedding: Embedding, features: Array, y: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of the function, without the noise, where it was observed, shapes (n,).

        Args:
            embedding: What the features are.
            features: Shape (n, f).
            y: What was observed there, shape (n,).
        """
        group, q = embedding.group, embedding.n_numbers
        at = [Posterior.of(hyper, group, q, features, y).at(features) for hyper in self.hypers]
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
    q, has_trend = embedding.n_numbers, is_affordable(embedding.n_numbers, len(y))
    found: list[tuple[Fit, Prior]] = []
    for variance in _NOISES if noise is None else (noise,):
        believed = prior(embedding.n_scales, 0, _NOISES[-1], variance, has_trend=has_trend)
        believed = believed.smooth(embedding.n_scales, _SMOOTH)
        start = found[-1][0].θ if found else None
        found.append((fit(features, q, y, embedding.group, believed, start), believed))
    least = min(one.value for one, _ in found)
    near = [(one, believed) for one, believed in found if one.value <= least + _NEGLIGIBLE]
    log_evidence = -np.array([one.value + _narrowness(one.θ, embedding, features, y, its) for one, its in near])
    weights = np.exp(log_evidence - log_evidence.max())
    return Averaged(tuple(Hyperparameters.of(one.θ, embedding.n_scales) for one, _ in near), weights / weights.sum())


def _narrowness(θ: Array, embedding: Embedding, features: Array, y: Array, believed: Prior) -> float:
    """Half the logarithm of the determinant of the negative log posterior's Hessian: the less of it is near θ."""
    by_trend = trend(features[:, : embedding.n_numbers])
    trends, free = by_trend @ by_trend.T, np.flatnonzero(believed.low < believed.high)

    def slope(at: Array) -> Array:
        return negative_log_posterior(at, features, trends, y, embedding.group, believed)[1][free]

    here, steps = slope(θ), _STEP * np.eye(len(θ))[free]
    hessian = np.stack([slope(θ + step) - here for step in steps]) / _STEP
    curvatures = np.linalg.eigvalsh(0.5 * (hessian + hessian.T))
    return 0.5 * float(np.log(np.maximum(curvatures, _LEAST_CURVATURE)).sum())
