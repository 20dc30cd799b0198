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

_due: weakref.WeakSet[Log] = weakref.WeakSet()
_lock = threading.Lock()


def flush_soon(log: Log) -> None:
    """Have what is posted to a log written in a moment, if nothing else is written before.

    A thread of its own does it, so that a storage that does not answer holds up no other.
    """
    with _lock:
        if log in _due:
            return
        _due.add(log)
    threading.Thread(target=_flush, args=(log,), name="hpo-soon", daemon=True).start()


def _flush(log: Log) -> None:
    time.sleep(_MOMENT)
    with _lock:
        _due.discard(log)
    try:
        with log.lock:
            log.flush()
    except Exception as error:  # whoever writes next meets it, too
        logger.debug(f"A proposal could not be written yet: {error}")


def _forget_after_fork() -> None:
    global _due, _lock
    _due, _lock = weakref.WeakSet(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
