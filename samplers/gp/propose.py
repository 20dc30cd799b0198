"""From models to the next point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.pareto import is_pareto_optimal
from hpo.samplers.gp.believed import Believed
from hpo.samplers.gp.cells import minima
from hpo.samplers.gp.criterion import Constrained, Criterion, Hypervolume, Improvement, Mixture
from hpo.samplers.gp.domain import Domain, sobol
from hpo.samplers.gp.failures import Succeeding
from hpo.samplers.gp.improvement import Front
from hpo.samplers.gp.models import Models
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.parted import RESOLUTION
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.question import Question
from hpo.samplers.gp.search import search
from hpo.samplers.model import acquisition
from hpo.samplers.model.acquisition import Acquired, Acquisition
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.listed import FEW, points_left, some_of
from hpo.samplers.model.told import SAME, alike, told
from hpo.samplers.model.tried import Tried

__all__ = ["propose"]

_ACQUISITIONS: Mapping[str, Acquisition] = {
    "ei": acquisition.log_expected_improvement,
    "logei": acquisition.log_expected_improvement,
    "pi": acquisition.log_probability_of_improvement,
}
"""By name; those that are probabilities or expectations as logarithms, whose maxima are at the same points."""

_GOOD = 6  # points near which to look
_SPREAD = 7  # 2^7 points show which arms matter
_NEAR = 1e-2  # points as near as this to a trial that was pruned tell as little as it did
_VERSIONS = 16  # imagined outcomes of running trials
_OTHERS = 32  # draws of the choices, where numbers stand
_LEAST_AMBITION = {"pi": 0.01}  # or the tiniest improvement would be the most probable one
_ROOM = 0.1  # between bad losses and the reference point, in units of their range


def propose(models: Models, question: Question, rng: np.random.Generator) -> Array:
    """The point to try, shape (d,); NaN where it is inactive.

    Args:
        models: What is believed of losses and constraints.
        question: Where to try, and what for.
        rng: Source of randomness.

    Raises:
        SearchSpaceExhausted: If the space is finite, all of it has been tried, and the study is to end then.
    """
    domain, seen, asked = question.domain, question.seen, question.asked
    least = _minimum_of_quadratic(question) if question.quadratic else None
    if least is not None:
        return least
    known = asked.pending[~np.isnan(asked.pending).all(axis=1)]
    pending = domain.rounded(_filled(known, seen))
    criterion, badness = _criterion(models, question, pending, rng)
    if question.beliefs:
        criterion = Believed(criterion, question.beliefs)
    running = np.where(domain.active(pending), pending, np.nan)
    must_be_new = question.new and asked.whole and domain.axes.is_finite
    tried = Tried.of(asked.history, asked.space, domain.axes, running) if must_be_new else None
    if asked.start is not None:
        spread = _with_other_choices(asked.start, domain, rng)
        if tried is not None:
            spread = spread[_are_new(spread, domain, tried)]
        if len(spread):
            return _best(criterion, domain, spread)
    listed = points_left(domain, tried, question.on_exhausted, asked.key, most=FEW)
    if listed is not None:
        return _best(criterion, domain, listed)
    good = domain.rounded(_filled(seen.points[np.argsort(badness, kind="stable")[:_GOOD]], seen))
    unit = _any_model(models.each, question).hyper.scales[: domain.embedding.n_numbers]
    points, _ = search(criterion, domain, good, unit, rng)
    points = np.where(domain.active(points), points, np.nan)
    if not question.new:
        return np.asarray(points[0])
    before = np.concatenate([np.where(question.tried.active, question.tried.points, np.nan), running])
    for point in points:
        if not _is_among(told(point, domain.axes, asked.space), before):
            return np.asarray(point)
    listed = points_left(domain, tried, question.on_exhausted, asked.key)
    return np.asarray(points[0]) if listed is None else _best(criterion, domain, some_of(listed, rng))


def _minimum_of_quadratic(question: Question) -> Array | None:
    """The most promising minimum of a quadratic that is new, and where success is the rule, shape (d,).

    Or where one trial failed, once more: one may fail by chance, and quadratics learn nothing from it. None where there
    is none, or more to consider than one loss of each trial.
    """
    seen, domain, asked, outcome = question.seen, question.domain, question.asked, question.outcome
    is_free = asked.whole and np.isnan(domain.fixed).all()
    if not is_free or seen.constraints or question.beliefs or seen.losses.shape[1] > 1:
        return None
    tried = np.where(question.tried.active, question.tried.points, np.nan)
    failed = tried[question.tried.failed]
    known = np.concatenate([tried[~question.tried.failed], asked.pending])
    untold = seen.pruned | ~np.isfinite(seen.losses[:, 0])  # what quadratics cannot learn from
    spoilt = np.where(seen.active, seen.points, np.nan)[untold]
    for point in minima(seen, domain):
        if _is_among(told(point, domain.axes, asked.space), known) or _is_among(point, spoilt, _NEAR):
            continue
        may_be_chance = alike(point, failed, _NEAR).sum() == 1 and not _is_among(point, asked.pending, _NEAR)
        if may_be_chance or (not _is_among(point, failed) and _succeeds(point, outcome, domain)):
            return np.asarray(point)
    return None


def _succeeds(point: Array, outcome: Posterior | None, domain: Domain) -> bool:
    """Whether success is the rule at a point, shape (d,)."""
    return outcome is None or outcome.at(domain.features(np.nan_to_num(point[None]))).mean[0, 0] < 0.0


def _with_other_choices(point: Array, domain: Domain, rng: np.random.Generator) -> Array:
    """A point, shape (d,), with choices of the prior in the place of its own, shape (k, d)."""
    others, choices = domain.spread(rng.random((_OTHERS, len(point)))), domain.axes.categories
    points = np.tile(point, (_OTHERS, 1))
    points[:, choices] = others[:, choices]
    return domain.rounded(points)


def _are_new(points: Array, domain: Domain, tried: Tried) -> BoolArray:
    """Which of some points of a finite space nobody has tried, shape (k,)."""
    names = names_of(domain.axes.values(points, domain.active(points)))
    return np.array([name not in tried for name in names], dtype=np.bool_)


def _any_model(models: Sequence[Posterior], question: Question) -> Posterior:
    if models:
        return models[0]
    assert question.outcome is not None
    return question.outcome


def _criterion(models: Models, question: Question, pending: Array, rng: np.random.Generator) -> tuple[Criterion, Array]:
    """What to maximise, and how bad each observation is believed to be, shape (n,)."""
    if question.outcome is None:
        return _of_losses(models, question, pending, rng)
    outcome = question.outcome
    if len(pending):
        outcome = outcome.given(question.domain.features(pending), np.zeros((len(pending), 1)))
    if not models.each:
        return Succeeding(None, outcome), np.zeros(len(question.seen))
    criterion, badness = _of_losses(models, question, pending, rng)
    return Succeeding(criterion, outcome), badness


def _of_losses(models: Models, question: Question, pending: Array, rng: np.random.Generator) -> tuple[Criterion, Array]:
    seen, m = question.seen, question.seen.losses.shape[1]
    feasible = seen.violation <= 0
    badness = np.sum([model.fitted[:, 0] for model in models.each[:m]], axis=0)
    badness = np.where(feasible, badness, badness.max() + 1.0 + seen.violation)
    if len(pending):
        versions = rng.standard_normal((len(models.each), len(pending), _VERSIONS if m == 1 else 1)) * (m == 1)
        models = models.given(question.domain.features(pending), versions)
    counts = np.concatenate([feasible, np.ones(len(pending), dtype=np.bool_)])
    criterion = _of_objectives(models, question, counts) if feasible.any() else None
    if criterion is None or len(models.each) > m:
        return Constrained(criterion, models.each[m:]), badness
    return criterion, badness


def _of_objectives(models: Models, question: Question, counts: BoolArray) -> Criterion:
    m = question.seen.losses.shape[1]
    if m > 1:
        return _of_several(_varied(models.each[:m], question.seen), question, counts)
    model, apart = models.each[0], models.apart
    ambition = max(question.ambition, _LEAST_AMBITION.get(question.acquisition, 0.0))
    if question.acquisition == "lcb":
        return _improved(model, partial(_lcb, kappa=question.kappa), counts, ambition)
    if question.acquisition == "pi":  # a probability has no unit that arms could share
        apart = None
    gain, acquired = 0.0 if apart is None else RESOLUTION, _ACQUISITIONS[question.acquisition]
    criterion: Criterion = _improved(model, acquired, counts, ambition, gain)
    if len(models.by_noise) > 0:
        each = [_improved(model, acquired, counts, ambition, gain) for model, _ in models.by_noise]
        criterion = Mixture(each, np.array([weight for _, weight in models.by_noise]))
    if apart is None:
        return criterion
    spread = question.domain.spread(sobol(len(question.asked.space), _SPREAD))
    return apart.parted(criterion, ambition * float(np.sqrt(model.hyper.amplitude)), question.domain.features(spread))


def _improved(
    model: Posterior, acquired: Acquisition, counts: BoolArray, ambition: float, gain: float = 0.0
) -> Improvement:
    """An improvement on the least mean of those observations that count.

    Args:
        model: Of the losses.
        acquired: The acquisition function.
        counts: Which observations may be the best one, shape (n,).
        ambition: By how many prior deviations of the function beside its trend the best loss is to be improved on.
        gain: By how much more.
    """
    wanted = model.fitted[counts].min(axis=0) - ambition * np.sqrt(model.hyper.amplitude)
    return Improvement(model, acquired, wanted - gain)


def _of_several(models: Sequence[Posterior], question: Question, counts: BoolArray) -> Criterion:
    if len(models) > 1:
        fitted = np.stack([model.fitted[:, 0] for model in models], axis=1)[counts]
        return Hypervolume(models, Front.of(fitted, _reference(fitted)))
    return _improved(models[0], _ACQUISITIONS["logei"], counts, question.ambition)


def _varied(models: Sequence[Posterior], seen: Observations) -> Sequence[Posterior]:
    """Without those of objectives that were the same for all trials: what is believed of these elsewhere is made up."""
    varies = (seen.losses != seen.losses[:1]).any(axis=0).tolist()
    return [model for model, one in zip(models, varies, strict=True) if one] if any(varies) else models


def _lcb(mean: Array, sigma: Array, best: Array, kappa: float) -> Acquired:
    del best
    return acquisition.lower_confidence_bound(mean, sigma, kappa)


def _reference(losses: Array) -> Array:
    """A point a little worse than what lies halfway between the front's worst and the worst of all, shape (m,)."""
    front = losses[is_pareto_optimal(losses)]
    worst, best = 0.5 * (front.max(axis=0) + losses.max(axis=0)), losses.min(axis=0)
    return np.asarray(worst + _ROOM * np.maximum(worst - best, 1e-6))


def _filled(points: Array, seen: Observations) -> Array:
    """Points with a value for each axis: what is missing is taken from the best trial that has it."""
    order = seen.best_first()
    has = ~np.isnan(seen.points[order])
    donor = seen.points[order[has.argmax(axis=0)], np.arange(points.shape[1])]
    return np.where(np.isnan(points), np.where(has.any(axis=0), donor, 0.0), points)


def _best(criterion: Criterion, domain: Domain, points: Array) -> Array:
    point = points[[criterion(domain.features(points)).argmax()]]
    return np.asarray(np.where(domain.active(point), point, np.nan)[0])


def _is_among(point: Array, known: Array, within: float = SAME) -> bool:
    return bool(alike(point, known, within).any())
