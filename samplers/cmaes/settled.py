"""Cells that the search has settled in, where all that is left is to know the continuous numbers more exactly."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.ordering import LOSSES

__all__ = ["have_settled"]

_TRIFLE = 1e-8  # of what another cell costs
_FEWEST = 3  # trials in the same cells


def have_settled(axes: Axes, x: Array, keys: Array) -> bool:
    """Whether trials in the cells of the best one differ by nothing beside what the best trial in other cells costs.

    Steps of the continuous numbers are so short by then that other cells, for which these would have to be others too,
    look worse than they are: only a search from elsewhere finds them. Equal losses say nothing of the kind.

    Args:
        axes: Of the space.
        x: Numbers of a generation, tried or not, in the middles of cells, the best first, shape (k, n).
        keys: Sort keys, shape (k, 3 + m).
    """
    if not axes.in_cells or not len(axes.continuous) or keys.shape[1] > LOSSES.start + 1:
        return False
    fine = (keys[:, : LOSSES.start] == 0.0).all(axis=1)
    cells, losses = x[np.ix_(fine, axes.in_cells)], keys[fine, LOSSES.start]
    same = (cells == cells[:1]).all(axis=1)
    if same.all() or np.count_nonzero(same) < _FEWEST:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        apart, cost = losses[same].max() - losses[0], losses[~same].min() - losses[0]
    return bool(0 < cost < np.inf and 0 < apart <= _TRIFLE * cost)
