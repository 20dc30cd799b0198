"""Leases: how the workers of a study know that the others are alive.

Every storage that processes share keeps a count per running trial, which the trial's worker raises now and then.
An observer takes a trial for lost if its count has not moved for a while **by the observer's own monotonic clock**,
so that clocks that jump, or differ between machines, do no harm. A process that is certainly gone is noticed at once.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Collection, Mapping
from typing import Protocol, final

from hpo import logging
from hpo.history.running import RunningTrial
from hpo.log.worker import is_gone
from hpo.protocols import LeasePolicy

__all__ = ["Leaseholder", "Observer", "keep"]

logger = logging.get_logger(__name__)


@final
class Observer:
    """What one worker has seen of the others' leases.

    Args:
        policy: When they expire.
    """

    def __init__(self, policy: LeasePolicy) -> None:
        self._policy = policy
        self._seen: dict[int, tuple[int, float]] = {}  # by trial: its count, and since when it has been that
        self._next_look = self._next_read = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time for another look."""
        return time.monotonic() >= self._next_look

    def lost(self, trials: Collection[RunningTrial], beats: Callable[[], Mapping[int, int]]) -> list[RunningTrial]:
        """Those of the others' running trials whose worker is gone or whose lease has expired.

        Args:
            trials: The others'.
            beats: Reads the counts; called once per renewal period.
        """
        now = time.monotonic()
        self._next_look = now + min(1.0, self._policy.renew_every)
        if not trials:
            return []
        lost = [trial for trial in trials if is_gone(trial.worker)]
        if now >= self._next_read:
            self._next_read = now + self._policy.renew_every / 2
            counts = beats()
            self._seen = {trial.number: self._observed(trial.number, counts, now) for trial in trials}
            lost += [
                trial
                for trial in trials
                if trial not in lost and now - self._seen[trial.number][1] > self._policy.lost_after
            ]
        return lost

    def _observed(self, number: int, counts: Mapping[int, int], now: float) -> tuple[int, float]:
        count = counts.get(number, 0)
        before = self._seen.get(number)
        return before if before is not None and before[0] == count else (count, now)


class Leaseholder(Protocol):
    """Something with leases to renew: a study."""

    def renew_leases(self) -> bool:
        """Raise the counts of the running trials; whether there may be more to renew later."""
        ...


def keep(holder: Leaseholder, every: float) -> threading.Thread:
    """Renew a holder's leases as long as it lives and has any, in a thread of its own.

    So a storage that does not answer holds up the leases in that storage, and no others.

    Args:
        holder: Not kept alive by the thread, but while it renews.
        every: Seconds between two renewals; the first one comes after as many.
    """
    thread = threading.Thread(target=_renew, args=(weakref.ref(holder), every), name="hpo-leases", daemon=True)
    thread.start()
    return thread


def _renew(reference: weakref.ref[Leaseholder], every: float) -> None:
    pause = threading.Event()
    goes_on = True
    while goes_on:
        pause.wait(every)
        goes_on = (holder := reference()) is not None and _renewed(holder)
        del holder  # keeps nothing alive while it waits


def _renewed(holder: Leaseholder) -> bool:
    try:
        return holder.renew_leases()
    except Exception as error:  # the database may be away for a while; the next renewal may succeed
        logger.debug(f"Leases could not be renewed: {error}")
        return True
