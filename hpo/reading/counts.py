"""How many trials there are in each state."""

from __future__ import annotations

import numpy as np

from hpo.events import TrialState
from hpo.history import History

__all__ = ["state_counts"]


def state_counts(history: History) -> dict[TrialState, int]:
    """How many trials are in each state, without the waiting ones, which no history knows."""
    rows = np.bincount(history.state, minlength=len(TrialState)).tolist()
    now = {
        TrialState.WAITING: 0,
        TrialState.RUNNING: len(history.running),
        TrialState.PAUSED: int(history.paused.sum()),  # the other rows are of trials that went on
    }
    return {state: now.get(state, rows[state]) for state in TrialState}
