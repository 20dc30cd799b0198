"""The objective in the thread that runs the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from hpo.running.current import CurrentRun
from hpo.running.outcome import outcome_of
from hpo.running.place import Landed, Result
from hpo.trial.live import LiveTrial

__all__ = ["AtOnce"]


@final
class AtOnce:
    """Calls the objective as soon as a trial is sent, in the thread that sends it, which is the one Ctrl-C reaches.

    Args:
        objective: What is called with a trial's data.
        n_objectives: How many values it returns.
        catch: Exceptions that make a trial fail and the run go on.
    """

    slots = 1
    is_away = proposes = False

    def __init__(
        self, objective: Callable[[LiveTrial], Any], n_objectives: int, catch: tuple[type[BaseException], ...] = ()
    ) -> None:
        self._objective = objective
        self._n_objectives = n_objectives
        self._catch = catch

    def send(self, run: CurrentRun, trial: LiveTrial, landed: Landed) -> None:
        del run  # which this thread is within
        result = Result(*outcome_of(self._objective, trial, self._n_objectives, self._catch))
        landed(trial, lambda: result)

    def close(self) -> None:
        """Do nothing: it holds nothing."""
