"""The genetic algorithm whose parents are the best of many ways to weigh the objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, final

from hpo.arrays import Array
from hpo.checks import check_function
from hpo.history import History
from hpo.key import Key
from hpo.samplers.nsgaii.breeding import Breeding, proposed
from hpo.samplers.nsgaii.crossover import Crossover
from hpo.samplers.nsgaii.decomposition import best_by_direction
from hpo.samplers.nsgaii.mutation import Mutation
from hpo.space import Space

__all__ = ["MOEADSampler"]


@final
@dataclass(frozen=True, kw_only=True)
class MOEADSampler:
    """Cross the best trials, and change the children a little; parents are the best for many weights of the objectives.

    As `NSGAIISampler`, for three objectives: weights that are spread evenly over all ways to weigh the objectives make
    as many problems with one objective, and each keeps the trial that is best for it. Children come about as there,
    half of them from parents with similar losses, which are those that are good for similar weights.

    Args:
        population_size, mutation, mutation_prob, crossover, crossover_prob, swapping_prob, seed, constraints_func: As
            of `NSGAIISampler`.

    Source: Zhang and Li (2007), "MOEA/D: a multiobjective evolutionary algorithm based on decomposition", for whom
    parents are the best ones by the weighted Tchebycheff distance. There each child has a place among its
    parents' neighbours to compete for; here generations are formed of whatever trials end, as any number of
    workers may come and go.

    Example:
        >>> study = hpo.create_study(directions=["minimize"] * 3, sampler=MOEADSampler(seed=0))
    """

    population_size: int | None = None
    mutation: Mutation | None = None
    mutation_prob: float | None = None
    crossover: Crossover | None = None
    crossover_prob: float = 0.9
    swapping_prob: float = 0.5
    seed: int | None = None
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        self._breeding  # noqa: B018 - checks the options

    @cached_property
    def _breeding(self) -> Breeding:
        return Breeding.of(self)

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        return proposed(space, history, key, self._breeding, "moead", best_by_direction)
