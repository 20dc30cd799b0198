"""How the numbers of a child come about where no crossover is given: in one of three ways.

Which of them pays differs from problem to problem, and while one is searched: small steps of single numbers where these
matter on their own, numbers of several parents where these agree on some, and steps along the population where
numbers depend on each other. Fixed shares did as well as shares that follow how many children of each way survive.
"""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.samplers.nsgaii.crossover import SBXCrossover

__all__ = ["varied"]

_SBX = SBXCrossover()
_UP_TO_SBX, _UP_TO_GATHERED = 0.5, 0.75  # shares of children, one after the other
_N_NEAREST = 10
_BLUR = 0.3


def varied(parents: Array, points: Array, place: Array, row: int, rng: np.random.Generator) -> Array:
    """A child, shape (n,), in [0, 1]: by simulated binary crossover, gathered, or scattered.

    Those that would lie outside lie on the bound, since good ones often do: mirrored ones would never come there.

    Args:
        parents: The numbers of two, shape (2, n).
        points: The numbers of the population, NaN where a member lacks one, shape (k, n).
        place: Where its members lie among the objectives, of equal widths, shape (k, m).
        row: The first parent's.
        rng: Source of randomness.
    """
    way = rng.random()
    if way < _UP_TO_SBX:
        return _within(_SBX.child(parents, rng, several=True))
    near = points[_nearest(place, row)]
    near = np.where(np.isnan(near), parents[0], near)
    made = _gathered if way < _UP_TO_GATHERED else _scattered
    return _within(made(parents[0], near, rng))


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


def _gathered(parent: Array, near: Array, rng: np.random.Generator) -> Array:
    """Each number is the parent's or that of any near member, blurred by a part of their deviation.

    Source: Mühlenbein and Voigt (1996), "Gene pool recombination in genetic algorithms".
    """
    k, n = near.shape
    others = near[(rng.random(n) * k).astype(np.int64), np.arange(n)]
    child = np.where(rng.random(n) < 0.5, others, parent)
    deviation = np.sqrt(((near - near.mean(axis=0)) ** 2).mean(axis=0))
    return np.asarray(child + _BLUR * deviation * rng.standard_normal(n))


def _scattered(parent: Array, near: Array, rng: np.random.Generator) -> Array:
    """From a normal distribution around the parent, with the covariance of the near members.

    A sum of their deviations from their mean with normal weights has it, without a matrix being factorised.

    Source: Deb et al. (2002), "A computationally efficient evolutionary algorithm for real-parameter optimization", for
    children about a parent; Akimoto et al. (2009), "Adaptation of expansion rate for real-coded crossovers", for
    such sums.
    """
    k = len(near)
    weights = rng.standard_normal(k) / math.sqrt(max(k - 1, 1))
    return np.asarray(parent + weights @ (near - near.mean(axis=0)))
