"""What scripts written for Optuna import from `optuna.storages.journal`."""

from __future__ import annotations

from hpo.storage.journal import JournalFileBackend, JournalFileOpenLock, JournalFileSymlinkLock, JournalStorage
from hpo.storage.redis import JournalRedisBackend

__all__ = [
    "JournalFileBackend",
    "JournalFileOpenLock",
    "JournalFileSymlinkLock",
    "JournalRedisBackend",
    "JournalStorage",
]
