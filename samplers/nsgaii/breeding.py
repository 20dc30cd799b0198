"""A child of some parents, parameter by parameter, so that parents from different branches may have one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.startup import stratified
from hpo.samplers.nsgaii.crossover import Crossover, SBXCrossover
from hpo.samplers.nsgaii.mutation import Mutation, PolynomialMutation
from hpo.samplers.nsgaii.population import Population, Select, first_size, population_of
from hpo.samplers.nsgaii.variation import varied
from hpo.space import Space

__all__ = ["Breeding", "proposed"]

_CROSSOVER, _MUTATION = SBXCrossover(), PolynomialMutation()
_EXAMPLES = {"crossover": "SBXCrossover", "mutation": "PolynomialMutation"}


def _check(name: str, value: object, protocol: type) -> None:
    """Raise ValueError unless a plug-in is what its protocol says, or is left out."""
    if value is not None and (isinstance(value, type) or not isinstance(value, protocol)):
        raise ValueError(f"{name} must be an object such as nsgaii.{_EXAMPLES[name]}(), got {value!r}.")


@final
@dataclass(frozen=True)
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

    def child(self, population: Population, space: Space, prior: Array, rng: np.random.Generator) -> Array:
        """A coded row, shape (d,).

        Args:
            population: With at least one parent.
            space: Of the row.
            prior: A row that is drawn from it, for what no parent has and for choices that mutate.
            rng: Source of randomness.
        """
        axes = axes_of(space)
        crossover = _CROSSOVER if self.crossover is None else self.crossover
        rows = _tournaments(population, crossover.n_parents, rng)
        parents = population.points[rows]
        parents = _completed(parents, population.points, axes.points(prior[None])[0], rng)
        child = parents[0].copy()
        crossed = rng.random() < self.crossover_prob
        if crossed and len(axes.numbers):
            numbers = axes.of_numbers(parents)
            if population.several and self.crossover is None:
                points = axes.of_numbers(population.points)
                child[axes.numbers] = varied(numbers, points, population.place, int(rows[0]), rng)
            else:
                child[axes.numbers] = _reflected(crossover.child(numbers, rng, several=population.several))
        if crossed and len(axes.categories):
            swapped = rng.random(len(axes.categories)) < self.swapping_prob
            child[axes.categories] = parents[swapped.astype(np.int64), axes.categories]
        share = 1.0 / max(len(space), 1) if self.mutation_prob is None else self.mutation_prob
        mutates = rng.random(len(space)) < share
        numbers_at, choices_at = axes.numbers[mutates[axes.numbers]], axes.categories[mutates[axes.categories]]
        mutation = _MUTATION if self.mutation is None else self.mutation
        if len(numbers_at):
            child[numbers_at] = mutation.mutated(np.clip(child[numbers_at], 0.0, 1.0), rng)
        child[choices_at] = prior[choices_at]
        return np.asarray(axes.coded(child[None])[0])


def _tournaments(population: Population, n: int, rng: np.random.Generator) -> IntArray:
    """Rows of parents, shape (n,): each the better of two, by rank, then by room."""
    pairs = (rng.random((n, 2)) * len(population.rank)).astype(np.int64)
    rank, room = population.rank[pairs], population.room[pairs]
    second = (rank[:, 1] < rank[:, 0]) | ((rank[:, 1] == rank[:, 0]) & (room[:, 1] > room[:, 0]))
    return np.where(second, pairs[:, 1], pairs[:, 0])


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


def proposed(space: Space, history: History, key: Key, breeding: Breeding, name: object, select: Select) -> Array:
    """A trial's coded row, shape (d,): an even spread over the prior first, children from then on."""
    joint = history.space
    known = space if space is joint else [n for n in space if joint.get(n) == space[n]]
    population = population_of(history, joint, breeding.size, name, select) if known else None
    if population is None or not len(population.rank):
        return stratified(space, key, first_size(breeding.size), "genetic.startup")
    child = breeding.child(population, joint, joint.uniform(key), key.child("genetic").generator())
    if space is joint:
        return child
    values = dict(zip(space, space.uniform(key).tolist(), strict=True))
    values |= {n: u for n, u in zip(joint, child.tolist(), strict=True) if n in known}
    return np.array([values[n] for n in space])
