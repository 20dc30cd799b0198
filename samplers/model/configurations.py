"""The configurations of a finite space, and what tells them apart."""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import BoolArray, IntArray
from hpo.samplers.model.branches import Tree, leaves

__all__ = ["configurations", "names_of"]


def names_of(values: IntArray) -> list[bytes]:
    """What tells configurations apart: one name per row of values, shape (n, d); -1 where inactive."""
    return [row.tobytes() for row in np.ascontiguousarray(values, dtype=np.int32)]


def configurations(tree: Tree, cardinality: IntArray, most: int) -> IntArray | None:
    """All values that configurations may have, shape (n, d), -1 where inactive; None for more than `most`."""
    sizes = [int(size) for size in cardinality]
    parts, total = [], 0
    for path, active in leaves(tree, sizes):
        fixed = dict(path)
        free = [column for column in np.flatnonzero(active).tolist() if column not in fixed]
        count = math.prod(sizes[column] for column in free)
        total += count
        if total > most:
            return None
        parts.append(_product(fixed, free, sizes, active, count))
    return np.concatenate(parts)


def _product(fixed: dict[int, int], free: list[int], sizes: list[int], active: BoolArray, count: int) -> IntArray:
    values = np.where(active, 0, -1)[None].repeat(count, axis=0)
    for column, value in fixed.items():
        values[:, column] = value
    shape = [sizes[column] for column in free]
    if free:
        values[:, free] = np.stack(np.unravel_index(np.arange(count), shape), axis=1)
    return values
