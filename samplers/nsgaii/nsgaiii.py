"""The genetic algorithm for many objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property, lru_cache, partial
from math import comb
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_function, check_whole
from hpo.history import History
from hpo.key import Key
from hpo.samplers.nsgaii.breeding import Breeding, proposed
from hpo.samplers.nsgaii.crossover import Crossover
from hpo.samplers.nsgaii.mutation import Mutation
from hpo.samplers.nsgaii.population import Select, first_size
from hpo.samplers.nsgaii.selection import das_dennis, near_references
from hpo.samplers.nsgaii.strategies import refuse_strategies
from hpo.space import Space

__all__ = ["NSGAIIISampler"]


@final
@dataclass(frozen=True, kw_only=True)
class NSGAIIISampler:
    """Cross the best trials, and change the children a little; of equally good ones parents lie in all directions.

    As `NSGAIISampler`, for four and more objectives, where crowding says little: parents are those that lie near to
    directions which are spread evenly over all ways to weigh the objectives.

    Args:
        population_size, mutation, mutation_prob, crossover, crossover_prob, swapping_prob, seed, constraints_func: As
            of `NSGAIISampler`.
        reference_points: Directions, shape (k, number of objectives); by default those of Das and Dennis.
        dividing_parameter: In how many parts these divide each objective; 3 gives 20 directions for 4 objectives. By
            default as many as give each of the first parents a direction of its own.
        elite_population_selection_strategy, child_generation_strategy, after_trial_strategy: Refused.

    Source: Deb and Jain (2014), "An evolutionary many-objective optimization algorithm using reference-point-based
    nondominated sorting approach, part I".

    Example:
        >>> study = hpo.create_study(directions=["minimize"] * 4, sampler=NSGAIIISampler(seed=0))
    """

    population_size: int | None = None
    mutation: Mutation | None = None
    mutation_prob: float | None = None
    crossover: Crossover | None = None
    crossover_prob: float = 0.9
    swapping_prob: float = 0.5
    seed: int | None = None
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)
    reference_points: Any = None
    dividing_parameter: int | None = None
    elite_population_selection_strategy: InitVar[Any] = None
    child_generation_strategy: InitVar[Any] = None
    after_trial_strategy: InitVar[Any] = None

    def __post_init__(
        self, elite_population_selection_strategy: Any, child_generation_strategy: Any, after_trial_strategy: Any
    ) -> None:
        refuse_strategies(
            "NSGAIIISampler", elite_population_selection_strategy, child_generation_strategy, after_trial_strategy
        )
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        self._breeding  # noqa: B018 - checks the options
        if self.dividing_parameter is not None:
            check_whole("dividing_parameter", self.dividing_parameter, 1)
        if self.reference_points is not None:
            object.__setattr__(self, "reference_points", _rows(self.reference_points))

    @cached_property
    def _name(self) -> tuple[Any, ...]:
        given = None
        if self.reference_points is not None:
            points = np.array(self.reference_points, dtype=np.float64)
            given = points.shape, points.tobytes()
        return "nsgaiii", self.dividing_parameter, given

    @cached_property
    def _breeding(self) -> Breeding:
        return Breeding.of(self)

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        select = _select(self._name, self.population_size, history.n_objectives)
        return proposed(space, history, key, self._breeding, self._name, select)


def _rows(given: Any) -> tuple[tuple[float, ...], ...]:
    """Directions as a value, which no array of the caller's can change.

    Raises:
        ValueError: If they are none.
    """
    points = np.array(given, dtype=np.float64)
    is_right = points.ndim == 2 and len(points) and np.isfinite(points).all() and (points >= 0).all()
    if not is_right or not points.any(1).all():
        raise ValueError(
            "reference_points must have the shape (number of points, number of objectives), with numbers ≥ 0 that "
            f"are not all 0 in a row; got {given!r}."
        )
    return tuple(map(tuple, points.tolist()))


@lru_cache(maxsize=64)
def _select(name: tuple[Any, ...], size: int | None, m: int) -> Select:
    """How a sampler of a name and a population's size chooses parents in a study of m objectives."""
    _, parts, given = name
    references = _directions(parts, size, m) if given is None else np.frombuffer(given[1]).reshape(given[0])
    if references.shape[1] != m:
        raise ValueError(
            f"reference_points have {references.shape[1]} columns, and the study has {m} objectives; give one column "
            "for each."
        )
    return partial(near_references, references=references)


def _directions(parts: int | None, size: int | None, m: int) -> Array:
    """Those of Das and Dennis for m objectives, shape (k, m), in so many parts, or at least as many as parents."""
    if parts is None:
        parts, wanted = 1, first_size(size)
        while m > 1 and comb(parts + m - 1, m - 1) < wanted:
            parts += 1
    return das_dennis(m, parts)
