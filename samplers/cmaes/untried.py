"""A point that was tried already, and another one in its place.

Points beyond the end of a range are put at the end. Where the optimum lies in a corner of the space, half of a
distribution's points and more would be that corner, and of a finite space some points come again and again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.told import told
from hpo.samplers.model.tried import Tried
from hpo.samplers.model.unrepeated import new_row
from hpo.space import Space

__all__ = ["untried"]

_ATTEMPTS = 8


def untried(row: Array, others: Callable[[Key], Array], space: Space, history: History, key: Key) -> Array:
    """A coded row, shape (d,), or if it was tried the first one of some others, each at its key, that was not.

    Where none of these is new either, it is one of those of a finite space that were tried least often, whichever.
    """
    axes = axes_of(space)
    if not _was_tried(row, axes, space, history):
        return row
    for attempt in range(_ATTEMPTS):
        other = others(key.child(f"again {attempt}"))
        if not _was_tried(other, axes, space, history):
            return other
    return new_row(row, space, history, "repeat", key)


def _was_tried(row: Array, axes: Axes, space: Space, history: History) -> bool:
    """Whether a row, shape (d,), is a trial's: never with a continuous number between the ends of its range."""
    if any(0.0 < row[column] < 1.0 for column in axes.without_gaps):
        return False
    point, pending = told(axes.points(row[None])[0], axes, space)[None], axes.points(history.pending(space))
    if axes.is_finite:
        return names_of(axes.values(point, ~np.isnan(point)))[0] in Tried.of(history, space, axes, pending)
    known = np.concatenate([axes.points(history.over(space)), pending])
    return bool((known == point).all(axis=1).any())
