"""Quasi-random search: points that fill the space more evenly than chance does."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from functools import lru_cache
from typing import Any, Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.samplers.unused import say_unused
from hpo.space import Space

__all__ = ["QMCSampler"]

_KINDS = ("sobol", "halton")
_DIMENSIONS = (64, 1024, 21201)  # of sequences; the last is the most that Sobol's has
_BLOCK = 256  # points that are made at once
_INSTEAD = "a parameter that is new inside of a trial has the next coordinate of the trial's point"
_COUNTED = "points are counted by the trials' numbers, of which no two workers have the same"


@final
@dataclass(frozen=True, kw_only=True)
class QMCSampler:
    """Take the trials' points from a sequence that fills the unit cube evenly, in all of its projections.

    Trial t is point t of the sequence, so that any number of workers together neither repeat nor skip one, and the
    study may be continued at any time. Each parameter has a coordinate, in the order in which they appeared, and the
    inverse of its distribution function makes a value of it: numbers of any scale, integers and choices alike. A
    parameter that only some trials have leaves its coordinate unused in the others.

    Args:
        qmc_type: "sobol", or "halton".
        scramble: Whether the study's seed changes the sequence, without loss of evenness. Otherwise each study has the
            same points, and the first one is the corner of all lower ends.
        seed: Becomes the study's seed when the study is created.
        independent_sampler, warn_asynchronous_seeding, warn_independent_sampling: Change nothing, and are there so
            that scripts run.

    Sources: Owen (1998), "Scrambling Sobol' and Niederreiter-Xing points"; `scipy.stats.qmc`, which makes the points.

    Example:
        >>> study = hpo.create_study(sampler=QMCSampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=16)
    """

    qmc_type: Literal["sobol", "halton"] = "sobol"
    scramble: bool = True
    seed: int | None = None
    independent_sampler: InitVar[Any] = None
    warn_asynchronous_seeding: InitVar[bool | None] = None
    warn_independent_sampling: InitVar[bool | None] = None

    def __post_init__(
        self,
        independent_sampler: Any,
        warn_asynchronous_seeding: bool | None,
        warn_independent_sampling: bool | None,
    ) -> None:
        unused = {
            "independent_sampler": independent_sampler,
            "warn_asynchronous_seeding": warn_asynchronous_seeding,
            "warn_independent_sampling": warn_independent_sampling,
        }
        say_unused("QMCSampler", unused, {**dict.fromkeys(unused, _INSTEAD), "warn_asynchronous_seeding": _COUNTED})
        if self.qmc_type not in _KINDS:
            raise ValueError(f"qmc_type must be one of {_KINDS}, got {self.qmc_type!r}.")

    def reseed_rng(self) -> None:
        """Do nothing: a point depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if key.number is None or not len(space):
            return space.uniform(key)
        place = _places(history, space)
        d = max(place.values()) + 1
        if d > _DIMENSIONS[-1]:
            raise ValueError(
                f"QMCSampler can take up to {_DIMENSIONS[-1]} parameters, and the study has {d}; use RandomSampler()."
            )
        size = next(size for size in _DIMENSIONS if size >= d)
        block, at = divmod(key.number, _BLOCK)
        u = _points(self.qmc_type, key.study.child("qmc") if self.scramble else None, size, block)[at]
        return np.array([d.draw(float(u[place[name]])) for name, d in space.items()])


def _places(history: History, space: Space) -> dict[str, int]:
    """The coordinate of each parameter, by name: the number of those that appeared before it."""
    names = dict.fromkeys([*history.space, *history.given, *space])
    return {name: place for place, name in enumerate(names)}


@lru_cache(maxsize=64)
def _points(kind: str, scrambled: Key | None, d: int, block: int) -> Array:
    """Points number 256 · block and following, shape (256, d); scrambled as a key says, if at all."""
    from scipy.stats.qmc import Halton, Sobol

    rng = None if scrambled is None else scrambled.generator()
    sequence = (Sobol if kind == "sobol" else Halton)(d, scramble=scrambled is not None, rng=rng)
    if block:
        sequence.fast_forward(block * _BLOCK)
    points = np.asarray(sequence.random(_BLOCK))
    points.flags.writeable = False
    return points
