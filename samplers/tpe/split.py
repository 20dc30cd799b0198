"""How many trials are good."""

from __future__ import annotations

import math

__all__ = ["linear", "root"]


def linear(n: int, fraction: float, limit: int) -> int:
    """⌈fraction · n⌉, at most `limit`. Source: Bergstra et al. (2011)."""
    return min(math.ceil(fraction * n), limit)


def root(n: int, fraction: float, limit: int) -> int:
    """⌈fraction · √n⌉, at most `limit`. Source: Bergstra et al. (2013)."""
    return min(math.ceil(fraction * math.sqrt(n)), limit)
