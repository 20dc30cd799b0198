"""Rows of the prior that repeat nothing, as long as there is no model that says more."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.events import TrialState
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.branches import Leaf, Tree, active_at, tree_of
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.exhausted import OnExhausted
from hpo.samplers.model.listed import left
from hpo.samplers.model.tried import Tried
from hpo.space import Space

__all__ = ["new_row"]


def new_row(row: Array, space: Space, history: History, on_exhausted: OnExhausted, key: Key) -> Array:
    """A row, shape (d,), or where it would be tried again, one of a finite space that was tried least often.

    Given values are left alone: then the row stays as it is.

    Raises:
        SearchSpaceExhausted: If nothing is left, and the study is to end then.
    """
    axes = axes_of(space)
    if not axes.is_finite or not len(history) + len(history.running) or history.given:
        return row
    tree = _tree(axes, history, space)
    pending = axes.points(history.pending(space))
    tried = Tried.of(history, space, axes, np.where(active_at(tree, axes, pending), pending, np.nan))
    point = axes.points(row[None])
    if names_of(axes.values(point, active_at(tree, axes, point)))[0] not in tried:
        return row
    others = left(tree, axes, tried, on_exhausted, key)
    if others is None:  # of so large a space a row is hardly ever drawn twice
        return row
    chosen = others[[int(key.uniform("unrepeated") * len(others))]]
    return np.asarray(axes.coded(np.where(chosen >= 0, axes.at(chosen), np.nan))[0])


def _tree(axes: Axes, history: History, space: Space) -> Tree:
    """Which parameters are active, as far as finished trials show it."""
    points = axes.points(history.over(space))
    active = ~np.isnan(points)
    told = active.any(axis=1) & (history.state != TrialState.FAIL)  # a failed one may not have come to all of its own
    return tree_of(axes, points[told], active[told]) if told.any() else Leaf(np.ones(len(space), dtype=np.bool_))
