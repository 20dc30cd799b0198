"""What history tells of a point when it has been tried, and which points are one."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.axes import Axes
from hpo.space import Space

__all__ = ["SAME", "alike", "told"]

SAME = 1e-9
"""Points as near as this in every coordinate are one."""


def told(point: Array, axes: Axes, space: Space) -> Array:
    """A point, shape (d,), with each number where its value lies, and what has one value alone at that.

    Axes show no gaps between integers by the million, and two points in one of these are the same configuration.
    """
    point = np.where(np.isnan(point) | np.isnan(axes.only), point, axes.only)
    if not axes.hides_gaps:
        return point
    coded = axes.coded(point[None])[0]
    return np.asarray(axes.points(space.encode(space.decode(coded))[None])[0])


def alike(point: Array, known: Array, within: float = SAME) -> BoolArray:
    """Which of some points are as near as this to one, shape (d,), in every coordinate, shape (k,); NaN is like NaN."""
    here, there = np.nan_to_num(point, nan=-1.0), np.nan_to_num(known, nan=-1.0)
    return np.asarray((np.abs(there - here) < within).all(axis=1))
