"""The end when a value has been reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from hpo.checks import check_number
from hpo.history import History
from hpo.running.stopping.so_far import StoppableHistory, feasible_losses, stop_if

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["Target"]


@final
@dataclass(frozen=True)
class Target:
    """Ends `optimize` when a complete and feasible trial is at least as good as a value.

    Args:
        value: As the objective returns it.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is NaN, and when called for a study with several objectives.

    Example:
        >>> study.optimize(objective, n_trials=500, callbacks=[Target(0.01)])
    """

    value: float

    def __post_init__(self) -> None:
        check_number("value", self.value)

    def __call__(self, study: StoppableHistory, trial: FrozenTrial) -> None:
        """End the run if so."""
        stop_if(self.is_over, study, trial)

    def is_over(self, history: History) -> bool:
        """Whether some trial is as good."""
        losses = feasible_losses(history, self)
        wanted = float(history.signs[0]) * self.value
        return bool((losses <= wanted).any())
