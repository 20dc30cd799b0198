"""Where objectives are called: in this process, or in others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from hpo.running.current import CurrentRun
from hpo.running.outcome import Outcome
from hpo.trial.live import LiveTrial

__all__ = ["Landed", "Place", "Result"]


class Result(NamedTuple):
    """What came of a trial.

    Args:
        outcome: How it ends; None if the sampler had nothing left for it, so that it has never begun.
        error: What ends the run.
        proposing: Seconds that the sampler took, if it was asked there.
        stops: Whether the objective wants no more trials to begin.
    """

    outcome: Outcome | None
    error: BaseException | None = None
    proposing: float | None = None
    stops: bool = False


Landed = Callable[[LiveTrial, Callable[[], Result | None]], None]
"""Called in whatever thread with a trial that is back, and what reads its result; None if it is under way again."""


class Place(Protocol):
    """Calls the objective with the trials that it is sent."""

    @property
    def slots(self) -> int:
        """How many trials run at the same time."""
        ...

    @property
    def is_away(self) -> bool:
        """Whether that is, as a rule, in other processes."""
        ...

    @property
    def proposes(self) -> bool:
        """Whether a slow sampler is better asked there, by processes of which each has a core of its own."""
        ...

    def send(self, run: CurrentRun, trial: LiveTrial, landed: Landed) -> None:
        """Have a trial of a run called."""
        ...

    def close(self) -> None:
        """Give back what it holds; what is under way in other processes ends."""
        ...
