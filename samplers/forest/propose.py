"""From what is known to the next point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.history import History
from hpo.key import Key
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.known import Known
from hpo.samplers.forest.models import Belief, Fit, random_forest
from hpo.samplers.forest.region import Region
from hpo.samplers.forest.search import Score, search
from hpo.samplers.forest.standing import scalarised, standing
from hpo.samplers.model.acquisition import log_expected_improvement, log_probability_of_improvement
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.exhausted import OnExhausted
from hpo.samplers.model.listed import FEW, points_left, some_of
from hpo.samplers.model.told import alike, told
from hpo.samplers.model.tried import Tried
from hpo.space import Space

__all__ = ["Question", "propose"]

_GOOD = 10  # trials near which to look
_LEAST = 0.01  # improvement whose probability counts, in standard deviations of the targets
_LEAST_PROBABILITY = 1e-3
_TREES = 20  # that learn where trials end well


@final
@dataclass(frozen=True, eq=False)
class Question:
    """Where to try next.

    Args:
        fit: Makes the model of losses.
        acquisition: "logei", "lcb" or "pi".
        kappa: Of the lower confidence bound.
        n_candidates: Points of the prior that are looked at.
        n_observations: The largest number of trials that models are given.
        on_exhausted: What to do when all of a finite space has been tried.
        space: Of the point.
        whole: Whether it is the study's whole space.
        history: What is known of the study.
        key: Of the trial.
        branch: The parameters of those trials that are to be improved on, shape (d,); None for all trials.
    """

    fit: Fit
    acquisition: str
    kappa: float
    n_candidates: int
    n_observations: int
    on_exhausted: OnExhausted
    space: Space
    whole: bool
    history: History
    key: Key
    branch: BoolArray | None


def propose(known: Known, region: Region, pending: Array, question: Question) -> Array:
    """The point to try, shape (d,); NaN where it is inactive.

    Args:
        known: Trials, one of which at least has not failed.
        region: Where to look.
        pending: Points of running trials, shape (p, d); NaN where inactive or unknown.
        question: What for.

    Raises:
        SearchSpaceExhausted: If the space is finite, all of it has been tried, and the study is to end then.
    """
    rng = question.key.child("forest").generator()
    seen = known.at_most(question.n_observations)
    score = _score(seen, region, pending, question, rng)
    must_be_new = question.whole and region.axes.is_finite
    tried = Tried.of(question.history, question.space, region.axes, pending) if must_be_new else None
    listed = points_left(region, tried, question.on_exhausted, question.key, most=FEW)
    if listed is not None:
        return _best(score, region, listed)
    order = seen.best_first()[:_GOOD]
    good = region.rounded(np.where(seen.active[order], seen.points[order], region.drawn(len(order), rng)))
    found = search(score, region, good, question.n_candidates, rng)
    new = _first_new(found, np.concatenate([known.points, pending]), tried, region.axes, question.space)
    if new is not None:
        return new
    listed = points_left(region, tried, question.on_exhausted, question.key)
    return np.asarray(found[0]) if listed is None else _best(score, region, some_of(listed, rng))


def _score(seen: Known, region: Region, pending: Array, question: Question, rng: np.random.Generator) -> Score:
    """How much a point is worth, by what the trials tell, and by what the running ones are imagined to.

    These are imagined to end in between, so that others look elsewhere.
    """
    told = seen.at(np.flatnonzero(~seen.failed))
    feasible = told.violation <= 0.0
    losses = scalarised(told.losses, rng) if feasible.any() else told.violation
    y = standing(losses, told.pruned)
    running = pending[~np.isnan(pending).all(axis=1)]
    points = np.concatenate([told.points, running])
    features = Features.of(region.axes, points, ~np.isnan(points))
    belief = question.fit(features, np.concatenate([y, np.full(len(running), y.mean())]), rng)
    best = float(belief.at(features.at(_rivals(told, feasible, question)))[0].min())
    bad = seen.failed if not feasible.any() else seen.failed | (seen.violation > 0.0)
    if not bad.any():
        return lambda features: _acquired(belief, best, features, question)
    ending = random_forest(seen.features(region.axes), bad.astype(np.float64), rng, n_trees=_TREES)
    return lambda features: (
        _acquired(belief, best, features, question)
        + np.log(np.maximum(1.0 - ending.at(features)[0], _LEAST_PROBABILITY))
    )


def _rivals(told: Known, feasible: BoolArray, question: Question) -> IntArray:
    """Which trials are to be improved on: the feasible ones of the branch, as far as there are such."""
    rivals = feasible if feasible.any() else ~feasible
    here = rivals if question.branch is None else rivals & (told.active == question.branch).all(axis=1)
    return np.flatnonzero(here if here.any() else rivals)


def _acquired(belief: Belief, best: float, features: Features, question: Question) -> Array:
    mean, sigma = belief.at(features)
    if question.acquisition == "lcb":
        return np.asarray(question.kappa * sigma - mean)
    if question.acquisition == "pi":
        return log_probability_of_improvement(mean, sigma, best - _LEAST)[0]
    return log_expected_improvement(mean, sigma, best)[0]


def _best(score: Score, region: Region, points: Array) -> Array:
    """The best of some points, shape (d,); NaN where inactive."""
    active = region.active(points)
    best = score(region.features(points, active)).argmax()
    return np.where(active[best], points[best], np.nan)


def _first_new(points: Array, before: Array, tried: Tried | None, axes: Axes, space: Space) -> Array | None:
    """The first of some points, shape (k, d), that nobody has tried; None if there is none."""
    for point in points:
        there = told(point, axes, space)
        if tried is not None:
            is_new = names_of(axes.values(there[None], ~np.isnan(there[None])))[0] not in tried
        else:
            is_new = not alike(there, before).any()
        if is_new:
            return np.asarray(point)
    return None
