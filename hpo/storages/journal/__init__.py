"""What scripts written for Optuna import from `optuna.storages.journal`."""

from __future__ import annotations

from typing import Any

from hpo.absent import absent
from hpo.storage.journal import JournalFileBackend, JournalFileOpenLock, JournalFileSymlinkLock, JournalStorage
from hpo.storage.redis import JournalRedisBackend

__all__ = [
    "JournalFileBackend",
    "JournalFileOpenLock",
    "JournalFileSymlinkLock",
    "JournalRedisBackend",
    "JournalStorage",
]


def __getattr__(name: str) -> Any:
    raise absent(__name__, name)
