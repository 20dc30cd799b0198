"""Rows of the prior that are spread evenly: what is tried as long as too little is known for a model."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.distributions import CategoricalDistribution
from hpo.history import History
from hpo.key import Key
from hpo.space import Space

__all__ = ["enough", "in_the_middle", "is_drawn", "is_first", "sobol", "stratified", "until"]

_FEWEST, _MOST = 5, 10
_EVERY = 4  # after the first trials one in so many is drawn too, until as many are as may be if one runs at a time


def enough(wanted: int | None, history: History) -> int:
    """How many trials to draw from the prior before a Gaussian process is asked: as many as are wanted, at least one.

    Without a wish 10 where there are several objectives, and else 2 and a third of the number of parameters, from 5
    to 10.
    """
    if wanted is not None:
        return max(wanted, 1)
    return _MOST if history.n_objectives > 1 else min(max(2 + len(history.space) // 3, _FEWEST), _MOST)


def until(wanted: int | None, history: History) -> int:
    """How many trials have finished when the last ones come from the prior.

    Unless a number of them is wanted, every fourth does after those that are `enough`, so that ten do in all if one
    runs at a time. A model of few trials finds what is good near them soon, and what is far from them late.
    """
    first = enough(wanted, history)
    return first if wanted is not None else first + _EVERY * (_MOST - first)


def is_drawn(number: int | None, n: int, wanted: int | None, history: History) -> bool:
    """Whether a trial comes from the prior when `n` have finished that count."""
    in_turn = number is not None and number % _EVERY == 0
    return n < enough(wanted, history) or (in_turn and n < until(wanted, history))


def is_first(space: Space, history: History) -> bool:
    """Whether none of these parameters was ever tried, as far as a trial can know beside which no other one runs."""
    return space is not history.space and not history.n_running and not any(name in history.space for name in space)


def in_the_middle(row: Array, space: Space) -> Array:
    """A row, shape (d,), whose numbers are the medians of their priors, and whose categories stay what they are."""
    middle = row.copy()
    for column, distribution in enumerate(space.distributions):
        if not isinstance(distribution, CategoricalDistribution):
            middle[column] = distribution.draw(0.5)
    return middle


def stratified(space: Space, key: Key, n: int, label: str) -> Array:
    """A trial's row: of n trials in succession each has another n-th of every parameter's prior, in random order.

    Args:
        space: Of the row, shape (d,).
        key: Of the trial; a row for no trial in particular is drawn from the prior.
        n: At least 1.
        label: Names the orders.

    Source: McKay et al. (1979), "A comparison of three methods for selecting values of input variables in the
    analysis of output from a computer code" (Latin hypercubes).
    """
    if key.number is None:
        return space.uniform(key)
    block, position = divmod(key.number, n)
    order = key.study.child(f"{label} {block}")
    row = np.empty(len(space))
    for column, (name, u) in enumerate(zip(space.names, key.uniforms(space.names), strict=True)):
        stratum = _permutation(order.child(name), n)[position]
        row[column] = space.distributions[column].draw((stratum + u) / n)
    return row


@lru_cache(maxsize=1024)
def _permutation(key: Key, n: int) -> IntArray:
    """An order of 0 … n - 1."""
    return key.generator().permutation(n)


def sobol(space: Space, key: Key, label: str) -> Array:
    """A trial's row in a scrambled sequence that spreads combinations of values too; arguments as in `stratified`."""
    from scipy.stats.qmc import Sobol

    if key.number is None:
        return space.uniform(key)
    sequence = Sobol(len(space), rng=key.study.child(f"{label} {space.names}").generator())
    if key.number:
        sequence.fast_forward(key.number)
    u = sequence.random(1)[0]
    return np.array([d.draw(float(v)) for d, v in zip(space.distributions, u, strict=True)])
