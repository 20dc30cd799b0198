"""Opening long logs: a page that has to wait for one says so, and comes when it has been read."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from threading import Lock
from typing import final

from hpo.dashboard.desk import Desk, OpenStudy

__all__ = ["Openings"]

_AT_ONCE = 2  # logs that are read at the same time


@final
class Openings:
    """The studies of a desk that are being opened, each by a thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._threads = ThreadPoolExecutor(_AT_ONCE, "hpo-dashboard-opening")
        self._begun: dict[str, Future[OpenStudy]] = {}
        self._lock = Lock()

    def within(self, identity: str, seconds: float) -> OpenStudy | None:
        """The study, if it is open by then; None if it takes longer, and whoever asks again may get it.

        Raises:
            UnknownStudyError: If there is none.
        """
        if self._desk.is_open(identity):
            return self._desk.open(identity)
        with self._lock:
            opening = self._begun.get(identity)
            if opening is None:
                opening = self._begun[identity] = self._threads.submit(self._desk.open, identity)
        try:
            study = opening.result(seconds)
        except NotYet:
            return None
        except BaseException:
            self._forget(identity)
            raise
        self._forget(identity)
        return study

    def _forget(self, identity: str) -> None:
        with self._lock:
            self._begun.pop(identity, None)
