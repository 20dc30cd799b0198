"""Storages: where the logs of studies are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load
from hpo.storage.memory import InMemoryStorage
from hpo.storage.url import get_storage

if TYPE_CHECKING:
    from hpo.storage.journal import JournalFileBackend, JournalFileOpenLock, JournalFileSymlinkLock, JournalStorage
    from hpo.storage.optuna_import import import_optuna
    from hpo.storage.redis import JournalRedisBackend, RedisStorage
    from hpo.storage.remote import RemoteStorage, StorageServer, serve
    from hpo.storage.sql.rdb import RDBStorage

__all__ = [
    "InMemoryStorage",
    "JournalFileBackend",
    "JournalFileOpenLock",
    "JournalFileSymlinkLock",
    "JournalRedisBackend",
    "JournalStorage",
    "RDBStorage",
    "RedisStorage",
    "RemoteStorage",
    "StorageServer",
    "get_storage",
    "import_optuna",
    "serve",
]

_HOME = {  # what brings SQLAlchemy in, or runs on POSIX systems only, is loaded when it is wanted
    "JournalFileBackend": "hpo.storage.journal",
    "JournalFileOpenLock": "hpo.storage.journal",
    "JournalFileSymlinkLock": "hpo.storage.journal",
    "JournalRedisBackend": "hpo.storage.redis",
    "JournalStorage": "hpo.storage.journal",
    "RDBStorage": "hpo.storage.sql.rdb",
    "RedisStorage": "hpo.storage.redis",
    "RemoteStorage": "hpo.storage.remote",
    "StorageServer": "hpo.storage.remote",
    "import_optuna": "hpo.storage.optuna_import",
    "serve": "hpo.storage.remote",
}


def __getattr__(name: str) -> Any:
    return load(__name__, name, _HOME)
