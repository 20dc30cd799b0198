"""Whether a study still finds better trials."""

from __future__ import annotations

import numpy as np

from hpo.events import TrialState
from hpo.history import History
from hpo.samplers.model.units import median

__all__ = ["is_stalled", "latest"]

_LATEST = 0.2  # the share of trials that are looked at
_LEAST = 8  # or so many
_NOTHING = 0.01  # of the distance from the median to the best loss; a smaller gain is none


def latest(n: int) -> int:
    """How many of `n` trials are the latest ones."""
    return max(_LEAST, int(_LATEST * n))


def is_stalled(history: History) -> bool:
    """Whether the latest complete trials have found nothing that is better by more than a trifle; of one objective.

    Trials that break a constraint count as found nothing.
    """
    complete = (history.state == TrialState.COMPLETE) & ~np.isnan(history.losses[:, 0])
    losses = np.where(history.violation > 0, np.inf, history.losses[:, 0])[complete]
    early = len(losses) - latest(len(losses))
    if early < 2:
        return False
    best, known = losses.min(), losses[:early].min()
    if not np.isfinite(best) or not np.isfinite(known):
        return bool(best == known)
    middle = median(losses[np.isfinite(losses)])
    with np.errstate(over="ignore"):
        return bool(known - best <= _NOTHING * (middle - best))
