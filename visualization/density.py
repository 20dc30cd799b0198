"""Many trials at once: how many lie in each cell of a grid, which costs the same for any number of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.visualization.parameters import Parameter

__all__ = ["Density", "density", "edges", "means"]


@final
@dataclass(frozen=True, eq=False)
class Density:
    """Trials counted on a grid.

    Args:
        x, y: The ends of the cells, shapes (w + 1,) and (h + 1,), on rulers along the axes.
        count: How many trials lie in each cell, shape (h, w).
    """

    x: Array
    y: Array
    count: IntArray


def density(x: Array, y: Array, x_edges: Array, y_edges: Array) -> Density:
    """Trials at `x` and `y`, shape (n,), counted; those outside of the edges and NaN are left out."""
    cell, n_cells = _cells(x, y, x_edges, y_edges)
    counts = np.bincount(cell[cell >= 0], minlength=n_cells)
    return Density(x_edges, y_edges, counts.reshape(len(y_edges) - 1, len(x_edges) - 1))


def means(x: Array, y: Array, z: Array, x_edges: Array, y_edges: Array) -> Array:
    """The mean of `z` in each cell, shape (h, w); NaN in empty ones."""
    cell, n_cells = _cells(x, y, x_edges, y_edges)
    inside = cell >= 0
    counts = np.bincount(cell[inside], minlength=n_cells)
    sums = np.bincount(cell[inside], z[inside], minlength=n_cells)
    with np.errstate(invalid="ignore"):
        mean = (sums / counts).reshape(len(y_edges) - 1, len(x_edges) - 1)
    return np.asarray(mean, dtype=np.float64)


def edges(parameter: Parameter, most: int) -> Array:
    """Ends of at most `most` cells over a parameter's span: one for each category or whole number if that is few."""
    low, high = parameter.span
    if parameter.kind == "category":
        return np.arange(len(parameter.labels) + 1, dtype=np.float64) - 0.5
    if parameter.kind == "linear" and parameter.is_integer and parameter.high - parameter.low < most:
        return np.arange(parameter.low, parameter.high + 2, dtype=np.float64) - 0.5
    return np.linspace(low, high, most + 1)


def _cells(x: Array, y: Array, x_edges: Array, y_edges: Array) -> tuple[IntArray, int]:
    """The cell of each trial, row by row from the lower left one, shape (n,); -1 outside."""
    w, h = len(x_edges) - 1, len(y_edges) - 1
    column, row = _place(x, x_edges), _place(y, y_edges)
    return np.where((column >= 0) & (row >= 0), row * w + column, -1), w * h


def _place(values: Array, ends: Array) -> IntArray:
    place = np.searchsorted(ends, values, side="right") - 1
    place = np.where(values == ends[-1], len(ends) - 2, place)
    return np.where((values >= ends[0]) & (values <= ends[-1]), place, -1).astype(np.int64)
