"""Rows of the prior that are spread evenly: what is tried as long as too little is known for a model."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.distributions import CategoricalDistribution
from hpo.history import History
from hpo.key import Key
from hpo.space import Space

__all__ = ["enough", "in_the_middle", "is_first", "is_spread", "sobol", "stratified"]

_FEWEST, _MOST = 5, 10
_EVERY = 4  # one trial in so many is spread after the first ones, until as many were as may be


def enough(wanted: int | None, history: History) -> int:
    """How many trials to spread before a Gaussian process is asked: at least one, and as many as are wanted.

    Without a wish 10 where there are several objectives, and else 2 and a third of the number of parameters, from 5
    to 10.
    """
    if wanted is not None:
        return max(wanted, 1)
    return _MOST if history.n_objectives > 1 else min(max(2 + len(history.space) // 3, _FEWEST), _MOST)


def is_spread(number: int | None, n: int, wanted: int | None, history: History) -> bool:
    """Whether a trial is spread when `n` have finished that count.

    The first ones are, as many as are `enough`; and, if nobody wants another number of them, every fourth of the next
    ones, until ten were. A model of few trials finds what is good near them soon, and what is far from them late.
    """
    first = enough(wanted, history)
    if n < first or wanted is not None or number is None:
        return n < first
    return number % _EVERY == 0 and n < first + _EVERY * (_MOST - first)


def is_first(space: Space, history: History) -> bool:
    """Whether none of these parameters was ever tried, as far as a trial can know beside which no other one runs."""
    return space is not history.space and not len(history.running) and not any(name in history.space for name in space)


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
