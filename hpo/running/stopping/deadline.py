"""The end when the time is used up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_number
from hpo.history import History
from hpo.running.stopping.so_far import StoppableHistory, stop_if

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["Deadline"]


@final
@dataclass(frozen=True)
class Deadline:
    """Ends `optimize` before the time is used up: when another trial like the longest so far would exceed it.

    What counts is the time in which trials ran, by the log: not that between two runs, and once if several ran at the
    same time. So it holds for a study as a whole; `timeout=` holds for one call, and lets the last trial exceed it.

    Args:
        seconds: > 0.

    Raises:
        TypeError: If they are no number.
        ValueError: For other values.

    Example:
        >>> study.optimize(objective, n_trials=500, callbacks=[Deadline(8 * 3600)])
    """

    seconds: float

    def __post_init__(self) -> None:
        check_number("seconds", self.seconds)
        if not self.seconds > 0:
            raise ValueError(f"seconds must be > 0, got {self.seconds!r}.")

    def __call__(self, study: StoppableHistory, trial: FrozenTrial) -> None:
        """End the run if so."""
        stop_if(self.is_over, study, trial)

    def is_over(self, history: History) -> bool:
        """Whether there is no time for another trial like the longest one."""
        start, end = history.start, history.end
        if not len(start):
            return False
        longest = float((end - start).max())
        return _covered(start, end) + longest > self.seconds


def _covered(start: Array, end: Array) -> float:
    """Length of the union of intervals, each shape (n,)."""
    order = np.argsort(start, kind="stable")
    start, until = start[order], np.maximum.accumulate(end[order])
    begun = np.append(start[0], until[:-1])
    return float(np.maximum(until - np.maximum(start, begun), 0.0).sum())
