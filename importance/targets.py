"""What of each trial is looked at: a number that a function tells of it, or one of the objectives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from hpo.words import count

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["Function", "Target", "as_function", "objective_of", "told"]

Function: TypeAlias = "Callable[[FrozenTrial], float]"

Target: TypeAlias = "Function | int | None"
"""What to look at of each trial: a function of it, or the index of an objective; None for the values."""


def objective_of(target: Target, n_objectives: int) -> int | None:
    """The index from 0 of the objective that is meant; None if the target is a function, or there is none.

    Raises:
        ValueError: If there is no such objective, or the target is something else.
    """
    if target is None or callable(target):
        return None
    if not isinstance(target, int) or isinstance(target, bool):
        raise ValueError(f"target must be a function of a trial or the index of an objective, got {target!r}.")
    if not -n_objectives <= target < n_objectives:
        raise ValueError(f"target must be the index of one of {count(n_objectives, 'objective')}, got {target!r}.")
    return target % n_objectives


def as_function(study: Readable, target: Target) -> Function | None:
    """A target as a function of complete trials whose small values are good; None for all values of the study.

    Raises:
        ValueError: As in `objective_of`.
    """
    n_objectives = len(study.directions)
    index = objective_of(target, n_objectives)
    if index is None:
        assert target is None or callable(target)
        return target
    if n_objectives == 1:
        return None
    sign = float(study.history.signs[index])

    def loss(trial: FrozenTrial) -> float:
        assert trial.values is not None  # only complete trials are asked
        return sign * trial.values[index]

    return loss


def told(target: Function, trial: FrozenTrial) -> float:
    """What a target says of a trial.

    Raises:
        ValueError: If it is no number.
    """
    value = target(trial)
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"target must return a number, got {value!r} for trial {trial.number}.") from None
