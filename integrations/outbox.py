"""Work that is done beside the study, in a thread of its own, whatever becomes of it."""

from __future__ import annotations

import threading
from collections import deque
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
    error: BaseException


@final
class Outbox:
    """Does one job after another; nobody waits for it unless they want to, and no longer than they want to.

    Its thread lives as long as there is something to do.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: deque[tuple[str, Callable[[], object]]] = deque()  # the first one is being done
        self._is_working = False
        self._failures: list[Failure] = []

    @property
    def n_left(self) -> int:
        """How many jobs are not done."""
        return len(self._jobs)

    def put(self, name: str, job: Callable[[], object]) -> None:
        """Add a job, and return at once."""
        with self._changed:
            self._jobs.append((name, job))
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name="hpo-tracker", daemon=True).start()

    def failures(self) -> list[Failure]:
        """The jobs that raised since this was last asked."""
        with self._changed:
            found, self._failures = self._failures, []
        return found

    def wait(self, timeout: float) -> bool:
        """Wait until all is done, or for a number of seconds; whether all is done."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, timeout)

    def _work(self) -> None:
        while (entry := self._next()) is not None:
            name, job = entry
            failures = []
            try:
                job()
            except BaseException as error:  # a library that calls sys.exit ends nothing but its job
                failures.append(Failure(name, error))
            with self._changed:
                self._failures += failures
                self._jobs.popleft()
                self._changed.notify_all()

    def _next(self) -> tuple[str, Callable[[], object]] | None:
        with self._changed:
            self._is_working = bool(self._jobs)
            return self._jobs[0] if self._jobs else None
