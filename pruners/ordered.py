"""Numbers in order, for questions about their ranks."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

__all__ = ["Ordered"]


@final
@dataclass(frozen=True, eq=False)
class Ordered:
    """A multiset of numbers. Adding to it gives a new one and leaves it as it is, at the cost of O(log n) on average.

    Args:
        runs: Sorted, each longer than the next. Most of them are shared with the multisets that this one grew from.
        size: How many numbers.

    Source: Bentley and Saxe (1980), "Decomposable searching problems I", the logarithmic method.

    Example:
        >>> Ordered().plus([3.0, 1.0]).plus([2.0]).n_below(2.5)
        2
    """

    runs: tuple[array[float], ...] = ()
    size: int = 0

    def plus(self, values: Iterable[float]) -> Ordered:
        """With some more numbers; NaN is left out."""
        last = sorted(value for value in values if value == value)
        if not last:
            return self
        size, runs = self.size + len(last), list(self.runs)
        while runs and len(runs[-1]) <= len(last):
            last = sorted([*runs.pop(), *last])  # linear, as both parts are sorted
        return Ordered((*runs, array("d", last)), size)

    def n_below(self, value: float) -> int:
        """How many are smaller."""
        return sum(bisect_left(run, value) for run in self.runs)

    def neighbours(self, value: float) -> tuple[float, float]:
        """The largest that is smaller, or -inf, and the smallest that is not smaller, or inf."""
        below, above = -math.inf, math.inf
        for run in self.runs:
            i = bisect_left(run, value)
            if i:
                below = max(below, run[i - 1])
            if i < len(run):
                above = min(above, run[i])
        return below, above
