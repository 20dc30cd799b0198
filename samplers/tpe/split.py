"""How many trials are good."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

__all__ = ["Split", "linear", "none", "root"]


@final
@dataclass(frozen=True, eq=False)
class Split:
    """How many of some trials are good: what is wanted, but at least one and no more than are remembered.

    Args:
        wanted: The number for a number of trials.
        most: How many are remembered.
        least: 0 where no trial is good.
    """

    wanted: Callable[[int], int]
    most: int
    least: int = 1

    def __call__(self, n: int) -> int:
        """How many of `n`."""
        return min(n, max(self.least, min(int(self.wanted(n)), self.most)))


def none(n: int) -> int:
    """0: of trials that are all alike."""
    del n
    return 0


def linear(n: int, fraction: float, limit: int) -> int:
    """⌈fraction · n⌉, at most `limit`. Source: Bergstra et al. (2011)."""
    return min(math.ceil(fraction * n), limit)


def root(n: int, fraction: float, limit: int) -> int:
    """⌈fraction · √n⌉, at most `limit`. Source: Bergstra et al. (2013)."""
    return min(math.ceil(fraction * math.sqrt(n)), limit)
