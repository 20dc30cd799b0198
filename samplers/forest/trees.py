"""Many regression trees in a few arrays, so that all of them are asked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.forest.features import Features

__all__ = ["Trees"]


@final
@dataclass(frozen=True, eq=False)
class Trees:
    """Nodes of trees.

    A leaf is its own left child, and its threshold is infinite, so that whoever is there stays.

    Args:
        roots: The first node of each tree, shape (t,).
        depth: How many steps lead to the deepest leaf.
        column: At which feature each node parts, shape (k,).
        threshold: From which value on rows go to the right child, which follows the left one; shape (k,).
        left: The left child, shape (k,).
        table: Of nodes that part at a category, where in `sides` those of its codes begin; else -1; shape (k,).
        sides: Whether a code goes to the right, for all such nodes, shape (s,).
        mean, variance: Of the targets at each node, shape (k,).
    """

    roots: IntArray
    depth: int
    column: IntArray
    threshold: Array
    left: IntArray
    table: IntArray
    sides: IntArray
    mean: Array
    variance: Array

    def leaves(self, features: Features) -> IntArray:
        """The leaf that each row comes to in each tree, shape (t, n)."""
        n, x = features.n, features.x.ravel()
        rows = np.arange(n)
        node = np.repeat(self.roots[:, None], n, axis=1)
        has_tables = len(self.sides) > 0
        first = self.column * n
        for _ in range(self.depth):
            u = x[first[node] + rows]
            right = (u >= self.threshold[node]).astype(np.int64)
            if has_tables:
                table = self.table[node]
                by_code = table >= 0
                right[by_code] = self.sides[table[by_code] + u[by_code].astype(np.int64)]
            node = self.left[node] + right
        return node

    @staticmethod
    def together(parts: Sequence[Trees]) -> Trees:
        """All trees of some."""
        firsts = np.cumsum([0, *(len(part.mean) for part in parts)])
        sides = np.cumsum([0, *(len(part.sides) for part in parts)])
        shifted = zip(parts, firsts, strict=False)
        return Trees(
            np.concatenate([part.roots + first for part, first in shifted]),
            max(part.depth for part in parts),
            np.concatenate([part.column for part in parts]),
            np.concatenate([part.threshold for part in parts]),
            np.concatenate([part.left + first for part, first in zip(parts, firsts, strict=False)]),
            np.concatenate(
                [np.where(part.table < 0, -1, part.table + first) for part, first in zip(parts, sides, strict=False)]
            ),
            np.concatenate([part.sides for part in parts]),
            np.concatenate([part.mean for part in parts]),
            np.concatenate([part.variance for part in parts]),
        )
