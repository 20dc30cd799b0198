"""Gradient boosting of quantiles: small trees, each of which mends a little of what those before it got wrong.

Sources: Friedman (2001), "Greedy function approximation: a gradient boosting machine"; Friedman (2002), "Stochastic
gradient boosting".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.forest.cuts import best_cuts
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.growth import grow, in_order
from hpo.samplers.forest.trees import Trees

__all__ = ["QUANTILES", "Boosted", "boosted", "quantiles_of_leaves"]

QUANTILES = np.array([0.16, 0.5, 0.84])
"""Of a normal distribution: one standard deviation below the mean, the mean, and one above."""
_STAGES, _RATE, _DEPTH = 15, 0.2, 3
_MOST = 256  # rows that a stage sees
_LEAST_DEVIATION = 1e-2


@final
@dataclass(frozen=True, eq=False)
class Boosted:
    """Three quantiles of a target.

    Args:
        first: What is believed without any tree, shape (3,).
        trees: Whose means are added, a tree for each quantile at each stage.
    """

    first: Array
    trees: Trees

    def at(self, features: Features) -> tuple[Array, Array]:
        """The middle quantile and half of the distance between the others; as of `Belief`."""
        steps = self.trees.mean[self.trees.leaves(features)]
        low, middle, high = self.first[:, None] + steps.reshape(-1, len(QUANTILES), features.n).sum(axis=0)
        return middle, np.maximum(0.5 * (high - low), _LEAST_DEVIATION)


def boosted(features: Features, y: Array, rng: np.random.Generator) -> Boosted:
    """What is learned from targets, shape (n,).

    The trees of a stage part the rows by the slope of the quantile's loss, and hold the quantile of what is left there.
    """
    first = np.quantile(y, QUANTILES)
    at = np.repeat(first[:, None], len(y), axis=1)
    rows, order, stages = np.arange(len(y)), None, []
    for _ in range(_STAGES):
        if len(y) > _MOST:
            rows, order = np.sort(rng.permutation(len(y))[:_MOST]), None
        samples = np.tile(rows, (len(QUANTILES), 1))
        order = in_order(features, samples) if order is None else order
        rest = y - at
        slope = QUANTILES[:, None] - (rest <= 0.0)
        cutting = partial(best_cuts, share=1.0, min_samples_leaf=1)
        trees = grow(features, slope[:, rows], samples, order, cutting, rng, min_samples_split=2, max_depth=_DEPTH)
        leaves = trees.leaves(features)
        steps = _RATE * quantiles_of_leaves(rest[:, rows], leaves[:, rows], len(trees.mean))
        at = at + steps[leaves]
        stages.append(replace(trees, mean=steps))
    return Boosted(first, Trees.together(stages))


def quantiles_of_leaves(values: Array, leaves: IntArray, n_nodes: int) -> Array:
    """Of each line of values, shape (3, n), another quantile for every leaf, shape (n_nodes,); 0 of other nodes."""
    out = np.zeros(n_nodes)
    v, leaf = values.ravel(), leaves.ravel()
    order = np.lexsort((v, leaf))
    v, leaf = v[order], leaf[order]
    start = np.flatnonzero(np.append(True, leaf[1:] != leaf[:-1]))
    size = np.diff(np.append(start, len(leaf)))
    position = QUANTILES[order[start] // values.shape[1]] * (size - 1)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, size - 1)
    out[leaf[start]] = v[start + low] + (position - low) * (v[start + high] - v[start + low])
    return out
