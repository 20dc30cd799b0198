"""The search of a finite space, in which nothing is tried twice until all has been tried."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.key import Key
from hpo.samplers.model.branches import active_at
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.exhausted import OnExhausted
from hpo.samplers.model.listed import left
from hpo.samplers.model.tried import Tried
from hpo.samplers.tpe.ratio import from_prior
from hpo.samplers.tpe.search import Search

__all__ = ["is_tried", "untried"]

_ROUNDS = 8  # of drawing again, where all candidates were tried before
_MOST_COMPARED = 256  # of those that were not tried


def is_tried(search: Search, point: Array, tried: Tried) -> bool:
    """Whether a point, shape (d,), is a configuration that was tried; what is inactive there makes no difference."""
    active = active_at(search.tree, search.axes, point[None])
    return names_of(search.axes.values(point[None], active))[0] in tried


def untried(search: Search, tried: Tried, on_exhausted: OnExhausted, key: Key) -> Array:
    """A promising point that was not tried, shape (d,), NaN where inactive.

    Where good points are all used up, the rest of the space is listed, if it can be, or drawn from. Some values may be
    given such that nothing is left, or nothing may be left at all; then a point is tried again, in the latter case one
    of those that were tried least often.

    Raises:
        SearchSpaceExhausted: If nothing is left of the whole space, and the study is to end then.
    """
    rng = key.child("tpe").generator()
    for _ in range(_ROUNDS):
        point = search.point(rng, tried)
        if not np.isnan(point).all():
            return point
    listed = _listed(search, tried, on_exhausted, key, rng) if np.isnan(search.given).all() else None
    if listed is not None:
        return listed
    for _ in range(_ROUNDS):
        drawn = _drawn(search, tried, rng)
        if drawn is not None:
            return drawn
    return search.along_branch(search.known, search.given, rng)


def _listed(
    search: Search, tried: Tried, on_exhausted: OnExhausted, key: Key, rng: np.random.Generator
) -> Array | None:
    """The best of the configurations that are left, shape (d,); None if there are too many to list."""
    values = left(search.tree, search.axes, tried, on_exhausted, key)
    if values is None:
        return None
    some = values[rng.choice(len(values), min(len(values), _MOST_COMPARED), replace=False)]
    return search.most_promising(search.axes.at(some), some >= 0)


def _drawn(search: Search, tried: Tried, rng: np.random.Generator) -> Array | None:
    """The best of some configurations of the prior that were not tried, shape (d,); None if all were."""
    points = from_prior(search.axes, _MOST_COMPARED, search.given, rng)
    active = active_at(search.tree, search.axes, points)
    new = np.array([name not in tried for name in names_of(search.axes.values(points, active))])
    return search.most_promising(points[new], active[new]) if new.any() else None
