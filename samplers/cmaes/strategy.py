"""The evolution strategy: what complete generations make of its distributions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.key import Key
from hpo.samplers.cmaes.categories import Categories
from hpo.samplers.cmaes.censored import censored
from hpo.samplers.cmaes.constants import constants, population
from hpo.samplers.cmaes.draws import drawn
from hpo.samplers.cmaes.gaussian import Gaussian, Told
from hpo.samplers.cmaes.learning_rate import LearningRate
from hpo.samplers.cmaes.margin import margin_of, with_margin
from hpo.samplers.cmaes.offers import Offers, offers, placed
from hpo.samplers.cmaes.restarts import Restarts
from hpo.samplers.cmaes.settled import have_settled
from hpo.samplers.cmaes.surrogate import Surrogate, least_tried
from hpo.samplers.cmaes.warm import Start
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.ordering import LOSSES, best_first
from hpo.space import Space

__all__ = ["Plan", "Strategy"]

_CONVERGED = 1e-9  # of the domain's width
_FLAT = 1e-12  # relative to the loss
_SAME = 1e-8  # of the domain's width
_NEAR = 0.7  # of the length up to which trials from elsewhere count in Hansen's proposal
_TRIFLE = 1e-3  # of the distance from the best to the median loss
_ILL = 1e7  # square root of the condition
_MOST_AT_ONCE = 64  # trials
_OFFERS = 8  # that are kept for the next trials, and for late ones


@final
@dataclass(frozen=True, eq=False)
class Plan:
    """What does not change.

    Args:
        space, axes: Of the parameters.
        start: The first distributions.
        n_startup: Finished trials before the first generation, from which it may start.
        popsize: Trials of a generation; None for the usual number.
        separable: Whether correlations are left alone.
        lr_adapt: Whether learning rates follow the signal.
        surrogate: Whether a model chooses each trial from several points; of one objective of numbers.
        restart: What comes after convergence.
        key: Of the study, for the means of later starts.
    """

    space: Space
    axes: Axes
    start: Start
    n_startup: int
    popsize: int | None
    separable: bool
    lr_adapt: bool
    surrogate: bool
    restart: str | None
    key: Key

    @property
    def population(self) -> int:
        """Trials of a generation at the start."""
        usual = population(len(self.axes.numbers) + len(self.axes.categories))
        return usual if self.popsize is None else self.popsize


@final
@dataclass(frozen=True, eq=False)
class Strategy:
    """The distributions, and what belongs to them.

    Args:
        gaussian, categories: Of the numbers and of the choices.
        rate: Factors of the learning rates.
        restarts: How often it has begun anew, and with which population.
        surrogate: The model that chooses trials from several points each; None where there is none.
        has_begun: Whether it proposes trials, and learns from them; before that it waits for the first ones.
        bests: Least losses of the latest generations.
        next: The number of the next trial, where none runs but the one that asks for it.
    """

    gaussian: Gaussian
    categories: Categories
    rate: LearningRate
    restarts: Restarts
    surrogate: Surrogate | None = None
    has_begun: bool = True
    bests: tuple[float, ...] = ()
    next: int = 0

    @staticmethod
    def begin(plan: Plan) -> Strategy:
        """Before the first trial."""
        return Strategy(
            plan.start.gaussian(plan.axes),
            plan.start.categories(plan.axes, margin_of(plan.axes)),
            LearningRate(),
            Restarts.first(plan.population),
            surrogate=Surrogate.nothing(len(plan.axes.numbers)) if plan.surrogate else None,
            has_begun=plan.n_startup == 0,
        )

    def proposed(self, key: Key, axes: Axes) -> Array:
        """The coded row of a trial, shape (d,)."""
        offered, at = self._offered(key, axes)
        point = offered.rows[at]
        if not len(axes.categories):
            return np.asarray(point)
        _, u = drawn(key, len(axes.numbers), len(axes.categories))
        point = point.copy()
        point[axes.categories] = self.categories.choices(u)
        return np.asarray(point)

    def _offered(self, key: Key, axes: Axes) -> tuple[Offers, int]:
        """The points of some trials, and which one of these a trial is: those of a generation are made at once."""
        if key.number is None:
            return self._offers(axes, key.study, (None,)), 0
        count = min(self.n_wanted, _MOST_AT_ONCE)
        at = (key.number - self.next) % count
        first = key.number - at
        return self._offers(axes, key.study, range(first, first + count)), at

    @cached_property
    def _offers(self) -> Callable[[Axes, Key, Sequence[int | None]], Offers]:
        """Its `offers`, the latest of which it remembers as long as it lives: models of many parameters are large."""
        return lru_cache(maxsize=_OFFERS)(partial(offers, self.gaussian, self.surrogate))

    @property
    def _n_points(self) -> int:
        """From how many points a trial is chosen."""
        return 1 if self.surrogate is None else self.surrogate.n_points

    @cached_property
    def n_wanted(self) -> int:
        """Trials of a generation."""
        population = self.restarts.population
        return max(-(-population // self._n_points), min(least_tried(self.next, len(self.gaussian.mean)), population))

    def knowing(self, keys: Array, x: Array) -> Strategy:
        """The same, with a model that has seen the numbers of some trials."""
        return replace(self, surrogate=self.surrogate and self.surrogate.knowing(keys, x))

    def after(self, keys: Array, points: Array, numbers: IntArray, plan: Plan) -> Strategy:
        """After a generation.

        Args:
            keys: Sort keys of its trials in the order of time, shape (λ, 3 + m).
            points: Theirs, shape (λ, d).
            numbers: Theirs, shape (λ,).
            plan: What does not change.
        """
        axes, n, surrogate = plan.axes, len(plan.axes.numbers), self.surrogate
        n_tried, best = len(keys), keys[best_first(keys)[0], LOSSES.start]
        own = np.ones(n_tried, dtype=np.bool_)
        if n:
            drawn_points, off = self._drawn(points, numbers, plan)
            own = off.min(axis=1) < _SAME
        if surrogate is not None:
            x = axes.of_numbers(points)
            surrogate = surrogate.after(keys, x, self.gaussian)
            if self._n_points > 1 and surrogate.model is not None:
                # of trials from elsewhere, and of late ones, all but the first: as many as if it had been asked
                tried = np.where(own, off.argmin(axis=1), 0)
                others = drawn_points[np.arange(self._n_points) != tried[:, None]]
                keys = np.concatenate([keys, surrogate.expected(others, keys, x)])
                points = np.concatenate([points, placed(axes, others)])
                own = np.concatenate([own, np.ones(len(others), dtype=np.bool_)])
        order = best_first(keys)
        keys, points, own = keys[order], points[order], own[order]
        c = constants(max(n, 1), len(keys))
        weights = _weights(keys, c.weights)
        gaussian, rate, categories = self.gaussian, self.rate, self.categories
        if n:
            told, step = self._told(axes.of_numbers(points), own, np.maximum(weights, 0.0), plan)
            moved = gaussian.moved(step, told, weights, c, separable=plan.separable)
            if plan.lr_adapt:
                moved, rate = rate.tempered(gaussian, moved)
            mean = np.minimum(np.maximum(moved.mean, 0.0), 1.0)
            gaussian = with_margin(replace(moved, mean=mean), axes, margin_of(axes))
        if len(axes.categories):
            chosen = points[:, axes.categories]
            had = ~np.isnan(chosen)
            categories = categories.moved(np.where(had, chosen, 0).astype(np.int64), had, np.maximum(weights, 0.0))
        bests = (*self.bests, float(best))[-_window(n + len(axes.categories), len(keys)) :]
        restarts = self.restarts.after(n_tried)
        following = max(numbers.tolist()) + 1
        state = Strategy(gaussian, categories, rate, restarts, bests=bests, surrogate=surrogate, next=following)
        if plan.restart is None:
            return state
        ends = state._has_converged(keys, plan) or have_settled(axes, axes.of_numbers(points), keys)
        return state._restarted(plan) if ends else state

    def _drawn(self, asked: Array, numbers: IntArray, plan: Plan) -> tuple[Array, Array]:
        """The points that the present distribution has for each trial's number, whether or not it was asked.

        Returns:
            The points, in the middles of cells, shape (λ, k, n), and how far the trial is from each, shape (λ, k).
        """
        axes = plan.axes
        offered = [self._offered(plan.key._replace(number=number), axes) for number in numbers.tolist()]
        cells = np.array([one.cells[at] for one, at in offered])
        off = np.abs(cells - axes.of_numbers(asked)[:, None])
        if axes.in_cells and len(axes.continuous):
            off = off[:, :, axes.continuous]
        return cells, np.fmax.reduce(off, axis=2, initial=0.0)  # what is missing is not off

    def _told(self, x: Array, own: BoolArray, weights: Array, plan: Plan) -> tuple[Told, Array]:
        """What trials tell, the best first, and the step of the mean.

        A trial that comes late, from a distribution before the present one, or from elsewhere, is compared with the
        present mean too: the way from the mean that it was proposed around has been gone since. Drawn near, to about
        where a trial of the present distribution would lie (Hansen, 2011, "Injecting external solutions into CMA-ES"),
        it does not tell that steps were too short; nor do cells that, each taken by itself, contradict correlations.
        The mean itself goes towards the middles of cells.
        """
        n, axes, gaussian = x.shape[1], plan.axes, self.gaussian
        known = ~np.isnan(x)
        away = np.where(known, x - gaussian.mean, 0.0)
        near, blur, share = censored(axes, gaussian, away, known)
        z = gaussian.standard(near)
        most = math.sqrt(n) + 2 * n / (n + 2)
        of_own = most if axes.in_cells else np.inf
        limit = np.where(own, of_own, _NEAR * most)
        factor = np.minimum(1.0, limit / np.maximum(np.sqrt((z**2).sum(axis=1)), 1e-300))[:, None]
        moves = away * factor
        moves[:, axes.in_cells] = away[:, axes.in_cells]
        return Told(known, z * factor, blur, share), weights @ moves

    def _has_converged(self, keys: Array, plan: Plan) -> bool:
        """Whether nothing more is to be expected; where there are choices, whether nothing better was found for long.

        Numbers that fit the wrong choices would go on improving for ever, by less and less.
        """
        n = len(plan.axes.numbers)
        if n and (self.gaussian.deviations.max() < _CONVERGED or self.gaussian.condition > _ILL):
            return True
        if len(self.bests) < _window(n + len(plan.axes.categories), len(keys)):
            return False
        low, high = min(self.bests), max(self.bests)
        if low == high or high - low <= _FLAT * max(abs(low), abs(high)):
            return True
        if not len(plan.axes.categories):
            return False
        half = len(self.bests) // 2
        middle = float(np.median(keys[:, LOSSES.start]))
        return min(self.bests[:half]) - min(self.bests[half:]) <= _TRIFLE * max(middle - low, 0.0)

    def _restarted(self, plan: Plan) -> Strategy:
        restarts = self.restarts.next(plan.restart, plan.key)
        rng = plan.key.child(f"cmaes.restart {restarts.number}").generator()
        start = plan.start.elsewhere(rng.random(len(plan.axes.numbers)), restarts.width)
        return replace(Strategy.begin(replace(plan, start=start, n_startup=0)), restarts=restarts, next=self.next)


def _weights(keys: Array, by_rank: Array) -> Array:
    """The weights of trials in order, shape (λ,), which are equal for those that are alike."""
    new = np.ones(len(keys), dtype=np.int64)
    new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    if new.all():
        return by_rank
    group = np.cumsum(new) - 1
    weights = (np.bincount(group, by_rank) / np.bincount(group))[group]
    return weights if new.sum() > 1 else np.zeros(len(keys))


def _window(n: int, λ: int) -> int:
    """How many generations tell whether it still gets better."""
    return 10 + math.ceil(30 * n / λ)
