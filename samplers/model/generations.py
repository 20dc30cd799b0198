"""How the trials that end make up generations, whichever these are: none waits for another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.history import History
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.ordering import ended
from hpo.space import Space

__all__ = ["by_generation"]

S = TypeVar("S")


def by_generation(
    state: S,
    fresh: History,
    space: Space,
    n_missing: Callable[[S], int],
    after: Callable[[S, Array, Array, IntArray], S],
) -> S:
    """A state after some more trials, which it learns from generation by generation.

    Args:
        state: Before them.
        fresh: The trials.
        space: Over which their points lie.
        n_missing: How many more trials make up a state's next generation.
        after: A state after trials of one generation, not more than are missing: given their sort keys, shape
            (k, 3 + m), their points, shape (k, d), and their numbers, shape (k,), which it may keep.
    """
    rows, keys = ended(fresh)
    points = np.ascontiguousarray(axes_of(space).points(fresh.at(rows, space)))
    numbers, done = fresh.number[rows], 0
    while done < len(rows):
        some = slice(done, done + n_missing(state))
        state = after(state, keys[some].copy(), points[some].copy(), numbers[some].copy())
        done = some.stop
    return state
