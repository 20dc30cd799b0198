"""What trees believe of a target: a mean, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.forest.boosting import boosted
from hpo.samplers.forest.cuts import best_cuts, random_cuts
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.growth import grow, in_order
from hpo.samplers.forest.trees import Trees

__all__ = ["MODELS", "Belief", "Fit", "Forest", "extra_trees", "random_forest"]

_LEAST_VARIANCE = 1e-4
_SHARE = 5 / 6  # of features that each cut of a random forest may choose among
_SPLIT = 3  # entries that a random forest parts, at least


class Belief(Protocol):
    """What was learned of a target."""

    def at(self, features: Features) -> tuple[Array, Array]:
        """The mean and the standard deviation for each row, shape (n,)."""
        ...


Fit: TypeAlias = Callable[[Features, Array, np.random.Generator], Belief]
"""Learns targets, shape (n,)."""


@final
@dataclass(frozen=True, eq=False)
class Forest:
    """Trees that each believe the mean of their leaf, and its variance.

    Source: Hutter et al. (2014), "Algorithm runtime prediction: methods & evaluation", section 4.3.2: the law of total
    variance.
    """

    trees: Trees

    def at(self, features: Features) -> tuple[Array, Array]:
        leaves = self.trees.leaves(features)
        means = self.trees.mean[leaves]
        mean = means.mean(axis=0)
        variance = self.trees.variance[leaves].mean(axis=0) + ((means - mean) ** 2).mean(axis=0)
        return mean, np.sqrt(np.maximum(variance, _LEAST_VARIANCE))


def random_forest(features: Features, y: Array, rng: np.random.Generator, *, n_trees: int) -> Forest:
    """Trees of bootstrap samples.

    Sources: Breiman (2001), "Random forests"; Hutter et al. (2011), "Sequential model-based optimization for general
    algorithm configuration".
    """
    samples = rng.integers(len(y), size=(n_trees, len(y)))
    cutting = partial(best_cuts, share=_SHARE, min_samples_leaf=1)
    order = in_order(features, samples)
    return Forest(grow(features, y[samples], samples, order, cutting, rng, min_samples_split=_SPLIT))


def extra_trees(features: Features, y: Array, rng: np.random.Generator, *, n_trees: int) -> Forest:
    """Trees of all rows with random cuts.

    Source: Geurts et al. (2006), "Extremely randomized trees".
    """
    samples = np.tile(np.arange(len(y)), (n_trees, 1))
    order = np.arange(samples.size)[None]
    return Forest(grow(features, y[samples], samples, order, random_cuts, rng, min_samples_split=2))


MODELS: Mapping[str, Fit] = {
    "random_forest": partial(random_forest, n_trees=10),
    "extra_trees": partial(extra_trees, n_trees=10),
    "gradient_boosting": boosted,
}
"""By name."""
