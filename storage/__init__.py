"""Storages: where the logs of studies are kept."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hpo.storage.memory import InMemoryStorage
from hpo.storage.url import get_storage

if TYPE_CHECKING:
    from hpo.storage.journal import JournalStorage
    from hpo.storage.optuna_import import import_optuna
    from hpo.storage.sql.rdb import RDBStorage

__all__ = ["InMemoryStorage", "JournalStorage", "RDBStorage", "get_storage", "import_optuna"]

_HOME = {  # what brings SQLAlchemy in, or runs on POSIX systems only, is loaded when it is wanted
    "JournalStorage": "hpo.storage.journal",
    "RDBStorage": "hpo.storage.sql.rdb",
    "import_optuna": "hpo.storage.optuna_import",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
