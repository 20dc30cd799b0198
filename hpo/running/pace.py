"""How long a sampler thinks: others are not kept waiting meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar, final

__all__ = ["Pace"]

T = TypeVar("T")

_SLOW = 0.02  # seconds; other writers are not kept out while a slow sampler thinks
_BUSY = 5  # so much longer may a proposal take on a machine that is busy, and the sampler is not slow
_TWICE = 2  # in a row: one long proposal may be the machine's fault, and a first one that of imports


@final
class Pace:
    """Whether a sampler is slow, by its latest proposals.

    Attributes:
        took: Seconds for the latest one.
        n_slow: How many in a row took long.
    """

    __slots__ = ("n_slow", "took")

    def __init__(self) -> None:
        self.took = 0.0
        self.n_slow = 0

    @property
    def is_slow(self) -> bool:
        """Whether the next proposal will take long, too."""
        return self.n_slow >= _TWICE

    def timed(self, propose: Callable[[], T]) -> T:
        """A proposal, whose time is noted."""
        busy = time.thread_time() if self.n_slow else 0.0  # a call of the system, which quick samplers are spared
        began = time.perf_counter()
        proposal = propose()
        self.took = time.perf_counter() - began
        if self.n_slow and self.took > _SLOW:
            self.took = max(time.thread_time() - busy, self.took / _BUSY)
        if self.n_slow or self.took > _SLOW:
            self.note(self.took)
        return proposal

    def note(self, took: float) -> None:
        """Remember how many seconds a proposal took."""
        self.n_slow = self.n_slow + 1 if took > _SLOW else 0
