"""How the trials of a study stand now: one row for each, and how many there are in each state."""

from __future__ import annotations

import numpy as np

from hpo.events import TrialState
from hpo.history import History

__all__ = ["latest", "state_counts"]


def latest(history: History) -> History:
    """One row for each trial that is not running: what it was when it paused is left out if it went on."""
    is_over = (history.state == TrialState.PAUSED) & ~history.paused
    return history.where(~is_over) if is_over.any() else history


def state_counts(history: History) -> dict[TrialState, int]:
    """How many trials are in each state, without the waiting ones, which no history knows."""
    counts = np.bincount(latest(history).state, minlength=len(TrialState)).tolist()
    return {state: len(history.running) if state is TrialState.RUNNING else counts[state] for state in TrialState}
