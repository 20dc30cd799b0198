"""A child of some parents, parameter by parameter, so that parents from different branches may have one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, final

import numpy as np

from hpo.arrays import Array, BoolArray
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
            ValueError: If they are none.
        """
        chances = given.crossover_prob, given.swapping_prob
        return Breeding(given.population_size, given.crossover, *chances, given.mutation, given.mutation_prob)

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 4:
            raise ValueError(
                f"population_size must be at least 4, or None for one that grows with the study, got {self.size!r}."
            )
        _check("crossover", self.crossover, Crossover)
        _check("mutation", self.mutation, Mutation)
        for name in ("crossover_prob", "swapping_prob", "mutation_prob"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {value!r}.")

    def children(self, population: Parents, space: Space, keys: Sequence[Key]) -> Array:
        """Coded rows, shape (b, d); none depends on which others are made with it.

        Args:
            population: At least one trial.
            space: Of the rows.
            keys: Of b trials; what no parent has, and choices that mutate, are drawn from the prior.
        """
        axes, rngs = axes_of(space), [key.child("genetic").generator() for key in keys]
        n_parents = (_CROSSOVER if self.crossover is None else self.crossover).n_parents
        rows = [_tournaments(population.merit, n_parents, rng) for rng in rngs]
        parents = population.points[rows]
        prior = parents[:, 0]
        if population.lack_some or len(axes.categories):
            prior = np.array([space.uniform(key) for key in keys])
            made = zip(parents, axes.points(prior), rngs, strict=True)
            parents = np.array([_completed(some, population.points, row, rng) for some, row, rng in made])
        children = parents[:, 0].copy()
        numbers = children[:, axes.numbers]
        crossed = [i for i, rng in enumerate(rngs) if rng.random() < self.crossover_prob]
        if crossed and len(axes.numbers):
            pairs, own = parents[crossed][:, :, axes.numbers], [rngs[i] for i in crossed]
            first = [rows[i][0] for i in crossed]
            numbers[crossed] = self._crossed(pairs, population, axes, first, own)
        if len(axes.categories):
            for i in crossed:
                swapped = rngs[i].random(len(axes.categories)) < self.swapping_prob
                children[i, axes.categories] = parents[i, swapped.astype(np.int64), axes.categories]
        share = 1.0 / max(len(space), 1) if self.mutation_prob is None else self.mutation_prob
        mutates = np.array([rng.random(len(space)) for rng in rngs]) < share
        mutating = mutates[:, axes.numbers]
        numbers[mutating] = self._mutated(np.minimum(np.maximum(numbers[mutating], 0.0), 1.0), mutating, rngs)
        children[:, axes.numbers] = numbers
        if len(axes.categories):
            at = axes.categories
            children[:, at] = np.where(mutates[:, at], prior[:, at], children[:, at])
        return axes.coded(children)

    def _crossed(
        self,
        parents: Array,
        population: Parents,
        axes: Axes,
        rows: Sequence[int],
        rngs: Sequence[np.random.Generator],
    ) -> Array:
        """The numbers of children, shape (c, q), of those of their parents, shape (c, n, q).

        Args:
            parents: Of each child.
            population, axes: As for `children`.
            rows: In which each first parent is.
            rngs: For each child.
        """
        if self.crossover is not None:
            pairs = zip(parents, rngs, strict=True)
            made = [self.crossover.child(some, rng, several=population.several) for some, rng in pairs]
            return _reflected(np.array(made))
        if population.several:
            return varied(parents, axes.of_numbers(population.points), population.place, rows, rngs)
        return _reflected(_CROSSOVER.children(parents, rngs, several=False))

    def _mutated(self, x: Array, mutating: BoolArray, rngs: Sequence[np.random.Generator]) -> Array:
        """Other numbers in the place of some, shape (k,), which are those where children mutate, shape (b, q)."""
        counts = np.count_nonzero(mutating, axis=1).tolist()
        if self.mutation is None:
            return _MUTATION.changed(x, np.concatenate([rng.random(k) for k, rng in zip(counts, rngs, strict=True)]))
        parts = zip(np.split(x, np.cumsum(counts)[:-1]), rngs, strict=True)
        return np.concatenate([self.mutation.mutated(part, rng) if len(part) else part for part, rng in parts])


@lru_cache(maxsize=_BROODS)
def _brood(breeding: Breeding, population: Parents, space: Space, study: Key, numbers: range) -> Array:
    """The children of trials of some numbers, shape (b, d)."""
    keys = [study._replace(number=number) for number in numbers]
    rows = breeding.children(population, space, keys)
    rows.flags.writeable = False
    return rows


def _tournaments(merit: list[tuple[int, float]], n: int, rng: np.random.Generator) -> list[int]:
    """Rows of n parents: each the better of two."""
    pairs = [(int(u * len(merit)), int(v * len(merit))) for u, v in rng.random((n, 2)).tolist()]
    return [second if merit[second] < merit[first] else first for first, second in pairs]


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
