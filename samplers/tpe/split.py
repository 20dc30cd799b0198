"""How many trials are good."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

__all__ = ["Split", "linear", "root"]


@final
@dataclass(frozen=True, eq=False)
class Split:
    """How many of some trials are good: what is wanted, but at least one and no more than are remembered.

    Args:
        wanted: The number for a number of trials.
        most: How many are remembered; 0 where no trial is good.
    """

    wanted: Callable[[int], int]
    most: int

    def __call__(self, n: int) -> int:
        """How many of `n`."""
        return min(n, self.most, max(1, int(self.wanted(n))))


def linear(n: int, fraction: float, limit: int) -> int:
    """⌈fraction · n⌉, at most `limit`. Source: Bergstra et al. (2011)."""
    return min(math.ceil(fraction * n), limit)


def root(n: int, fraction: float, limit: int) -> int:
    """⌈fraction · √n⌉, at most `limit`. Source: Bergstra et al. (2013)."""
    return min(math.ceil(fraction * math.sqrt(n)), limit)
