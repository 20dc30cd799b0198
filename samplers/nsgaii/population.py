"""The parents that the trials so far leave behind: a fold over finished trials."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.history import Fold, History
from hpo.samplers.model.generations import by_generation
from hpo.samplers.model.ordering import LOSSES
from hpo.samplers.nsgaii.selection import Chosen
from hpo.space import Space

__all__ = ["Parents", "Population", "Select", "first_size", "parents_of"]

Select = Callable[[Array, int], Chosen]
"""Which of some trials, by their sort keys, to keep, and how many."""

_FIRST, _LARGEST = 20, 200  # of populations whose size nobody said
_SHARE = 4  # so many generations are formed while as many trials end as there are parents


@final
@dataclass(frozen=True, eq=False)
class Parents:
    """The trials that children are made of.

    Args:
        keys, points: Sort keys and points, shapes (k, 3 + m) and (k, d).
        rank, room: How good they are, 0 for the best, and how lonely, shape (k,).
        place: Their losses, scaled such that each objective reaches from 0 to 1, shape (k, m).
        n: Trials among which they were chosen.
        n_children: How many trials are theirs, as a rule, until others become parents.
    """

    keys: Array
    points: Array
    rank: IntArray
    room: Array
    place: Array
    n: int = 0
    n_children: int = 1

    def __len__(self) -> int:
        return len(self.rank)

    @property
    def several(self) -> bool:
        """Whether there are several objectives."""
        return bool(self.place.shape[1] > 1)

    @cached_property
    def lack_some(self) -> bool:
        """Whether one of them lacks a parameter."""
        return bool(np.isnan(self.points).any())

    @cached_property
    def standing(self) -> IntArray:
        """How many others are better than each by rank and room, shape (k,)."""
        order = np.lexsort((-self.room, self.rank))
        rank, room = self.rank[order], self.room[order]
        begins = np.concatenate([[True], (rank[1:] != rank[:-1]) | (room[1:] != room[:-1])])
        standing = np.empty(len(order), dtype=np.int64)
        standing[order] = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
        return standing


@final
@dataclass(frozen=True, eq=False)
class Population:
    """The parents, and the trials since they were chosen.

    A generation is formed whenever a few trials have ended, whichever these are: none waits for another one.

    Args:
        n: Trials that have counted.
        parents: Chosen among them.
        new_keys, new_points: Sort keys and points of the trials since then, in pieces.
    """

    n: int
    parents: Parents
    new_keys: tuple[Array, ...] = ()
    new_points: tuple[Array, ...] = ()

    @staticmethod
    def empty(d: int, m: int) -> Population:
        """Before the first trial."""
        nothing = np.empty(0, dtype=np.int64)
        return Population(0, Parents(np.empty((0, 3 + m)), np.empty((0, d)), nothing, np.empty(0), np.empty((0, m))))

    def advance(self, fresh: History, space: Space, size: int | None, select: Select) -> Population:
        """After some more trials."""
        return by_generation(
            self,
            fresh,
            space,
            lambda one: one.n_missing(size),
            lambda one, keys, points, _: one._after(keys, points, size, select),
        )

    def _size(self, size: int | None) -> int:
        """Of the next parents: as many as given, or as the search is long, but not too few for so many parameters."""
        if size is not None:
            return size
        fewest = min(10 + int(self.parents.points.shape[1]), _FIRST) if self.parents.several else _FIRST
        return min(max(int(0.8 * math.sqrt(self.n)), fewest), _LARGEST)

    def n_missing(self, size: int | None) -> int:
        """At least how many more trials make up a generation."""
        return max(first_size(size) - self.n, self._n_wanted(size) - sum(map(len, self.new_keys)))

    def _n_wanted(self, size: int | None) -> int:
        """Trials of a generation."""
        return max(self._size(size) // _SHARE, 1)

    def _after(self, keys: Array, points: Array, size: int | None, select: Select) -> Population:
        """After some more trials, not more than are missing."""
        new_keys, new_points = (*self.new_keys, keys), (*self.new_points, points)
        state = Population(self.n + len(keys), self.parents, new_keys, new_points)
        return state if state.n_missing(size) > 0 else state._chosen(size, select)

    def _chosen(self, size: int | None, select: Select) -> Population:
        keys = np.concatenate([self.parents.keys, *self.new_keys])
        points = np.concatenate([self.parents.points, *self.new_points])
        missing = np.isnan(points)
        if missing.any():
            known = ~missing.all(axis=1)
            if not known.any():
                return Population(self.n, self.parents)
            keys, points = keys[known], points[known]
        chosen = select(keys, min(self._size(size), len(keys)))
        keys, points = keys[chosen.rows], points[chosen.rows]
        place, n_children = _scaled(keys[:, LOSSES]), self._n_wanted(size)
        return Population(self.n, Parents(keys, points, chosen.rank, chosen.room, place, self.n, n_children))


def _scaled(losses: Array) -> Array:
    """Each column from 0 to 1; what is infinite counts as the ends of what is not."""
    finite = np.isfinite(losses)
    with np.errstate(invalid="ignore", over="ignore"):
        if finite.all():  # as nearly always
            low = losses.min(axis=0)
            width = losses.max(axis=0) - low
            if np.isfinite(width).all():
                return np.asarray((losses - low) / np.where(width > 0.0, width, 1.0))
        low = losses.min(axis=0, initial=np.inf, where=finite)
        high = losses.max(axis=0, initial=-np.inf, where=finite)
        return np.asarray(np.nan_to_num((np.clip(losses, low, high) - low) / np.where(high > low, high - low, 1.0)))


def first_size(size: int | None) -> int:
    """How many trials come from the prior."""
    return _FIRST if size is None else size


def parents_of(history: History, space: Space, size: int | None, name: Hashable, select: Select) -> Parents:
    """The parents in a history over a space; `name` tells selections apart."""
    return history.fold(_fold(space, size, name, select, history.n_objectives)).parents


@lru_cache(maxsize=64)
def _fold(space: Space, size: int | None, name: Hashable, select: Select, m: int) -> Fold[Population]:
    advance = partial(Population.advance, space=space, size=size, select=select)
    n_missing = partial(Population.n_missing, size=size)
    return Fold(("genetic.population", size, name, m), Population.empty(len(space), m), advance, space, n_missing)
