"""The end when a study holds a number of trials."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from hpo.checks import check_count
from hpo.events import TrialState
from hpo.reading.states import wanted_states
from hpo.running.budget import Budget

if TYPE_CHECKING:
    from hpo.running.callbacks import StoppableStudy
    from hpo.trial.frozen import FrozenTrial

__all__ = ["MaxTrialsCallback"]


@final
@dataclass(frozen=True)
class MaxTrialsCallback:
    """Ends `optimize` when the study holds a number of trials, whoever ran them.

    `optimize` starts no trial that could exceed the number, so that workers together never do. With `states` that not
    every end of a trial counts for, those of `ask(distributions)` are left out: somebody may tell them another day.

    Args:
        n_trials: That number, ≥ 0.
        states: Which trials count; None for all.

    Raises:
        TypeError: If `n_trials` is no whole number, or `states` is something else, such as one state.
        ValueError: If `n_trials` is negative.

    Example:
        >>> study.optimize(objective, callbacks=[MaxTrialsCallback(100)])
    """

    n_trials: int
    states: Container[TrialState] | None = (TrialState.COMPLETE,)

    def __post_init__(self) -> None:
        check_count("n_trials", self.n_trials, 0)
        if self.states is not None:
            object.__setattr__(self, "states", tuple(wanted_states(self.states)))

    @property
    def budget(self) -> Budget:
        """How many trials the study may have."""
        return Budget(self.n_trials, self.states)

    def __call__(self, study: StoppableStudy, trial: FrozenTrial) -> None:
        """End the run if the study holds as many trials."""
        del trial
        if study.count_trials(self.states) >= self.n_trials:
            study.stop()
