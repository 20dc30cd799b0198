"""A point that was tried already, and another one in its place.

Points beyond the end of a range are put at the end. Where the optimum lies in a corner of the space, half of a
distribution's points and more would be that corner, and of a finite space some points come again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.told import told
from hpo.samplers.model.tried import Tried
from hpo.space import Space

__all__ = ["untried"]

_ATTEMPTS = 4


def untried(row: Array, other: Callable[[Key], Array], space: Space, history: History, key: Key) -> Array:
    """A coded row, shape (d,), or another one if it was tried: of the distribution, or if none of these is new, any.

    Where parameters depend on others the row stands, as it may not be what will be tried; and where all of some others
    were tried, too.

    Args:
        row: Of a trial.
        other: A row of the same distribution at a key.
        space: Of the rows.
        history: What was tried.
        key: Of the trial.
    """
    axes = axes_of(space)
    if not _may_repeat(row, axes) or len(history.spaces[1]) > 1:
        return row
    was_tried = _tried(axes, space, history)
    if not was_tried(row):
        return row
    return next((one for one in _others(other, space, key) if not was_tried(one)), row)


def _others(other: Callable[[Key], Array], space: Space, key: Key) -> Iterator[Array]:
    keys = [Key(key.seed, None, f"{key.label}cmaes again {key.number} {attempt}") for attempt in range(_ATTEMPTS)]
    yield from map(other, keys)
    yield from map(space.uniform, keys)


def _may_repeat(row: Array, axes: Axes) -> bool:
    """Whether a row, shape (d,), has no number without a step between the ends of its range."""
    return not any(0.0 < row[column] < 1.0 for column in axes.without_gaps)


def _tried(axes: Axes, space: Space, history: History) -> Callable[[Array], bool]:
    """What says whether a row, shape (d,), is that of a trial that has ended or runs."""
    pending = axes.points(history.pending(space))
    if axes.is_finite:
        names = Tried.of(history, space, axes, pending)
        return lambda row: names_of(axes.values(there := _point(row, axes, space), ~np.isnan(there)))[0] in names
    known = np.concatenate([axes.points(history.over(space)), pending])
    return lambda row: _may_repeat(row, axes) and bool((known == _point(row, axes, space)).all(axis=1).any())


def _point(row: Array, axes: Axes, space: Space) -> Array:
    """A row's point, shape (1, d), as history tells of it."""
    return told(axes.points(row[None])[0], axes, space)[None]
