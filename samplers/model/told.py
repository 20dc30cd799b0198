"""What history tells of a point when it has been tried."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.samplers.model.axes import Axes
from hpo.space import Space

__all__ = ["told"]


def told(point: Array, axes: Axes, space: Space) -> Array:
    """A point, shape (d,), with each number where its value lies, and what has one value alone at that.

    Axes show no gaps between integers by the million, and two points in one of these are the same configuration.
    """
    point = np.where(np.isnan(point) | np.isnan(axes.only), point, axes.only)
    if not axes.hides_gaps:
        return point
    coded = axes.coded(point[None])[0]
    return np.asarray(axes.points(space.encode(space.decode(coded))[None])[0])
