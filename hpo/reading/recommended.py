"""Which trial to rely on where values are noisy: the best expected one, and not the luckiest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.events import TrialState
from hpo.history import History
from hpo.markup import element
from hpo.reading.counts import latest
from hpo.samplers.gp.averaged import averaged
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.schedule import subset
from hpo.samplers.gp.surrogate import Modelling, Surrogates, noise_of, values
from hpo.samplers.gp.threads import single_threaded
from hpo.words import count, shown

__all__ = ["Believed", "Recommendation", "recommendation_of"]

_SEEN = 0.005  # noise that makes up less of the variance is none
_ALIKE = 1e-6  # deviations by which trials of one configuration differ, if at all
_FITTED_TO = 200  # trials at most, for hyperparameters
_FEW = 8  # trials of which a model knows something
_UNLIKELY = 5.0  # deviations of the noise by which a value is hardly ever better for luck alone


@final
@dataclass(frozen=True)
class Believed:
    """What a surrogate believes of a trial.

    Args:
        number: The trial's.
        value: What it returned.
        mean, std: Of its value without noise.
        luck: By how many deviations of the noise the value is better than the mean, on the scale of the model.
    """

    number: int
    value: float
    mean: float
    std: float
    luck: float


@final
@dataclass(frozen=True)
class Recommendation:
    """The complete, feasible trial of which a surrogate expects the most, beside the one with the best value.

    Args:
        trial: The one to rely on.
        best: The one with the best value, which may be the same.
        noise: The share of the values' variance that is expected to be noise.

    Example:
        >>> print(study.recommend())
        Trial … has the best value, … and is expected to be the best, at …
    """

    trial: Believed
    best: Believed
    noise: float

    @property
    def number(self) -> int:
        """Of the trial to rely on."""
        return self.trial.number

    def __str__(self) -> str:
        noise = f": {self.noise:.0%} of the variance of values is taken for noise" if self.noise >= _SEEN else ""
        best = f"has the best value, {shown(self.best.value, 4)}"
        if self.number == self.best.number:
            return f"Trial {self.number} {best}, and is expected to be the best, at {_around(self.trial)}{noise}."
        first = f"Trial {self.number} is expected to be the best, at {_around(self.trial)}."
        again = " That is more than luck explains: run it again to see." if self.best.luck > _UNLIKELY else ""
        return f"{first} Trial {self.best.number} {best}, but {_around(self.best)} is expected of it{noise}.{again}"

    def _repr_html_(self) -> str:
        return element("p", str(self))


def _around(one: Believed) -> str:
    return f"{shown(one.mean, 4)} ± {shown(one.std, 2)}"


def recommendation_of(history: History, how: Modelling) -> Recommendation:
    """Of a study with one objective.

    Args:
        history: Its trials, at least one of which is complete and feasible.
        how: Its values are modelled.

    Raises:
        ValueError: If trials are too few for a model, have no parameters, or only values that are infinite.
    """
    with single_threaded():
        believed, noise = _believed(history, how)
    if not believed:
        raise ValueError("No complete and feasible trial has a value that a model can be told; infinite ones cannot.")
    sign = float(history.signs[0])
    by_value = sorted(believed, key=lambda one: (sign * one.value, one.number))
    best = by_value[0]
    if noise < _SEEN:  # then nothing that was seen is luck
        return Recommendation(trial=best, best=best, noise=noise)
    least = min(sign * one.mean for one in believed)
    trial = next(one for one in by_value if sign * one.mean - least <= _ALIKE * one.std)
    return Recommendation(trial=best if trial.value == best.value else trial, best=best, noise=noise)


def _believed(history: History, how: Modelling) -> tuple[list[Believed], float]:
    """What is believed of the trials that may be relied on, and how much of the values' variance is noise."""
    state = Surrogates.of(history, history.space, how)
    told = state.seen.at(np.flatnonzero(np.isfinite(state.seen.losses[:, 0])))
    seen = told.at(subset(told, how.n_observations))
    if state.embedding is None or not state.learned or len(seen) < _FEW:
        raise ValueError(
            f"A model needs at least {_FEW} trials with finite values, and parameters of more than one value; "
            f"the study has {count(len(seen), 'such trial')} and the parameters {list(history.space)}."
        )
    warp, losses = state.learned[0].warp, values(seen)[0][0]
    y, _ = warp(losses)
    known = subset(seen, _FITTED_TO)
    model = averaged(state.embedding, _features(state, seen.at(known)), y[known], noise_of(how, losses))
    mean, std = model.denoised(state.embedding, _features(state, seen), y)
    low, middle, high = (warp.inverse(at, losses) for at in (mean - std, mean, mean + std))
    now, sign = latest(history), float(history.signs[0])
    row = {number: row for row, number in enumerate(now.number.tolist())}
    columns = (seen.number, losses, middle, 0.5 * (high - low), (mean - y) / np.sqrt(model.noise))
    believed = [
        Believed(number, sign * loss, sign * expected, spread, luck)
        for number, loss, expected, spread, luck in zip(*(column.tolist() for column in columns), strict=True)
        if now.state[row[number]] == TrialState.COMPLETE and now.violation[row[number]] <= 0
    ]
    return believed, model.noise


def _features(state: Surrogates, seen: Observations) -> Array:
    assert state.embedding is not None
    return state.embedding.features(seen.points, seen.active)
