"""Writers to one SQLite file, one after the other."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

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
        self._file: int | None = None
        _in_use.add(self)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The block runs while no other one does, in whatever thread or process."""
        with self._lock:
            file = None if fcntl is None else self._open()
            if file is None:
                yield
                return
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the log; the next turn opens it again."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _open(self) -> int | None:
        """The log that there is now; None if there is none."""
        if self._file is not None and os.fstat(self._file).st_nlink == 0:
            self.close()  # all connections had been closed meanwhile, and with the next one came another log
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDWR)
            except OSError:  # not written yet, or only to be read
                return None
        return self._file

    def _start_in_child(self) -> None:
        self.close()  # else the parent's turn could outlive the parent
        self._lock = threading.Lock()


_in_use: weakref.WeakSet[WriterQueue] = weakref.WeakSet()


def _start_in_child() -> None:
    for queue in list(_in_use):
        queue._start_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_in_child)
