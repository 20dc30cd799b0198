"""Beliefs that give way: normal distributions that widen with the trials, the more so where these contradict them.

To multiply an acquisition by the prior to the power β / n (Hvarfner et al., 2022, πBO, arXiv 2204.11051) is, for a
normal, to widen it by √(n / β). Three things make up for time that a wrong belief costs: many trials of those before
there is a model look far out; the trials that are good lie about one deviation from the mean where it is right, and at
the border of what was tried where it is wrong; and a share of the later trials looks far out at once.

The second leaves little of a belief that is wrong by one and a half deviations or more: with four times the variance
of the good trials kernels are hardly wider there than at the mean, by a quarter at most. With much more, a normal
without bounds is so wide that its kernels do not come close to anything.

A normal distribution is a change of variable, too: in its coded values there is little room far from its mean. Parzen
estimators, whose prior it is, widen with the belief. A kernel that compares distances needs an axis that is wide, and
the same for all trials; there the belief only weighs where to look.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.distributions import NormalDistribution
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.ordering import are_alike, best_first, ended
from hpo.space import Space

__all__ = ["doubted", "neutral", "recoded", "understood", "unsure"]

_BETA = 10.0  # trials after which a variance has doubled
_GOOD, _LEAST = 0.1, 3  # the share of trials that are good, and so many at least
_EVIDENCE = 2.0  # the variance, where that of good trials around the mean is what the belief says
_CONTRARY = 2.0  # times the belief's: up to here the variance grows with the square of the good trials' own
_DOUBTFUL, _FAR = 0.4, 36.0  # the share of trials with a model that look far out, and at which variance
_STEP = math.log(2.0) / 2  # variances grow by this factor's powers, so that models of a space can be remembered


def doubted(history: History, key: Key) -> History:
    """What a trial is to know, with beliefs as wide as it is to take them; the history itself if there are none."""
    names = _believed(history.space)
    return _wider(history, names, _FAR if names and key.uniform("belief") < _DOUBTFUL else 1.0)


def neutral(history: History) -> History:
    """The same for all trials: with beliefs as wide as any trial takes them, so that they favour hardly anything."""
    return _wider(history, _believed(history.space), _FAR)


def unsure(space: Space, key: Key, *, every: int) -> Space:
    """The space from whose prior a trial comes as long as there is no model; itself for one in so many."""
    names = _believed(space)
    if not names or key.number is None or key.number % every == 0:
        return space
    return _widened(space, names, (_steps(_FAR),) * len(names))


def _wider(history: History, names: tuple[str, ...], least: float) -> History:
    """With variances that are at least so many times as large, the more the trials, and what the good ones demand."""
    if not names:
        return history
    rows, keys = ended(history)
    if len(rows) < _LEAST:
        return history
    least = max(least, 1.0 + len(rows) / _BETA)
    best = rows[best_first(keys)[: max(_LEAST, math.ceil(_GOOD * len(rows)))]]
    evidence = [0.0 if are_alike(keys) else _evidence(_variance(history, name, best)) for name in names]
    steps = tuple(_steps(max(least, one)) for one in evidence)
    return history.with_space(_widened(history.space, names, steps)) if any(steps) else history


def understood(space: Space, history: History, doubting: History) -> Space:
    """A space with the beliefs of a doubted history, wherever it has the same parameters as the history."""
    if space is history.space:
        return doubting.space
    return Space({name: doubting.space[name] if history.space.get(name) == d else d for name, d in space.items()})


def recoded(row: Array, space: Space, wanted: Space) -> Array:
    """A coded row, shape (d,), as one of another space that has the same parameters in the same order."""
    if space is wanted:
        return row
    out = row.copy()
    for column, (one, other) in enumerate(zip(space.distributions, wanted.distributions, strict=True)):
        if one != other and row[column] == row[column]:
            out[column] = other.nearest(one.decode(float(row[column])))
    return out


@lru_cache(maxsize=64)
def _believed(space: Space) -> tuple[str, ...]:
    return tuple(name for name, d in space.items() if isinstance(d, NormalDistribution) and not d.single())


def _variance(history: History, name: str, best: IntArray) -> float:
    """Of some trials around the mean of a belief, in units of its own; 0 where none has the parameter."""
    belief = history.space[name]
    assert isinstance(belief, NormalDistribution)
    values = history.raw(name)[0][best]
    values = values[values > 0] if belief.log else values[~np.isnan(values)]
    if not len(values):
        return 0.0
    z = ((np.log(values) if belief.log else values) - belief.mean) / belief.std
    return float(np.clip(z**2, 0.0, 1e6).mean())


def _evidence(variance: float) -> float:
    """The variance that speaks for itself, in units of a belief's own, if good trials have some variance in these."""
    return _EVIDENCE * variance * min(variance, _CONTRARY)


def _steps(variance: float) -> int:
    """How often a variance of 1 is to grow."""
    return int(math.log(variance) / _STEP)


@lru_cache(maxsize=256)
def _widened(space: Space, names: tuple[str, ...], steps: tuple[int, ...]) -> Space:
    wider = {}
    for name, step in zip(names, steps, strict=True):
        belief = space[name]
        assert isinstance(belief, NormalDistribution)
        wider[name] = replace(belief, std=belief.std * math.exp(step * _STEP / 2))
    return Space({**space, **wider})
