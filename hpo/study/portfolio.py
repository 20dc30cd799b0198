"""Which configurations of earlier studies complement each other: a portfolio.

The best configuration of each study would depend on the order of the studies, and one that is best somewhere may be bad
everywhere else. So each study's trees say where in its own order a configuration of another one would stand.

Source: Feurer et al. (2022), "Auto-sklearn 2.0", arXiv 2007.04074, which builds its portfolio greedily as well, from
runs of every configuration on every data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.models import extra_trees
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.ordering import best_first, ended
from hpo.space import Space

__all__ = ["complementing"]

_N_TREES = 20
_MOST_TOLD = 128  # trials of a study that its trees learn from


def complementing(histories: Sequence[History], configurations: Sequence[Mapping[str, Any]], n: int) -> list[int]:
    """The places of up to `n` configurations, each of which does the most for what those before it leave undone.

    Args:
        histories: Of the earlier studies, each with a trial that has ended.
        configurations: Values by name.
        n: How many.
    """
    standing = np.array([_standings(history, configurations) for history in histories])
    mean, least = standing.mean(axis=0), np.ones(len(histories))
    chosen: list[int] = []
    for _ in range(min(n, len(configurations))):
        left = np.minimum(standing, least[:, None]).mean(axis=0)
        order = np.lexsort((mean, left)).tolist()
        chosen.append(next(place for place in order if place not in chosen))
        least = np.minimum(least, standing[:, chosen[-1]])
    return chosen


def _standings(history: History, configurations: Sequence[Mapping[str, Any]]) -> Array:
    """The share of a study's trials that are expected to be better than each configuration, shape (c,)."""
    axes = axes_of(history.space)
    if not len(axes.numbers) and not len(axes.categories):
        return np.full(len(configurations), 0.5)
    rows, keys = ended(history)
    order = best_first(keys)
    told = order[np.linspace(0, len(order) - 1, min(len(order), _MOST_TOLD)).astype(np.int64)]
    known, asked = history.at(rows[told], history.space), _nearest(history.space, configurations)
    trees = extra_trees(_features(axes, known), _shares(keys[told]), np.random.default_rng(0), n_trees=_N_TREES)
    return trees.at(_features(axes, asked))[0]


def _shares(keys: Array) -> Array:
    """Of better trials, for trials in order by their sort keys, shape (k,); the same for those that are alike."""
    group = np.unique(keys, axis=0, return_inverse=True)[1]
    return np.asarray((np.bincount(group, np.linspace(0.0, 1.0, len(keys))) / np.bincount(group))[group])


def _features(axes: Axes, coded: Array) -> Features:
    points = axes.points(coded)
    return Features.of(axes, points, ~np.isnan(points))


def _nearest(space: Space, configurations: Sequence[Mapping[str, Any]]) -> Array:
    """Coded rows, shape (c, d), of the nearest values; NaN where there is none."""
    coded = [
        [one.nearest(values[name]) if name in values else np.nan for name, one in space.items()]
        for values in configurations
    ]
    return np.array(coded, dtype=np.float64).reshape(len(configurations), len(space))
