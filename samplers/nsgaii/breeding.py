"""A child of some parents, parameter by parameter, so that parents from different branches may have one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.startup import stratified
from hpo.samplers.nsgaii.crossover import Crossover, SBXCrossover
from hpo.samplers.nsgaii.mutation import Mutation, PolynomialMutation
from hpo.samplers.nsgaii.population import Parents, Select, first_size, parents_of
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

    def child(self, population: Parents, space: Space, key: Key) -> Array:
        """A coded row, shape (d,).

        Args:
            population: At least one trial.
            space: Of the row.
            key: Of the trial; what no parent has, and choices that mutate, are drawn from the prior.
        """
        axes, rng = axes_of(space), key.child("genetic").generator()
        crossover = _CROSSOVER if self.crossover is None else self.crossover
        rows = _tournaments(population.merit, crossover.n_parents, rng)
        parents = population.points[rows]
        prior = space.uniform(key) if population.lack_some or len(axes.categories) else None
        if prior is not None:
            parents = _completed(parents, population.points, axes.points(prior[None])[0], rng)
        child = parents[0].copy()
        crossed = rng.random() < self.crossover_prob
        if crossed and len(axes.numbers):
            numbers = axes.of_numbers(parents)
            if population.several and self.crossover is None:
                points = axes.of_numbers(population.points)
                child[axes.numbers] = varied(numbers, points, population.place, rows[0], rng)
            else:
                child[axes.numbers] = _reflected(crossover.child(numbers, rng, several=population.several))
        if crossed and len(axes.categories):
            swapped = rng.random(len(axes.categories)) < self.swapping_prob
            child[axes.categories] = parents[swapped.astype(np.int64), axes.categories]
        share = 1.0 / max(len(space), 1) if self.mutation_prob is None else self.mutation_prob
        mutates = rng.random(len(space)) < share
        numbers_at = axes.numbers[mutates[axes.numbers]]
        mutation = _MUTATION if self.mutation is None else self.mutation
        if len(numbers_at):
            child[numbers_at] = mutation.mutated(np.minimum(np.maximum(child[numbers_at], 0.0), 1.0), rng)
        if prior is not None:
            choices_at = axes.categories[mutates[axes.categories]]
            child[choices_at] = prior[choices_at]
        return np.asarray(axes.coded(child[None])[0])


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
    child = breeding.child(population, joint, key)
    if space is joint:
        return child
    values = dict(zip(space, space.uniform(key).tolist(), strict=True))
    values |= {n: u for n, u in zip(joint, child.tolist(), strict=True) if n in known}
    return np.array([values[n] for n in space])
