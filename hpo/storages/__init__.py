"""Another name of `hpo.storage`, as scripts written for Optuna have it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hpo import storage
from hpo.bases import BaseStorage
from hpo.running.retry import RetryPolicy

if TYPE_CHECKING:
    from hpo.storage import (
        InMemoryStorage,
        JournalFileBackend,
        JournalFileOpenLock,
        JournalFileSymlinkLock,
        JournalRedisBackend,
        JournalStorage,
        RDBStorage,
        RedisStorage,
        get_storage,
        import_optuna,
    )
    from hpo.storage import JournalFileBackend as JournalFileStorage
    from hpo.storage import JournalRedisBackend as JournalRedisStorage
    from hpo.storages import journal

__all__ = [
    "BaseStorage",
    "InMemoryStorage",
    "JournalFileBackend",
    "JournalFileOpenLock",
    "JournalFileStorage",
    "JournalFileSymlinkLock",
    "JournalRedisBackend",
    "JournalRedisStorage",
    "JournalStorage",
    "RDBStorage",
    "RedisStorage",
    "RetryFailedTrialCallback",
    "RetryHeartbeatStaleTrialCallback",
    "get_storage",
    "import_optuna",
    "journal",
]

RetryFailedTrialCallback = RetryHeartbeatStaleTrialCallback = RetryPolicy
"""What Optuna calls the policy of retrying lost trials; here it goes to `create_study(retry=…)`, or to a storage."""

_EARLIER = {"JournalFileStorage": "JournalFileBackend", "JournalRedisStorage": "JournalRedisBackend"}
"""Names that Optuna had before, and what they are called now."""


def __getattr__(name: str) -> Any:
    if name == "journal":
        return importlib.import_module("hpo.storages.journal")
    return getattr(storage, _EARLIER.get(name, name))
