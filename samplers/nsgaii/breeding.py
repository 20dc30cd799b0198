"""A child of some parents, parameter by parameter, so that parents from different branches may have one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.checks import check_share, check_whole
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.startup import stratified
from hpo.samplers.nsgaii.crossover import Crossover, SBXCrossover
from hpo.samplers.nsgaii.mutation import Mutation, PolynomialMutation
from hpo.samplers.nsgaii.population import Parents, Select, first_size, parents_of
from hpo.samplers.nsgaii.variation import varied
from hpo.space import Space

__all__ = ["Breeding", "proposed"]

_MOST_AT_ONCE = 64  # children
_BROODS = 8  # that are kept for the next trials
_CROSSOVER, _MUTATION = SBXCrossover(), PolynomialMutation()
_EXAMPLES = {"crossover": "SBXCrossover", "mutation": "PolynomialMutation"}


def _check(name: str, value: object, protocol: type) -> None:
    """Raise ValueError unless a plug-in is what its protocol says, or is left out."""
    if value is not None and (isinstance(value, type) or not isinstance(value, protocol)):
        raise ValueError(f"{name} must be an object such as nsgaii.{_EXAMPLES[name]}(), got {value!r}.")


class _Options(Protocol):
    """The options of a sampler that say how children are made."""

    @property
    def population_size(self) -> int | None: ...
    @property
    def crossover(self) -> Crossover | None: ...
    @property
    def crossover_prob(self) -> float: ...
    @property
    def swapping_prob(self) -> float: ...
    @property
    def mutation(self) -> Mutation | None: ...
    @property
    def mutation_prob(self) -> float | None: ...


@final
@dataclass(frozen=True, eq=False)
class Breeding:
    """How children are made.

    Args:
        size: Of the population; None if it grows.
        crossover, crossover_prob: Of numbers, and how probable; otherwise a child is like one parent. None for SBX with
            one objective, and one of several ways with several.
        swapping_prob: With which a choice is the second parent's.
        mutation, mutation_prob: Of numbers, and how probable for each; None for one in a child on average. A choice
            that mutates comes from the prior.
    """

    size: int | None
    crossover: Crossover | None
    crossover_prob: float
    swapping_prob: float
    mutation: Mutation | None
    mutation_prob: float | None

    @staticmethod
    def of(given: _Options) -> Breeding:
        """As the options of a sampler say.

        Raises:
            TypeError, ValueError: If they are none.
        """
        chances = given.crossover_prob, given.swapping_prob
        return Breeding(given.population_size, given.crossover, *chances, given.mutation, given.mutation_prob)

    def __post_init__(self) -> None:
        if self.size is not None:
            check_whole("population_size", self.size, 4, ", or None for one that grows with the study")
        _check("crossover", self.crossover, Crossover)
        _check("mutation", self.mutation, Mutation)
        for name in ("crossover_prob", "swapping_prob", "mutation_prob"):
            if getattr(self, name) is not None:
                check_share(name, getattr(self, name))

    def children(self, population: Parents, space: Space, keys: Sequence[Key]) -> Array:
        """Coded rows, shape (b, d).

        Args:
            population: At least one trial.
            space: Of the rows.
            keys: Of b trials, of which the first gives the randomness; what no parent has, and choices that mutate, are
                drawn from the prior of each.
        """
        axes, rng, b = axes_of(space), keys[0].child("genetic").generator(), len(keys)
        n_parents = (_CROSSOVER if self.crossover is None else self.crossover).n_parents
        rows = _tournaments(population.standing, b, n_parents, rng)
        parents = population.points[rows]
        prior = parents[:, 0]
        if population.lack_some or len(axes.categories):
            prior = np.array([space.uniform(key) for key in keys])
            made = zip(parents, axes.points(prior), strict=True)
            parents = np.array([_completed(some, population.points, row, rng) for some, row in made])
        children = parents[:, 0].copy()
        numbers = children[:, axes.numbers]
        crossed = np.flatnonzero(rng.random(b) < self.crossover_prob)
        if len(crossed) and len(axes.numbers):
            pairs = parents[crossed][:, :, axes.numbers]
            numbers[crossed] = self._crossed(pairs, population, axes, rows[crossed, 0].tolist(), rng)
        if len(crossed) and len(axes.categories):
            of_both = parents[crossed][:, :2, axes.categories]
            swapped = rng.random((len(crossed), len(axes.categories))) < self.swapping_prob
            children[crossed[:, None], axes.categories] = np.where(swapped, of_both[:, -1], of_both[:, 0])
        share = 1.0 / max(len(space), 1) if self.mutation_prob is None else self.mutation_prob
        mutates = rng.random((b, len(space))) < share
        mutating = mutates[:, axes.numbers]
        if np.count_nonzero(mutating):
            mutation = _MUTATION if self.mutation is None else self.mutation
            numbers[mutating] = mutation.mutated(np.minimum(np.maximum(numbers[mutating], 0.0), 1.0), rng)
        children[:, axes.numbers] = numbers
        if len(axes.categories):
            at = axes.categories
            children[:, at] = np.where(mutates[:, at], prior[:, at], children[:, at])
        return axes.coded(children)

    def _crossed(
        self, parents: Array, population: Parents, axes: Axes, rows: Sequence[int], rng: np.random.Generator
    ) -> Array:
        """The numbers of children, shape (c, q), of those of their parents, shape (c, n, q).

        Args:
            parents: Of each child.
            population, axes: As for `children`.
            rows: In which each first parent is.
            rng: Source of randomness.
        """
        several = population.several
        if self.crossover is not None:
            return _reflected(np.array([self.crossover.child(some, rng, several=several) for some in parents]))
        if several:
            return varied(parents, axes.of_numbers(population.points), population.place, rows, rng)
        return _reflected(_CROSSOVER.children(parents, rng, several=False))


@lru_cache(maxsize=_BROODS)
def _brood(breeding: Breeding, population: Parents, space: Space, study: Key, numbers: range) -> Array:
    """The children of trials of some numbers, shape (b, d)."""
    keys = [study._replace(number=number) for number in numbers]
    rows = breeding.children(population, space, keys)
    rows.flags.writeable = False
    return rows


def _tournaments(standing: IntArray, b: int, n: int, rng: np.random.Generator) -> IntArray:
    """Rows of the n parents of b children, shape (b, n): each the better of two."""
    first, second = (rng.random((2, b, n)) * len(standing)).astype(np.int64)
    return np.asarray(np.where(standing[second] < standing[first], second, first))


def _completed(parents: Array, points: Array, prior: Array, rng: np.random.Generator) -> Array:
    """Parents, shape (n, d), with what they lack: another parent's value, some other trial's, or that of the prior."""
    if not np.isnan(parents).any():
        return parents
    whole = parents.copy()
    for column in np.flatnonzero(np.isnan(parents).any(axis=0)):
        lacks = np.isnan(parents[:, column])
        have = parents[~lacks, column]
        if not len(have):
            have = points[~np.isnan(points[:, column]), column]
        whole[lacks, column] = rng.choice(have, int(lacks.sum())) if len(have) else prior[column]
    return whole


def _reflected(x: Array) -> Array:
    """Numbers, each mirrored at the ends of [0, 1] until it lies inside."""
    folded = np.abs(np.mod(x + 1.0, 2.0) - 1.0)
    return np.where((x >= 0.0) & (x <= 1.0), x, folded)


def proposed(space: Space, history: History, key: Key, breeding: Breeding, name: Hashable, select: Select) -> Array:
    """A trial's coded row, shape (d,): an even spread over the prior first, children from then on."""
    joint = history.space
    known = space if space is joint else [n for n in space if joint.get(n) == space[n]]
    population = parents_of(history, joint, breeding.size, name, select) if known else None
    if not population:
        return stratified(space, key, first_size(breeding.size), "genetic.startup")
    child = _child(breeding, population, joint, key)
    if space is joint:
        return child
    values = dict(zip(space, space.uniform(key).tolist(), strict=True))
    values |= {n: u for n, u in zip(joint, child.tolist(), strict=True) if n in known}
    return np.array([values[n] for n in space])


def _child(breeding: Breeding, population: Parents, space: Space, key: Key) -> Array:
    """A trial's row, shape (d,): children are made together, at a fraction of what each would take."""
    if key.number is None:
        return np.asarray(breeding.children(population, space, [key])[0])
    count = min(population.n_children, _MOST_AT_ONCE)
    at = (key.number - population.n) % count
    first = key.number - at
    return np.asarray(_brood(breeding, population, space, key.study, range(first, first + count))[at])
