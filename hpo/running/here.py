"""The objective in threads of this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from hpo.running.current import CurrentRun, enter, leave
from hpo.running.executor import Executor
from hpo.running.outcome import outcome_of
from hpo.running.place import Landed, Result
from hpo.trial.live import LiveTrial

__all__ = ["Here"]


@final
class Here:
    """Has an executor call the objective.

    Args:
        executor: Which.
        objective: What is called with a trial's data.
        n_objectives: How many values it returns.
        catch: Exceptions that make a trial fail and the run go on.
    """

    is_away = proposes = False

    def __init__(
        self,
        executor: Executor,
        objective: Callable[[LiveTrial], Any],
        n_objectives: int,
        catch: tuple[type[BaseException], ...] = (),
    ) -> None:
        self.slots = executor.slots
        self._executor = executor
        self._objective = objective
        self._n_objectives = n_objectives
        self._catch = catch

    def send(self, run: CurrentRun, trial: LiveTrial, landed: Landed) -> None:
        self._executor.submit(self._call, run, trial, landed)

    def close(self) -> None:
        self._executor.close()

    def _call(self, run: CurrentRun, trial: LiveTrial, landed: Landed) -> None:
        outer = enter(run)
        try:
            outcome, error = outcome_of(self._objective, trial, self._n_objectives, self._catch)
        finally:
            leave(outer)
        result = Result(outcome, error)
        landed(trial, lambda: result)
