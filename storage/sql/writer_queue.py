"""Writers to one SQLite file, one after the other."""

from __future__ import annotations

import os
import threading
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

    Args:
        path: A file beside the database. (Never the database itself: closing it would drop SQLite's locks.)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._pid = os.getpid()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The block runs while no other one does, in whatever thread or process."""
        if os.getpid() != self._pid:  # a forked process shares its parent's open file, and so its turn
            self.__init__(self._path)
        with self._lock:
            if fcntl is None or not self._open():
                yield
                return
            assert self._file is not None
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _open(self) -> bool:
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError:  # the folder is read-only, or full
                return False
        return True

    def close(self) -> None:
        """Close the file; the next turn opens it again."""
        if self._file is not None and os.getpid() == self._pid:
            os.close(self._file)
        self._file = None
