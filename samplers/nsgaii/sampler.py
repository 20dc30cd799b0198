"""The genetic algorithm for a few objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import Any, final

from hpo.arrays import Array
from hpo.checks import check_function
from hpo.history import History
from hpo.key import Key
from hpo.samplers.nsgaii.breeding import Breeding, proposed
from hpo.samplers.nsgaii.crossover import Crossover
from hpo.samplers.nsgaii.mutation import Mutation
from hpo.samplers.nsgaii.selection import least_crowded
from hpo.samplers.nsgaii.strategies import refuse_strategies
from hpo.space import Space

__all__ = ["NSGAIISampler"]


@final
@dataclass(frozen=True, kw_only=True)
class NSGAIISampler:
    """Cross the best trials, and change the children a little; of equally good ones the loneliest are parents.

    For two objectives and many quick trials, at some tenths of a millisecond each; of three `MOEADSampler` finds more,
    and with one objective this is a genetic algorithm. Whatever trials end make up the next generation, so any number
    of workers may come and go, and no generation waits for its last trial. Where parents come from different branches
    of the space, a child has each parameter from one that has it.

    Where no crossover is given and there are several objectives, half of the children come from simulated binary
    crossover. The others come from several parents with similar losses: a quarter has numbers of any of these, and a
    quarter a step that goes along their distribution, so that the search follows numbers that depend on each other.
    What would lie outside lies on the bound. Of two objectives the loneliest are those that dominate the largest area
    alone.

    Feasible trials are better than infeasible ones, and of these those that violate less. Pruned ones come after them,
    and failed ones last.

    Args:
        population_size: How many parents; by default it grows with the study, from 20, or with several objectives from
            10 more than there are parameters if these are few, over 25 after 1 000 trials to 80 after 10 000 and 200.
            The first so many trials, by default 20, are spread evenly over the prior.
        mutation: How numbers change; `nsgaii.PolynomialMutation()` by default. Choices are drawn from the prior.
        mutation_prob: How probable that is for each parameter; by default one parameter of each child on average.
        crossover: How the numbers of two or three parents become a child's, the same way for all children; by default
            as said above, and `nsgaii.SBXCrossover()` with one objective.
        crossover_prob: How probable that is; otherwise the child is like one parent.
        swapping_prob: With which a choice is the second parent's.
        seed: Becomes the study's seed when the study is created.
        constraints_func: As of `TPESampler`.
        elite_population_selection_strategy, child_generation_strategy, after_trial_strategy: Refused.

    Source: Deb et al. (2002), "A fast and elitist multiobjective genetic algorithm: NSGA-II"; Vrugt and Robinson
    (2007), "Improved evolutionary optimization from genetically adaptive multimethod search", for several ways at once.

    Example:
        >>> study = hpo.create_study(directions=["minimize", "minimize"], sampler=NSGAIISampler(seed=0))
        >>> study.optimize(lambda trial: ((x := trial.suggest_float("x", 0, 2)) ** 2, (x - 1) ** 2), n_trials=100)
    """

    population_size: int | None = None
    mutation: Mutation | None = None
    mutation_prob: float | None = None
    crossover: Crossover | None = None
    crossover_prob: float = 0.9
    swapping_prob: float = 0.5
    seed: int | None = None
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)
    elite_population_selection_strategy: InitVar[Any] = None
    child_generation_strategy: InitVar[Any] = None
    after_trial_strategy: InitVar[Any] = None

    def __post_init__(
        self, elite_population_selection_strategy: Any, child_generation_strategy: Any, after_trial_strategy: Any
    ) -> None:
        refuse_strategies(
            "NSGAIISampler", elite_population_selection_strategy, child_generation_strategy, after_trial_strategy
        )
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        self._breeding  # noqa: B018 - checks the options

    @cached_property
    def _breeding(self) -> Breeding:
        return Breeding.of(self)

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        return proposed(space, history, key, self._breeding, "nsgaii", least_crowded)
