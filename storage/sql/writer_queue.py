"""Writers to one SQLite file, one after the other."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from hpo.storage.disk import sync

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting must do
    fcntl = None  # type: ignore[assignment]

__all__ = ["WriterQueue"]


@final
class WriterQueue:
    """Lets one writer through at a time, and wakes the next one as soon as it has left.

    SQLite makes writers wait by sleeping, up to a tenth of a second at a time, in which the file lies idle; here
    the kernel queues them. It is a courtesy among hpo's processes only: SQLite's own lock, which every program
    respects, is what keeps the file whole. The kernel ends the turn of a process that dies.

    They queue for an `flock` on the write-ahead log, which SQLite itself never locks, and removes when the last
    connection is closed: so nothing is left beside the database. Where there is no log, nobody waits here.

    Args:
        path: Of the write-ahead log. (Never the database itself: closing it would drop SQLite's locks.)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._log: _Log | None = None
        _in_use.add(self)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The block runs while no other one does, in whatever thread or process."""
        with self._lock:
            log = None if fcntl is None else self._open()
            if log is None:
                yield
                return
            fcntl.flock(log.file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(log.file, fcntl.LOCK_UN)

    def flush(self) -> bool:
        """Return when the log is on the disk; False if it is not open here. For who has a connection of the database.

        To open a file that is locked once more, and to close it, costs a tenth of what a short trial takes.
        """
        log = self._log
        if log is None:
            return False
        sync(log.file)
        return True

    def close(self) -> None:
        """Let go of the log; the next turn opens it again."""
        self._log = None

    def _open(self) -> _Log | None:
        """The log that there is now; None if there is none."""
        if self._log is not None and os.fstat(self._log.file).st_nlink == 0:
            self._log = None  # all connections had been closed meanwhile, and with the next one came another log
        if self._log is None:
            try:
                self._log = _Log(os.open(self._path, os.O_RDWR))
            except OSError:  # not written yet, or only to be read
                return None
        return self._log

    def _start_in_child(self) -> None:
        if self._log is not None:
            self._log.close()  # else the parent's turn could outlive the parent
        self._log = None
        self._lock = threading.Lock()


@final
class _Log:
    """An open file, which is closed when nobody uses it any more.

    Args:
        file: Its descriptor.
    """

    def __init__(self, file: int) -> None:
        self.file = file
        self._is_open = True

    def close(self) -> None:
        """Close it now, whoever uses it."""
        if self._is_open:
            self._is_open = False
            os.close(self.file)

    def __del__(self) -> None:
        self.close()


_in_use: weakref.WeakSet[WriterQueue] = weakref.WeakSet()


def _start_in_child() -> None:
    for queue in list(_in_use):
        queue._start_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_in_child)
