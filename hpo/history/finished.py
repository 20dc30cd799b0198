"""What is known of a trial that has finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpo.arrays import JSON, Report
from hpo.events import TrialError, TrialFinished, TrialState
from hpo.history.running import RunningTrial
from hpo.space import Space

__all__ = ["Finished", "finished", "violation"]


@dataclass(frozen=True, slots=True)
class Finished:
    """All that is known of one finished trial; shared parts must not be changed."""

    number: int
    state: TrialState
    start: float
    end: float
    values: tuple[float, ...] | None
    parameters: dict[str, Any]
    space: Space
    reports: dict[int, Report]
    user_attrs: Mapping[str, JSON]
    system_attrs: Mapping[str, JSON]
    constraints: Mapping[str, float]
    error: TrialError | None


def finished(trial: RunningTrial, event: TrialFinished, space: Space) -> Finished:
    """What is known of a running trial that ends with an event, whose parameters have the distributions `space`."""
    return Finished(
        trial.number,
        event.state,
        trial.time,
        event.time,
        event.values,
        dict(event.parameters),
        space,
        dict(trial.reports.items()),
        trial.user_attrs | dict(event.user_attrs),
        trial.system_attrs | dict(event.system_attrs),
        event.constraints,
        event.error,
    )


def violation(constraints: Mapping[str, float]) -> float:
    """How far a trial is from feasible: the sum of what its constraints exceed 0 by; 0 if it is feasible."""
    return sum(value for value in constraints.values() if value > 0) if constraints else 0.0
