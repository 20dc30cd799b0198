"""Why a study has no best trial: what became of those that there are."""

from __future__ import annotations

import numpy as np

from hpo.events import TrialState
from hpo.history import History
from hpo.reading.counts import latest, state_counts
from hpo.words import count, shown

__all__ = ["last_error", "why_none_is_best"]

_WORDS = {TrialState.FAIL: "failed", TrialState.PRUNED: "pruned", TrialState.PAUSED: "paused"}
_LONGEST = 300  # characters of an error's message


def why_none_is_best(history: History) -> str:
    """How the trials stand and the last error; where trials are complete, how far the nearest is from feasible."""
    history = latest(history)
    complete = history.where(history.state == TrialState.COMPLETE)
    if len(complete):
        nearest = int(np.argmin(complete.violation))
        broken = complete.finished(nearest).constraints
        names = ", ".join(f"{name}={shown(float(value))}" for name, value in broken.items() if value > 0)
        return (
            f"No feasible trials are completed yet: {count(len(complete), 'complete trial')}, and each violates a "
            f"constraint. The nearest is trial {complete.number[nearest]} ({names}; feasible where ≤ 0)."
        )
    counts = state_counts(history)
    stand = [count(counts[state], word, word) for state, word in _WORDS.items() if counts[state]]
    stand += [count(counts[TrialState.RUNNING], "running", "running")] if counts[TrialState.RUNNING] else []
    if not stand:
        return "No trials are completed yet: run some with study.optimize(objective, n_trials=…)."
    return f"No trials are completed yet: of {count(sum(counts.values()))}, {', '.join(stand)}.{last_error(history)}"


def last_error(history: History) -> str:
    """A sentence with the error of the last trial that failed; empty without one."""
    failed = np.flatnonzero(history.state == TrialState.FAIL)
    if not len(failed):
        return ""
    trial = history.finished(int(failed[-1]))
    if trial.error is None:
        return f" Trial {trial.number} was told to have failed."
    whole = trial.error.message.strip()
    message = whole.partition("\n")[0].rstrip()[: _LONGEST - 1]
    message += "…" if len(message) < len(whole) else ""
    return f" The last error, of trial {trial.number}: {trial.error.type}: {message}"
