"""The trials that will change the strategy when their generation is complete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.history import History
from hpo.samplers.cmaes.strategy import Plan, Strategy
from hpo.samplers.model.generations import by_generation
from hpo.samplers.model.ordering import best_first

__all__ = ["Progress"]


@final
@dataclass(frozen=True, eq=False)
class Progress:
    """The strategy, and what it has not learned from yet.

    Whatever trials finish make up a generation: of the present distribution, of an earlier one whose results come late,
    or not of the strategy at all. Which it was is seen from their numbers, which address their random numbers.

    Args:
        strategy: What the generations before have made of it.
        keys: Sort keys of the trials of this generation, in pieces, each of shape (k, 3 + m).
        points: Their points, each of shape (k, d).
        numbers: Their numbers, each of shape (k,).
    """

    strategy: Strategy
    keys: tuple[Array, ...] = ()
    points: tuple[Array, ...] = ()
    numbers: tuple[IntArray, ...] = ()

    def advance(self, fresh: History, plan: Plan) -> Progress:
        """After some more trials."""
        after = partial(Progress._after, plan=plan)
        return by_generation(self, fresh, plan.space, lambda one: one.n_missing(plan), after)

    def n_missing(self, plan: Plan) -> int:
        """How many more trials change the strategy."""
        return (self.strategy.n_wanted if self.strategy.has_begun else plan.n_startup) - sum(map(len, self.keys))

    def _after(self, keys: Array, points: Array, numbers: IntArray, plan: Plan) -> Progress:
        """After some more trials, not more than are missing."""
        known = Progress(self.strategy, (*self.keys, keys), (*self.points, points), (*self.numbers, numbers))
        if known.n_missing(plan):
            return known
        keys, points = np.concatenate(known.keys), np.concatenate(known.points)
        if self.strategy.has_begun:
            return Progress(self.strategy.after(keys, points, np.concatenate(known.numbers), plan))
        begun = plan.start.learned(points, best_first(keys), plan.axes, separable=plan.separable)
        begun_anew = Strategy.begin(replace(plan, start=begun, n_startup=0))
        return Progress(begun_anew.knowing(keys, plan.axes.of_numbers(points)))
