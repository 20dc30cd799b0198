"""What scripts written for Optuna give to `JournalStorage` in the place of a path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import final

__all__ = ["JournalFileBackend", "JournalFileOpenLock", "JournalFileSymlinkLock"]


@final
@dataclass(frozen=True)
class JournalFileSymlinkLock:
    """A way to lock a journal in Optuna. Here the kernel locks the file itself, and frees it when its holder dies.

    Args:
        filepath, grace_period: Have no meaning here.
    """

    filepath: str | os.PathLike[str]
    grace_period: int | None = 30


@final
@dataclass(frozen=True)
class JournalFileOpenLock:
    """Another way to lock a journal in Optuna; see `JournalFileSymlinkLock`.

    Args:
        filepath, grace_period: Have no meaning here.
    """

    filepath: str | os.PathLike[str]
    grace_period: int | None = 30


@final
@dataclass(frozen=True)
class JournalFileBackend:
    """Names the file of a journal: `JournalStorage(JournalFileBackend(path))` is the same as `JournalStorage(path)`.

    Args:
        file_path: Of the file.
        lock_obj: Not needed, and not used: writers exclude each other by `flock` on the file.
    """

    file_path: str | os.PathLike[str]
    lock_obj: object = None

    def __fspath__(self) -> str:
        return os.fspath(self.file_path)
