"""Gradient boosting: small trees, each of which mends a little of what those before it got wrong.

Several such models, each of another part of the rows, differ where little is known; on our benchmark's problems that
led to better trials than quantiles did.

Source: Friedman (2002), "Stochastic gradient boosting"; within a model we leave the part of the rows as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.forest.cuts import best_cuts
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.growth import grow, in_order
from hpo.samplers.forest.trees import Trees

__all__ = ["Boosted", "boosted"]

_MEMBERS, _STAGES, _RATE, _DEPTH = 5, 10, 0.3, 3
_PART = 0.7  # of the rows
_MOST = 256  # rows at most
_SHARE = 5 / 6  # of features that each cut may choose among
_LEAST_DEVIATION = 1e-2


@final
@dataclass(frozen=True, eq=False)
class Boosted:
    """Models that each start from a mean and add up the steps of trees.

    Args:
        first: Each model's mean, shape (t,).
        trees: A tree of each model for every stage, one stage after the other.
    """

    first: Array
    trees: Trees

    def at(self, features: Features) -> tuple[Array, Array]:
        """The mean and the standard deviation of the models, shape (n,)."""
        steps = self.trees.mean[self.trees.leaves(features)].reshape(-1, len(self.first), features.n)
        each = self.first[:, None] + steps.sum(axis=0)
        return each.mean(axis=0), np.maximum(each.std(axis=0), _LEAST_DEVIATION)


def boosted(features: Features, y: Array, rng: np.random.Generator) -> Boosted:
    """What is learned from targets, shape (n,)."""
    n = len(y)
    size = min(max(int(_PART * n), 1), _MOST)
    rows = np.stack([rng.permutation(n)[:size] for _ in range(_MEMBERS)])
    order = in_order(features, rows)
    cutting = partial(best_cuts, share=_SHARE, min_samples_leaf=1)
    first = y[rows].mean(axis=1)
    rest, stages = y - first[:, None], []
    for _ in range(_STAGES):
        here = np.take_along_axis(rest, rows, axis=1)
        trees = grow(features, here, rows, order, cutting, rng, min_samples_split=2, max_depth=_DEPTH)
        stages.append(replace(trees, mean=_RATE * trees.mean))
        rest = rest - stages[-1].mean[trees.leaves(features)]
    return Boosted(first, Trees.together(stages))
