"""What a caller of `Study.tell` means."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.caution import warn
from hpo.events import TrialState
from hpo.running.finishing import as_paused, as_pruned
from hpo.running.outcome import Outcome, read_values
from hpo.running.participant import Participant

__all__ = ["told_outcome"]


def told_outcome(
    participant: Participant, number: int, values: float | Sequence[float] | None, state: TrialState | None
) -> Outcome:
    """How a trial ends that is told so.

    Raises:
        ValueError: If values and state contradict each other.
    """
    if state in (TrialState.RUNNING, TrialState.WAITING):
        raise ValueError(f"Cannot tell with state {TrialState(state).name}.")
    if state in (TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED):
        if values is not None:
            raise ValueError(f"A trial told as {TrialState(state).name} takes no values, got {values!r}.")
        if state is TrialState.PAUSED:
            return as_paused(participant, number)
        return as_pruned(participant, number) if state is TrialState.PRUNED else Outcome(TrialState.FAIL)
    read = read_values(values, participant.n_objectives)
    if not isinstance(read, str):
        return Outcome(TrialState.COMPLETE, read)
    if state is TrialState.COMPLETE:
        raise ValueError(f"Cannot tell as COMPLETE: {read}")
    warn(f"Trial {number} is stored as failed: {read}")
    return Outcome.of_return(values, participant.n_objectives)
