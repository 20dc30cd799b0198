"""Events that may wait a moment, so that others are written with them."""

from __future__ import annotations

import os
import threading
import time
import weakref

from hpo import logging
from hpo.log.log import Log

__all__ = ["flush_soon"]

_MOMENT = 0.05
"""Seconds: longer than what is begun for nothing, and shorter than what anyone waits for."""

logger = logging.get_logger(__name__)


def flush_soon(log: Log) -> None:
    """Have what is posted to a log written in a moment, if nothing else is written before, by the process's one thread
    for that."""
    _flusher.add(log)


class _Flusher:
    """The thread, and the logs that it is to flush."""

    def __init__(self) -> None:
        self._logs: weakref.WeakSet[Log] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._due = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, log: Log) -> None:
        with self._lock:
            self._logs.add(log)
            if self._thread is None:
                self._thread = threading.Thread(target=self._flush_for_ever, name="hpo-soon", daemon=True)
                self._thread.start()
        self._due.set()

    def _flush_for_ever(self) -> None:
        while True:
            self._due.wait()
            time.sleep(_MOMENT)
            self._due.clear()
            for log in self._taken():
                try:
                    with log.lock:
                        log.flush()
                except Exception as error:  # whoever writes next meets it, too
                    logger.debug(f"A proposal could not be written yet: {error}")
            log = None  # type: ignore[assignment]  # keeps nothing alive while it waits

    def _taken(self) -> list[Log]:
        with self._lock:
            logs = list(self._logs)
            self._logs.clear()
            return logs


_flusher = _Flusher()


def _start_in_child() -> None:
    global _flusher
    _flusher = _Flusher()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_in_child)
