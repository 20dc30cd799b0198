"""What a pruner is, and what some can do besides."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from hpo.history import Curve, History
from hpo.protocols.samplers import Sampler, WholeStudySampler
from hpo.protocols.wrapping import layers

__all__ = [
    "CohortPruner",
    "PairingPruner",
    "PausingPruner",
    "Pruner",
    "cohort",
    "cohorts",
    "divides",
    "pairs",
    "pausing",
]


@runtime_checkable
class Pruner(Protocol):
    """Decides whether to stop a trial early: pure functions of what is known and of the trial's own curve."""

    def prune(self, history: History, curve: Curve) -> bool:
        """Whether the trial should end, asked after its latest report; the curve is never empty."""
        ...


@runtime_checkable
class CohortPruner(Pruner, Protocol):
    """A pruner that divides the trials into groups which do not compete with each other."""

    def cohort(self, history: History, number: int) -> History:
        """What the sampler of a trial may know: of `history` the trials that compete with this one."""
        ...


@runtime_checkable
class PausingPruner(Pruner, Protocol):
    """A pruner that does not end the trials that it stops: they wait until it promotes them."""

    @property
    def pauses(self) -> bool:
        """Whether it does so; without it, it is like any other pruner."""
        ...

    def promote(self, history: History) -> int | None:
        """The number of the paused trial that is to go on now, one of `history.paused`; None for a new one."""
        ...


@runtime_checkable
class PairingPruner(Pruner, Protocol):
    """A pruner that compares trials step by step, so that each step is to be reported by itself.

    Others compare how trials stand, for which the mean of all steps so far says more than the latest one.
    """

    @property
    def pairs(self) -> bool:
        """Whether it does so."""
        ...


def cohorts(pruner: Pruner) -> CohortPruner | None:
    """What divides the trials under a pruner; None if nothing does."""
    return next((one for one in layers(pruner) if isinstance(one, CohortPruner)), None)


def cohort(pruner: Pruner, history: History, number: int) -> History:
    """The trials that compete with one under a pruner: all, unless it divides them."""
    dividing = cohorts(pruner)
    return history if dividing is None else dividing.cohort(history, number)


def divides(pruner: Pruner, sampler: Sampler) -> CohortPruner | None:
    """What divides the trials that a sampler knows under a pruner; None if nothing does, or it knows them all."""
    if any(isinstance(one, WholeStudySampler) and one.knows_all for one in layers(sampler)):
        return None
    return cohorts(pruner)


def pausing(pruner: Pruner) -> PausingPruner | None:
    """What promotes trials that a pruner stopped; None if they do not wait for that."""
    return next((one for one in layers(pruner) if isinstance(one, PausingPruner) and one.pauses), None)


def pairs(pruner: Pruner) -> bool:
    """Whether folds, seeds or instances are to be reported each by itself under a pruner, not as their mean so far."""
    return any(isinstance(one, PairingPruner) and one.pairs for one in layers(pruner))
