"""Which trial to rely on where values are noisy: the best expected one, and not the luckiest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from hpo.events import TrialState
from hpo.history import History
from hpo.reading.counts import latest
from hpo.samplers.gaussian_process import FittedSurrogate
from hpo.samplers.gp.surrogate import Modelling
from hpo.words import shown

__all__ = ["Believed", "Recommendation", "recommendation_of"]

_SEEN = 0.005  # noise that makes up less of the variance is none in words
_ALIKE = 1e-6  # deviations by which trials of one configuration differ, if at all


@final
@dataclass(frozen=True)
class Believed:
    """What a surrogate believes of a trial.

    Args:
        number: The trial's.
        value: What it returned.
        mean, std: Of its value without noise.
    """

    number: int
    value: float
    mean: float
    std: float


@final
@dataclass(frozen=True)
class Recommendation:
    """The complete, feasible trial of which a surrogate expects the most, beside the one with the best value.

    Args:
        trial: The one to rely on.
        best: The one with the best value, which may be the same.
        noise: The share of the values' variance that the surrogate takes for noise.

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
        return f"{first} Trial {self.best.number} {best}, but {_around(self.best)} is expected of it{noise}."


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
    now, surrogate = latest(history), FittedSurrogate.of(history, 0, replace(how, thorough=True))
    denoised, sign = surrogate.denoised(), float(history.signs[0])
    row = {number: row for row, number in enumerate(now.number.tolist())}
    rows = np.array([row[number] for number in denoised.number.tolist()], dtype=np.int64)
    fit_for_use = (now.state[rows] == TrialState.COMPLETE) & (now.violation[rows] <= 0)
    believed = [
        Believed(number, sign * loss, mean, std)
        for number, loss, mean, std in zip(
            denoised.number[fit_for_use].tolist(),
            now.losses[rows[fit_for_use], 0].tolist(),
            denoised.mean[fit_for_use].tolist(),
            denoised.std[fit_for_use].tolist(),
            strict=True,
        )
    ]
    if not believed:
        raise ValueError("No complete and feasible trial has a value that a model can be told; infinite ones cannot.")
    by_value = sorted(believed, key=lambda one: (sign * one.value, one.number))
    least = min(sign * one.mean for one in believed)
    trial = next(one for one in by_value if sign * one.mean - least <= _ALIKE * one.std)
    return Recommendation(trial=trial, best=by_value[0], noise=surrogate.noise)
