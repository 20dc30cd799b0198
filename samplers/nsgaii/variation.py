"""How the numbers of a child come about where no crossover is given: in one of three ways.

Which of them pays differs from problem to problem, and while one is searched: small steps of single numbers where these
matter on their own, numbers of several parents where these agree on some, and steps along the population where
numbers depend on each other. Fixed shares did as well as shares that follow how many children of each way survive.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.nsgaii.crossover import SBXCrossover

__all__ = ["varied"]

_SBX = SBXCrossover()
_UP_TO = 0.5, 0.75  # shares of children by simulated binary crossover and gathered, one after the other
_N_NEAREST = 10
_BLUR = 0.3


def varied(parents: Array, points: Array, place: Array, rows: Sequence[int], rng: np.random.Generator) -> Array:
    """Children, shape (c, n), in [0, 1]: by simulated binary crossover, gathered, or scattered.

    Those that would lie outside lie on the bound, since good ones often do: mirrored ones would never come there.

    Args:
        parents: The numbers of two for each, shape (c, 2, n).
        points: The numbers of the population, NaN where a member lacks one, shape (k, n).
        place: Where its members lie among the objectives, of equal widths, shape (k, m).
        rows: The first parents'.
        rng: Source of randomness.
    """
    ways = [bisect_right(_UP_TO, u) for u in rng.random(len(parents)).tolist()]
    children = np.empty((len(parents), parents.shape[2]))
    for way in sorted(set(ways)):
        some = [i for i, chosen in enumerate(ways) if chosen == way]
        pairs = parents[some]
        if way == 0:
            children[some] = _SBX.children(pairs, rng, several=True)
            continue
        near = points[[_nearest(place, rows[i]) for i in some]]
        near = np.where(np.isnan(near), pairs[:, :1], near)
        children[some] = (_gathered if way == 1 else _scattered)(pairs[:, 0], near, rng)
    return _within(children)


def _within(x: Array) -> Array:
    return np.minimum(np.maximum(x, 0.0), 1.0)  # `clip` takes twice as long for a few numbers


def _nearest(place: Array, row: int) -> IntArray:
    """The rows of a member and of those whose losses are the most like its own: parts of a front differ in what is
    good there.

    Source: Ishibuchi and Shibata (2003), "An empirical study on the effect of mating restriction on the search ability
    of EMO algorithms".
    """
    if len(place) <= _N_NEAREST:
        return np.arange(len(place))
    off = place - place[row]
    return np.asarray(np.einsum("ij,ij->i", off, off).argsort(kind="stable")[:_N_NEAREST])


def _gathered(parents: Array, near: Array, rng: np.random.Generator) -> Array:
    """Each number is the parent's or that of any near member, blurred by a part of their deviation.

    Source: Mühlenbein and Voigt (1996), "Gene pool recombination in genetic algorithms".
    """
    c, k, n = near.shape
    u, v = rng.random((2, c, n))
    others = near[np.arange(c)[:, None], (u * k).astype(np.int64), np.arange(n)]
    children = np.where(v < 0.5, others, parents)
    deviation = np.sqrt(((near - near.mean(axis=1, keepdims=True)) ** 2).mean(axis=1))
    return np.asarray(children + _BLUR * deviation * rng.standard_normal((c, n)))


def _scattered(parents: Array, near: Array, rng: np.random.Generator) -> Array:
    """From a normal distribution around the parent, with the covariance of the near members.

    A sum of their deviations from their mean with normal weights has it, without a matrix being factorised.

    Source: Deb et al. (2002), "A computationally efficient evolutionary algorithm for real-parameter optimization", for
    children about a parent; Akimoto et al. (2009), "Adaptation of expansion rate for real-coded crossovers", for
    such sums.
    """
    c, k, _ = near.shape
    weights = rng.standard_normal((c, k)) / math.sqrt(max(k - 1, 1))
    return np.asarray(parents + (weights[:, None] @ (near - near.mean(axis=1, keepdims=True)))[:, 0])
