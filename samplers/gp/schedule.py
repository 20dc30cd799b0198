"""When hyperparameters are fitted, and to which observations: functions of how many there are, so resume is exact."""

from __future__ import annotations

import numpy as np

from hpo.arrays import IntArray
from hpo.samplers.gp.observations import Observations

__all__ = ["last_fit", "subset"]


def last_fit(n: int) -> int:
    """The largest number of observations up to `n` at which there is a fit: up to 16 each, then a 16th more."""
    size = min(n, 16)
    while size + max(1, size // 16) <= n:
        size += max(1, size // 16)
    return size


def subset(seen: Observations, most: int) -> IntArray:
    """Rows of at most `most` observations: the better half of these are the best ones, the rest are spread over all."""
    n = len(seen)
    if n <= most:
        return np.arange(n)
    order = seen.best_first()
    best, rest = order[: most // 2], np.sort(order[most // 2 :])
    spread = rest[np.linspace(0, len(rest) - 1, most - len(best)).round().astype(np.int64)]
    return np.sort(np.concatenate([best, spread]))
