"""The surrogates of a study: one Gaussian process for each objective and each constraint."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Literal, NamedTuple, final

import numpy as np

from hpo.arrays import Array
from hpo.history import Fold, History
from hpo.samplers.gp import schedule
from hpo.samplers.gp.arms import Arms, Part
from hpo.samplers.gp.averaged import Averaged, averaged_near
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.failures import Outcomes, branches
from hpo.samplers.gp.likelihood import Fit, Hyperparameters, fit
from hpo.samplers.gp.models import Models
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.parted import Apart
from hpo.samplers.gp.penalties import penalised
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.prior import prior
from hpo.samplers.gp.scale import Scale
from hpo.samplers.gp.stopped import Changes
from hpo.samplers.gp.trend import is_affordable
from hpo.samplers.gp.warp import Warp, finite, warps
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.units import deviation, median, unit_of
from hpo.space import Space

__all__ = ["Modelling", "Surrogate", "Surrogates", "advanced", "noise_of", "values"]

_FITTED_TO = 200  # observations at most, for hyperparameters
_FAILING = 0.1  # share of failures above which there is none: it would be sure of what lies where trials fail
_BENDING = 8  # trials from which on numbers may have a change of variable
_EVIDENCE = 6.0  # by how much it must lower the negative log posterior
_LOUD = 0.2  # share of noise below which the model believes in what it sees
_EXPLAINED = 0.05  # share of the variance that is nothing
_OUTLYING = 6.0  # median distances from the median, about four deviations of a normal distribution
_LEAST_NOISE = 1e-6
_UNSURE = 64  # observations up to which the noise is averaged over
_LENGTHS = 16  # length scales at most, for that: of more nobody can tell from so few how probable they are
_LOUDEST = 1e6  # noise, in deviations of what is seen, which may all be equal


@final
@dataclass(frozen=True, kw_only=True)
class Modelling:
    """How losses are modelled.

    Args:
        warp_losses: Whether to choose a warp of losses by likelihood.
        input_warping: Whether to learn a change of variable of each number; None for where losses speak for it.
        deterministic: Whether there is no noise.
        noise_std: The noise's standard deviation, if it is known.
        failures: "ignore" failed trials, count them as "worst", or "avoid" what makes trials fail.
        n_observations: The largest number that surrogates are given.
        trend: Whether there may be a trend.
    """

    warp_losses: bool
    input_warping: bool | None
    deterministic: bool
    noise_std: float | None
    failures: Literal["avoid", "ignore", "worst"]
    n_observations: int
    trend: bool = True


@final
@dataclass(frozen=True, eq=False)
class Surrogate:
    """What was learned of one objective or constraint.

    Args:
        hyper: Hyperparameters of the Gaussian process.
        warp: Of losses.
    """

    hyper: Hyperparameters
    warp: Warp


@final
@dataclass(frozen=True, eq=False)
class Surrogates:
    """What has been seen, and what was learned at the last fit.

    Args:
        how: Losses are modelled.
        ended: All observations.
        changes: How losses changed while complete trials went on.
        fitted: How many of them there were at the last fit.
        embedding: At the last fit; None before it.
        learned: Of each objective, and then of each constraint; empty as long as hardly anything has succeeded.
        arms: What was learned of parts of the space, with one objective; None where nothing parts it.
        outcome: Of the surrogate of outcomes; None where nothing had failed.
        by_noise: Of the only objective, with different noises; None where they are not averaged over.
    """

    how: Modelling
    ended: Observations
    changes: Changes = field(default_factory=Changes)
    fitted: int = 0
    embedding: Embedding | None = None
    learned: tuple[Surrogate, ...] = ()
    arms: Arms | None = None
    outcome: Hyperparameters | None = None
    by_noise: Averaged | None = None

    @staticmethod
    def of(history: History, space: Space, how: Modelling) -> Surrogates:
        """Of a history."""
        start = Surrogates(how, Observations.none(len(space), history.n_objectives))
        return history.fold(Fold(("gp.surrogates", how), start, partial(advanced, space=space), space))

    @cached_property
    def judged(self) -> Observations:
        """All observations, and which of them failed, if they are to be avoided."""
        return _judged(self.ended, self.how)

    @cached_property
    def seen(self) -> Observations:
        """Those that losses are modelled on."""
        return self.judged.succeeded()

    @property
    def informative(self) -> Observations:
        """Those that losses are modelled on; as long as there is nothing of the kind, what has failed."""
        return self.seen if len(self.seen) else self.judged

    @cached_property
    def tells_nothing(self) -> bool:
        """Whether no trial is better than another, as models are told."""
        failed, seen = self.judged.failed, self.seen
        if failed.any() and not failed.all():
            return False
        told = [*values(seen)[0], seen.violation]
        return all(bool((y == y[:1]).all()) for y in told)

    @cached_property
    def explains_nothing(self) -> bool:
        """Whether the only objective's model tells losses no better than their mean does, and none stands out.

        So it is where all trials but those of a small region end at chance level, and that region is yet to be found.
        """
        if len(self.learned) != 1 or self.learned[0].hyper.noise < _LOUD:
            return False
        losses = values(self.seen)[0][0]
        losses = losses / unit_of(losses)
        middle, best = median(losses), losses.min()
        if best < middle and middle - best >= _OUTLYING * median(np.abs(losses - middle)):
            return False
        (model,) = self.posteriors(self.seen.at(schedule.subset(self.seen, _FITTED_TO)))
        return model.explained < _EXPLAINED

    def models(self, known: Observations) -> Models:
        """All that is believed given some observations."""
        each = self.posteriors(known)
        if not each:
            return Models()
        return Models(each, self.apart(known, each[0]), self._posteriors_by_noise(known))

    def _posteriors_by_noise(self, known: Observations) -> list[tuple[Posterior, float]]:
        if self.by_noise is None:
            return []
        assert self.embedding is not None
        y, _ = self.learned[0].warp(values(known)[0][0])
        features = self.embedding.features(known.points, known.active)
        posteriors = self.by_noise.posteriors(self.embedding, features, y)
        return list(zip(posteriors, self.by_noise.weights.tolist(), strict=True))

    def posteriors(self, known: Observations) -> list[Posterior]:
        """Of each objective, and then of each constraint, given some observations; none before there was a fit."""
        if not self.learned:
            return []
        assert self.embedding is not None
        features = self.embedding.features(known.points, known.active)
        losses, constraints = values(known)
        targets = [learned.warp(y)[0] for y, learned in zip(losses, self.learned, strict=False)] + constraints
        return [
            Posterior.of(learned.hyper, self.embedding.group, self.embedding.n_numbers, features, y)
            for learned, y in zip(self.learned, targets, strict=True)
        ]

    def apart(self, known: Observations, together: Posterior) -> Apart | None:
        """What the trials of each arm make believe of the objective, given some observations."""
        losses = values(known)[0][0]
        if self.arms is None or unit_of(losses) != 1.0:  # of losses beyond all measure one model must do
            return None
        features = self.arms.embedding.features(known.points, known.active)
        return Apart.of(
            self.arms, features, losses, known.violation <= 0, Scale.of(self.learned[0].warp, losses), together
        )


def advanced(state: Surrogates, fresh: History, space: Space) -> Surrogates:
    """With some more trials; fits depend on sizes alone, so it does not matter in which pieces trials come."""
    how = state.how
    changes, losses_of = state.changes.after(fresh)
    ended = Observations.of(fresh, space, losses_of, with_failed=how.failures != "ignore")
    if how.failures == "avoid":
        ended = ended.placed()
    ended = state.ended.followed_by(ended)
    size = schedule.last_fit(len(ended))
    if size == state.fitted:
        return replace(state, ended=ended, changes=changes)
    judged = _judged(ended.at(slice(size)), how)
    how = replace(how, trend=how.trend and float(judged.failed.mean()) <= _FAILING)
    seen = judged.succeeded()
    if len(seen) < 2:
        return Surrogates(state.how, ended, changes, size)
    known = seen.at(schedule.subset(seen, _FITTED_TO))
    embedding = Embedding.of(axes_of(space), known.active)
    if not embedding.n_scales:
        return Surrogates(state.how, ended, changes, size, embedding)
    features = embedding.features(known.points, known.active)
    losses, constraints = values(known)
    is_warped = (
        how.warp_losses and how.noise_std is None and len(losses) == 1
    )  # volumes are wanted in losses' own units
    choices = [warps(y) if is_warped else [Warp()] for y in values(seen)[0]]
    learned = [_learned(features, y, embedding, how, among) for y, among in zip(losses, choices, strict=True)]
    for c in constraints:
        task = _Task(features, c, embedding, how, 0.0 if how.deterministic else None)
        learned.append(Surrogate(task.learned(task.first()), Warp(np.inf)))
    outcome = _outcome(judged, embedding) if judged.failed.any() else None
    if len(losses) > 1:
        return Surrogates(state.how, ended, changes, size, embedding, tuple(learned), outcome=outcome)
    learn = partial(_learned_alone, how=how, is_warped=is_warped)
    arms = Arms.of(embedding, known.points, known.active, losses[0], learn, how, state.arms)
    by_noise = _by_noise(learned[0], features, losses[0], embedding, how)
    return Surrogates(state.how, ended, changes, size, embedding, tuple(learned), arms, outcome, by_noise)


def _judged(ended: Observations, how: Modelling) -> Observations:
    """With infinite losses for penalties; these and failed trials have failed if that is to be avoided, else none."""
    bad = np.zeros(len(ended), dtype=np.bool_)
    for column in ended.losses.T:
        bad |= penalised(ended.points, np.where(ended.pruned, np.nan, column))
    losses = np.where(bad[:, None], np.inf, ended.losses) if bad.any() else ended.losses
    failed = ended.failed | bad if how.failures == "avoid" else np.zeros_like(bad)
    return replace(ended, losses=losses, failed=failed)


def _by_noise(
    learned: Surrogate, features: Array, losses: Array, embedding: Embedding, how: Modelling
) -> Averaged | None:
    """What was learned of the only objective, if how much of it is noise is unknown, and hard to tell."""
    is_known = how.deterministic or how.noise_std is not None or len(losses) > _UNSURE
    if is_known or embedding.n_scales > _LENGTHS or len(learned.hyper.a):
        return None
    return averaged_near(learned.hyper, embedding, features, learned.warp(losses)[0], has_trend=how.trend)


def _outcome(judged: Observations, embedding: Embedding) -> Hyperparameters:
    tree = branches(judged, embedding.axes)
    known = judged.at(schedule.subset(judged, _FITTED_TO))
    return Outcomes.of(known, tree, embedding).learned()


def values(seen: Observations) -> tuple[list[Array], list[Array]]:
    """Finite losses of each objective, and scaled values of each constraint, shape (n,) each."""
    losses = [finite(_floored_at_median(losses, seen)) for losses in seen.losses.T]
    return losses, [_scaled(_sided(seen.constraint(name))) for name in seen.constraints]


def _sided(c: Array) -> Array:
    """Finite values of a constraint, shape (n,), each on its side of 0; 0 where a trial has none, NaN."""
    return finite(np.append(np.where(np.isnan(c), 0.0, c), 0.0))[:-1]


def _scaled(c: Array) -> Array:
    """With a mean square of 1; 0 stays where it is."""
    c = c / unit_of(c)
    spread = float(np.sqrt((c**2).mean()))
    return np.asarray(c / spread) if spread > 0 else c


def _floored_at_median(losses: Array, seen: Observations) -> Array:
    """Losses in which pruned trials are no better than the median: they were stopped for being bad, and early."""
    if not seen.pruned.any():
        return losses
    complete = losses[~seen.pruned & np.isfinite(losses)]
    floor = median(complete) if len(complete) else -np.inf
    return np.where(seen.pruned, np.maximum(losses, floor), losses)


def noise_of(how: Modelling, losses: Array) -> float | None:
    """The variance of the noise of losses that are divided by their deviation, if it is known."""
    if how.deterministic:
        return 0.0
    if how.noise_std is None:
        return None
    return min(how.noise_std / max(deviation(losses), 1e-300), _LOUDEST) ** 2


def _learned_alone(
    features: Array, losses: Array, part: Part, among: list[Warp], how: Modelling, *, is_warped: bool
) -> tuple[Hyperparameters, Warp]:
    """Of an arm."""
    found = _learned(features, losses, part, how, among if is_warped else among[:1])
    return found.hyper, found.warp


def _learned(
    features: Array, losses: Array, embedding: Embedding | Part, how: Modelling, among: list[Warp]
) -> Surrogate:
    noise = noise_of(how, losses)
    best, least = None, np.inf
    for warp in among:
        y, log_slope = warp(losses)
        task = _Task(features, y, embedding, how, noise)
        found = task.first()
        if found.value - log_slope >= least:
            break  # with a smaller floor it would be worse still
        best, least = (task, found, warp), found.value - log_slope
    assert best is not None
    task, found, warp = best
    return Surrogate(task.learned(found), warp)


@final
class _Task(NamedTuple):
    """What hyperparameters are to explain.

    Args:
        features: Of the observations, shape (n, f).
        y: Values, shape (n,).
        embedding: What the features are.
        how: Values are modelled.
        noise: Its variance, if it is known.
    """

    features: Array
    y: Array
    embedding: Embedding | Part
    how: Modelling
    noise: float | None

    def first(self) -> Fit:
        """The most probable ones, with a change of variable of each number only where one is always wanted."""
        return self._fit(is_bent=self.how.input_warping is True)

    def learned(self, first: Fit) -> Hyperparameters:
        """Those that were found first, or the most probable ones with a change of variable if values speak for it."""
        found = first
        if self.how.input_warping is None and self.embedding.n_numbers and len(self.y) >= _BENDING:
            bent = self._fit(is_bent=True)
            found = bent if bent.value < first.value - _EVIDENCE else first
        return Hyperparameters.of(found.θ, self.embedding.n_scales)

    def _fit(self, *, is_bent: bool) -> Fit:
        q = self.embedding.n_numbers
        has_trend = self.how.trend and is_affordable(q, len(self.y))
        n_bent = q if is_bent else 0
        believed = prior(self.embedding.n_scales, n_bent, _LEAST_NOISE, self.noise, has_trend=has_trend)
        return fit(self.features, q, self.y, self.embedding.group, believed)
