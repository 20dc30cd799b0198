"""Which storage a URL means."""

from __future__ import annotations

from typing import Any

from hpo.protocols import Storage
from hpo.storage.memory import InMemoryStorage

__all__ = ["get_storage"]


def get_storage(storage: str | Storage | None, *, create: bool = True, leases: bool = True) -> Storage:
    """The storage at a URL; a new one in memory for None; a storage itself as it is.

    Args:
        storage: Such as "sqlite:///study.db" for a database, "journal:///study.log" for a journal file,
            "redis://localhost:6379", or "http+hpo://host:8471" for what `hpo serve` serves.
        create: Make the file, or the tables in a database, if there are none.
        leases: Show other processes that the trials of this one are alive; without, whoever is told a trial's
            number must end it.

    Raises:
        TypeError: If it is neither a string nor a storage.
        ValueError: If it is a string and not the URL of a storage.
        ImportError: If its driver is not installed.
        UnknownStudyError: If there is no such file or there are no such tables, so no study in it, and `create` is
            False.
    """
    if storage is None:
        return InMemoryStorage()
    if not isinstance(storage, str):
        if isinstance(storage, type) or not isinstance(storage, Storage):
            raise TypeError(
                f'storage must be a URL such as "sqlite:///study.db", a storage object or None, got {storage!r}.'
            )
        return storage
    options: dict[str, Any] = {} if leases else {"heartbeat_interval": None}
    kind, separator, rest = storage.partition("://")
    if not separator:
        ending = storage.rpartition(".")[2]
        scheme = "journal" if ending in ("log", "journal") else "sqlite"
        raise ValueError(
            f'storage must be a URL such as "{scheme}:///{storage or "study.db"}", a storage object or None, '
            f"got {storage!r}."
        )
    if kind == "journal":
        from hpo.storage.journal import JournalStorage

        host, slash, path = rest.partition("/")
        if host or not slash or not path:
            raise ValueError(
                'A journal has a URL such as "journal:///study.log", or "journal:////home/me/study.log" from the root, '
                f"got {storage!r}."
            )
        return JournalStorage(path, create=create, **options)
    if kind in ("redis", "rediss"):
        from hpo.storage.redis import RedisStorage

        return RedisStorage(storage, **options)
    if kind in ("http+hpo", "https+hpo"):
        from hpo.storage.remote.client import RemoteStorage

        return RemoteStorage(storage, **options)
    from hpo.storage.sql.rdb import RDBStorage

    return RDBStorage(storage, skip_table_creation=not create, **options)
