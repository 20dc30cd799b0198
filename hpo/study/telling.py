"""What a caller of `Study.tell` means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hpo.caution import warn
from hpo.events import TrialState
from hpo.running.finishing import as_paused, as_pruned
from hpo.running.outcome import Outcome, read_values
from hpo.running.participant import Participant
from hpo.trial.frozen import FrozenTrial
from hpo.trial.port import TrialStudy
from hpo.trial.trial import Trial

__all__ = ["told_number", "told_outcome"]


def told_number(trial: Any, study: TrialStudy) -> int:
    """The number of the trial of a study that is meant by itself or by its number.

    Raises:
        TypeError: If it is neither.
        ValueError: If it is a trial of another study.
    """
    if isinstance(trial, Trial):
        if trial.study.identity != study.identity:
            raise ValueError(
                f"Trial {trial.number} is of the study {trial.study.study_name!r}, not of {study.study_name!r}; call "
                "the tell of that one."
            )
        return trial.number
    if isinstance(trial, int) and not isinstance(trial, bool):
        return trial
    if isinstance(trial, FrozenTrial):
        raise TypeError(
            f"Trial must be a trial object or trial number, got a record of trial {trial.number}; write "
            f"study.tell({trial.number}, …)."
        )
    raise TypeError(f"Trial must be a trial object or trial number, got {trial!r}.")


def told_outcome(
    participant: Participant, number: int, values: float | Sequence[float] | None, state: TrialState | None
) -> Outcome:
    """How a trial ends that is told so.

    Raises:
        TypeError: If the state is none.
        ValueError: If values and state contradict each other.
    """
    state = None if state is None else _checked(state)
    if state in (TrialState.RUNNING, TrialState.WAITING):
        raise ValueError(f"Cannot tell with state {TrialState(state).name}.")
    if state in (TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED):
        if values is not None:
            raise ValueError(f"A trial told as {TrialState(state).name} takes no values, got {values!r}.")
        if state is TrialState.PAUSED:
            return as_paused(participant, number)
        return as_pruned(participant, number) if state is TrialState.PRUNED else Outcome(TrialState.FAIL)
    _warn_of_what_is_unknown(participant, number)
    read = read_values(values, participant.n_objectives)
    if not isinstance(read, str):
        return Outcome(TrialState.COMPLETE, read)
    if state is TrialState.COMPLETE:
        raise ValueError(f"Cannot tell as COMPLETE: {read}")
    warn(f"Trial {number} is stored as failed: {read}")
    return Outcome.of_return(values, participant.n_objectives)


def _checked(state: Any) -> TrialState:
    """A state; Optuna's are the same integers."""
    if isinstance(state, int) and not isinstance(state, bool) and state in set(TrialState):
        return TrialState(state)
    near = next((one for one in TrialState if str(state).upper() == one.name), TrialState.PRUNED)
    raise TypeError(f"state must be a TrialState, such as hpo.TrialState.{near.name}, got {state!r}.")


def _warn_of_what_is_unknown(participant: Participant, number: int) -> None:
    """Say it where a trial ends of which only the process knows the parameters that asked for it."""
    record = participant.log.ledger.running.get(number)
    if record is None or number in participant.live or record.is_by_hand:
        return
    warn(
        f"Trial {number} was asked for by another process or study object, and is told by its number, so that what it "
        "suggested is not known here and not stored. Tell the trial itself, where it was asked for, or let "
        "study.ask(distributions) store what it suggests."
    )
