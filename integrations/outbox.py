"""Work that is done beside the study, in a thread of its own, whatever becomes of it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, final

__all__ = ["Failure", "Outbox"]


class Failure(NamedTuple):
    """A job that raised.

    Args:
        job: What it was about.
        error: What it raised.
    """

    job: str
    error: Exception


@final
class Outbox:
    """Does one job after another; nobody waits for it unless they want to, and no longer than they want to."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[str, Callable[[], object]] | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._n_left = 0
        self._failures: list[Failure] = []
        threading.Thread(target=self._work, name="hpo-tracker", daemon=True).start()

    @property
    def n_left(self) -> int:
        """How many jobs are not done."""
        return self._n_left

    def put(self, name: str, job: Callable[[], object]) -> None:
        """Add a job, and return at once."""
        with self._changed:
            self._n_left += 1
        self._jobs.put((name, job))

    def failures(self) -> list[Failure]:
        """The jobs that raised since this was last asked."""
        with self._changed:
            found, self._failures = self._failures, []
        return found

    def wait(self, timeout: float) -> bool:
        """Wait until all is done, or for a number of seconds; whether all is done."""
        until = time.monotonic() + timeout
        with self._changed:
            while self._n_left and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            return not self._n_left

    def close(self) -> None:
        """Take no more jobs; the thread ends when it has done what it has."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            failure = None
            try:
                job[1]()
            except Exception as error:
                failure = Failure(job[0], error)
            with self._changed:
                self._failures += [failure] if failure else []
                self._n_left -= 1
                self._changed.notify_all()
