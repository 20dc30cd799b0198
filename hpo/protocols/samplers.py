"""What a sampler is, and what some can do besides."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, final, runtime_checkable

import numpy as np

from hpo.arrays import Array
from hpo.distributions import BaseDistribution
from hpo.history import History
from hpo.key import Key
from hpo.protocols.wrapping import layers
from hpo.space import Space

__all__ = [
    "Choice",
    "ChoosingSampler",
    "ConstrainingSampler",
    "EndingSampler",
    "Sampler",
    "SeededSampler",
    "StepwiseSampler",
    "WholeStudySampler",
    "choosing",
    "constraining",
    "ending",
    "sampled",
    "seeding",
    "stepwise",
    "unproposed",
    "valuing",
]


@runtime_checkable
class Sampler(Protocol):
    """Proposes configurations: a pure function of what is known and of the trial's address."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        """Coded values, shape (len(space),); NaN where the choice is left to the prior.

        Must accept any space, the empty one and single parameters too, and give the same answer to the same
        question, also in another process.

        Raises:
            SearchSpaceExhausted: If there is nothing left to try; the study then ends in order.
        """
        ...


@runtime_checkable
class StepwiseSampler(Sampler, Protocol):
    """A sampler that is asked again for what it leaves open, parameter by parameter, when the objective suggests it.

    For samplers whose choice depends on which parameters there are at all, or may lie outside of their domains. What
    `sample` leaves open, NaN, stays so in the log.
    """

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """The value of a parameter, as the objective gets it; pure, like `sample`.

        Args:
            name, distribution: Of the parameter.
            history: What was known when the trial began, with what it has suggested since as `given`.
            key: Of the trial.

        Raises:
            ValueError: If there is none; the trial then fails.
        """
        ...


@final
@dataclass(frozen=True)
class Choice:
    """A sampler, and why it is the one to ask.

    Args:
        sampler: What proposes.
        reason: The rest of a sentence that begins "because".
    """

    sampler: Sampler
    reason: str


@runtime_checkable
class ChoosingSampler(Sampler, Protocol):
    """A sampler that asks one of several others, and can say which one and why."""

    def choose(self, space: Space, history: History) -> Choice:
        """What proposes a trial over a space that starts now; pure, and quick."""
        ...


@runtime_checkable
class ConstrainingSampler(Sampler, Protocol):
    """A sampler that brings the study's constraints along, as in Optuna."""

    @property
    def constraints_func(self) -> Callable[[Any], Sequence[float]] | None:
        """Called with the record of each trial that completes or is pruned; None for no constraints."""
        ...


@runtime_checkable
class EndingSampler(Sampler, Protocol):
    """A sampler that tries a list or a tree of configurations, and has nothing left one day."""

    def is_used_up(self, history: History, key: Key) -> bool:
        """Whether nothing is left for a trial to try, of what has the values that `history.given` gives."""
        ...


@runtime_checkable
class SeededSampler(Sampler, Protocol):
    """A sampler that says what the seed of a study is to be that is created with it, as in Optuna."""

    @property
    def seed(self) -> int | None:
        """A whole number ≥ 0; None leaves it to what it wraps, or to chance."""
        ...


@runtime_checkable
class WholeStudySampler(Sampler, Protocol):
    """A sampler that counts what was tried, and so knows all trials under a pruner that divides them, too."""

    @property
    def knows_all(self) -> bool:
        """Whether it does so; without it, it knows the trials of its own group, like any other sampler."""
        ...


def stepwise(sampler: Sampler) -> StepwiseSampler | None:
    """What is asked for parameters one by one; None if a sampler leaves open ones to the prior."""
    return next((one for one in layers(sampler) if isinstance(one, StepwiseSampler)), None)


def choosing(sampler: Sampler) -> ChoosingSampler | None:
    """What chooses among samplers; None if nothing does."""
    return next((one for one in layers(sampler) if isinstance(one, ChoosingSampler)), None)


def ending(sampler: Sampler) -> EndingSampler | None:
    """What has nothing left to try one day; None if there is always more."""
    return next((one for one in layers(sampler) if isinstance(one, EndingSampler)), None)


def constraining(sampler: Sampler) -> Callable[[Any], Sequence[float]] | None:
    """The function that says a finished trial's constraints; None if there is none."""
    found = (one.constraints_func for one in layers(sampler) if isinstance(one, ConstrainingSampler))
    return next((function for function in found if function is not None), None)


def seeding(sampler: Sampler) -> int | None:
    """The seed for a study that is created with a sampler; None if it says none."""
    seeds = (one.seed for one in layers(sampler) if isinstance(one, SeededSampler))
    return next((seed for seed in seeds if seed is not None), None)


def unproposed(sampler: Sampler, space: Space, key: Key) -> list[float]:
    """Coded values for a trial that the sampler has none for: open where it is asked again, else the prior's."""
    return [math.nan] * len(space) if stepwise(sampler) is not None else space.uniform(key).tolist()


def sampled(sampler: Sampler, space: Space, history: History, key: Key) -> list[float]:
    """The sampler's coded values, with the prior's where it left the choice open and is not to be asked again.

    Raises:
        TypeError, ValueError: If the sampler's answer is no array of numbers, or has another shape than the space.
    """
    row = sampler.sample(space, history, key)
    if not isinstance(row, np.ndarray) or row.shape != (len(space.names),) or row.dtype.kind not in "fiu":
        raise _wrong_answer(sampler, space, row)
    values: list[float] = row.tolist()
    total = sum(values)
    if total != total and stepwise(sampler) is None:  # only then can there be a NaN
        prior = space.uniform(key).tolist()
        return [drawn if value != value else value for value, drawn in zip(values, prior, strict=True)]
    return values


def valuing(sampler: Sampler) -> Callable[[str, BaseDistribution, History, Key], Any]:
    """What says the value of a parameter for which there is no proposal: see `StepwiseSampler.value`.

    A sampler that is not asked for parameters one by one says it by its answer for a space of this one alone.
    """
    asked = stepwise(sampler)
    return partial(_sampled_alone, sampler) if asked is None else asked.value


def _sampled_alone(sampler: Sampler, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
    (coded,) = sampled(sampler, Space({name: distribution}), history, key)
    return distribution.decode(coded)


def _wrong_answer(sampler: Sampler, space: Space, row: Any) -> Exception:
    wanted = f"{sampler!r} must return coded values, an array of floats of shape ({len(space)},) for {list(space)!r}"
    if isinstance(row, Mapping):
        return TypeError(f"{wanted}, got {row!r}; space.encode({{name: value}}) makes one of values.")
    if not isinstance(row, np.ndarray):
        return TypeError(f"{wanted}, got {row!r} of type {type(row).__name__}.")
    return ValueError(f"{wanted}, got the shape {row.shape} and the type {row.dtype}.")
