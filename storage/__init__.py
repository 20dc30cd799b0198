"""Storages: where the logs of studies are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.storage.memory import InMemoryStorage

if TYPE_CHECKING:
    from hpo.protocols import Storage
    from hpo.storage.sql.rdb import RDBStorage

__all__ = ["InMemoryStorage", "RDBStorage", "get_storage"]


def get_storage(storage: str | Storage | None) -> Storage:
    """The storage at a URL such as "sqlite:///study.db"; a new one in memory for None; a storage itself as it is.

    Raises:
        ValueError: If it is a string and not a URL.
    """
    if storage is None:
        return InMemoryStorage()
    if not isinstance(storage, str):
        return storage
    if "://" not in storage:
        raise ValueError(
            f'storage must be a URL such as "sqlite:///{storage or "study.db"}", a storage object or None, '
            f"got {storage!r}."
        )
    from hpo.storage.sql.rdb import RDBStorage

    return RDBStorage(storage)


def __getattr__(name: str) -> Any:
    if name == "RDBStorage":  # brings SQLAlchemy in, so only when it is wanted
        from hpo.storage.sql.rdb import RDBStorage

        return RDBStorage
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
