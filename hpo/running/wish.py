"""What kind of trials is to begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hpo.events import RunLimits

if TYPE_CHECKING:
    from hpo.running.budget import Budget

__all__ = ["Wish"]


class Wish(NamedTuple):
    """What kind of trials is to begin.

    Args:
        deferred: As in `TrialStarted`.
        budgets: They must have room, except for a trial that goes on.
        new: Otherwise only paused ones.
        proposes: Ask the sampler here, even if it is slow; otherwise such a trial awaits its proposal.
        waits: Whether proposals may be written a moment later, and ends that were posted be among what others know.
        queued: The number of the one queued trial to begin.
        run: What the run means to do whose first trial is among them; the log gets it together with that one.
    """

    deferred: bool = False
    budgets: Sequence[Budget] = ()
    new: bool = True
    proposes: bool = True
    waits: bool = False
    queued: int | None = None
    run: RunLimits | None = None
