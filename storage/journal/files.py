"""Files that processes share: opened anew for each use, locked, written durably, and closed in forked children.

Opening a file is when NFS looks at what others have written. A child must neither keep a lock of its parent's, nor
wait for threads that it does not have.
"""

from __future__ import annotations

import errno
import io
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from hpo.exceptions import ReadOnlyStorageError, StorageFullError, StorageInternalError
from hpo.storage.disk import sync

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["check_system", "creating", "reading", "reading_alone", "write", "writing"]


def check_system() -> None:
    """Raise where the system lacks what files are shared by.

    Raises:
        StorageInternalError: If it does.
    """
    if fcntl is None:
        raise StorageInternalError(
            "A journal needs the locks of a POSIX system (Python's module fcntl), and this system has none. Use a "
            'database instead, such as storage="sqlite:///study.db".'
        )


@contextmanager
def reading(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """An existing file, while others may be writing."""
    with _opened(path, "r", None) as file:
        yield file


@contextmanager
def reading_alone(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """An existing file, while nobody is writing."""
    with _opened(path, "r", fcntl.LOCK_SH) as file:
        yield file


@contextmanager
def writing(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """An existing file, while nobody else is writing."""
    with _opened(path, "r+", fcntl.LOCK_EX) as file:
        yield file


@contextmanager
def creating(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """A file that is made if there is none, while nobody else is writing."""
    with _opened(path, "a+", fcntl.LOCK_EX) as file:
        yield file


def write(descriptor: int, data: bytes | bytearray, offset: int) -> None:
    """Write all of `data` at an offset and wait until it is on the disk."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[written:], offset + written
    sync(descriptor)


@contextmanager
def _opened(path: Path, mode: str, lock: int | None) -> Iterator[io.BufferedReader[Any]]:
    with _clear_errors(path, mode), ExitStack() as stack:
        with _forking:
            raw = stack.enter_context(io.FileIO(path, mode))
            _open_files.add(raw)
        file = stack.enter_context(io.BufferedReader(raw))
        try:
            if lock is not None:
                fcntl.flock(raw, lock)
            yield file
        finally:
            if lock is not None:
                fcntl.flock(raw, fcntl.LOCK_UN)  # closing is not enough where a library has forked meanwhile
            _open_files.discard(raw)


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def _clear_errors(path: Path, mode: str) -> Iterator[None]:
    """Raise errors of the operating system as errors of hpo that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError(
                f"There is no room left to write {path}. Nothing that was acknowledged is lost; free some space and go "
                f"on. (The system said: {error.strerror})"
            ) from error
        if error.errno in _FORBIDDEN and mode != "r":
            raise ReadOnlyStorageError(
                f"{path} cannot be written to. Reading works; to write, change the permissions of the file. "
                f"(The system said: {error.strerror})"
            ) from error
        raise StorageInternalError(
            f"{path} cannot be used: {error.strerror}. Does its folder exist, and does its file system offer locks?"
        ) from error


_forking = threading.RLock()  # held while a process forks, and while a file is opened
_open_files: set[io.FileIO] = set()


def _close_in_child() -> None:
    for file in list(_open_files):
        file.close()  # else the parent's lock could outlive the parent
    _open_files.clear()
    _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_forking.acquire, after_in_parent=_forking.release, after_in_child=_close_in_child)
