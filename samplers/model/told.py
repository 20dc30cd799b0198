"""What history tells of a point when it has been tried."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.samplers.model.axes import Axes
from hpo.space import Space

__all__ = ["told"]


def told(point: Array, axes: Axes, space: Space) -> Array:
    """A point, shape (d,), with each number where its value lies.

    Axes show no gaps between integers by the million, nor between the floats of a tiny range; and two points without
    one in between are the same configuration.
    """
    coded = axes.coded(point[None])[0]
    return np.asarray(axes.points(space.encode(space.decode(coded))[None])[0])
