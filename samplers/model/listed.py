"""What is left of a finite space, where all of its configurations can be listed and compared."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.key import Key
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import Tree
from hpo.samplers.model.configurations import configurations
from hpo.samplers.model.exhausted import OnExhausted, least_tried
from hpo.samplers.model.tried import Tried

__all__ = ["FEW", "Place", "left", "points_left", "some_of"]

FEW = 2**11
"""A space of no more configurations is searched by comparing all that are left."""

_MOST = 2**15  # a space of more configurations is not listed
_COMPARED = 512


class Place(Protocol):
    """Where a search may go."""

    @property
    def axes(self) -> Axes:
        """Of the space."""
        ...

    @property
    def tree(self) -> Tree:
        """Which columns are active."""
        ...

    @property
    def fixed(self) -> Array:
        """Given values, shape (d,); NaN where there is a choice."""
        ...


def left(
    tree: Tree, axes: Axes, tried: Tried, on_exhausted: OnExhausted, key: Key, *, most: int = _MOST
) -> IntArray | None:
    """The configurations of a finite space that were tried least often, shape (k, d); None for more than `most`.

    Args:
        tree: Which columns are active; others are -1.
        axes: Of the space.
        tried: What was tried, and how often.
        on_exhausted: What to do if nothing is left.
        key: Of the trial.
        most: The largest number of configurations, tried ones too, that are listed.

    Raises:
        SearchSpaceExhausted: If nothing is left, and the study is to end then.
    """
    values = configurations(tree, axes.cardinality.astype(np.int64), most)
    return None if values is None else least_tried(values, tried, on_exhausted, key)


def points_left(
    place: Place, tried: Tried | None, on_exhausted: OnExhausted, key: Key, *, most: int = _MOST
) -> Array | None:
    """The points of what is `left`, shape (k, d); None if there are too many, too, or some values are given.

    Args:
        place: The whole space, or a part of it.
        tried: What was tried, and how often; None if something may be tried again.
        on_exhausted, key, most: As for `left`.

    Raises:
        SearchSpaceExhausted: If nothing is left, and the study is to end then.
    """
    if tried is None or not np.isnan(place.fixed).all():
        return None
    values = left(place.tree, place.axes, tried, on_exhausted, key, most=most)
    return None if values is None else place.axes.at(values)


def some_of(points: Array, rng: np.random.Generator) -> Array:
    """As many points as are compared when what a search found was tried before, shape (k, d), in their order."""
    return np.asarray(points[np.sort(rng.choice(len(points), min(len(points), _COMPARED), replace=False))])
