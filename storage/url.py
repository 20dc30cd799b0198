"""Which storage a URL means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpo.exceptions import UnknownStudyError
from hpo.storage.memory import InMemoryStorage

if TYPE_CHECKING:
    from hpo.protocols import Storage

__all__ = ["get_storage"]

_JOURNAL = "journal://"


def get_storage(storage: str | Storage | None, *, create: bool = True, leases: bool = True) -> Storage:
    """The storage at a URL; a new one in memory for None; a storage itself as it is.

    Args:
        storage: Such as "sqlite:///study.db" for a database, or "journal:///study.log" for a journal file.
        create: Make the file if there is none.
        leases: Show other processes that the trials of this one are alive; without, whoever is told a trial's
            number must end it.

    Raises:
        ValueError: If it is a string and not a URL.
        UnknownStudyError: If there is no such file, so no study in it, and `create` is False.
    """
    if storage is None:
        return InMemoryStorage()
    if not isinstance(storage, str):
        return storage
    if not create:
        _check_file(storage)
    options: dict[str, Any] = {} if leases else {"heartbeat_interval": None}
    if storage.startswith(_JOURNAL):
        from hpo.storage.journal import JournalStorage

        host, slash, path = storage.removeprefix(_JOURNAL).partition("/")
        if host or not slash or not path:
            raise ValueError(
                'A journal has a URL such as "journal:///study.log", or "journal:////home/me/study.log" from the root, '
                f"got {storage!r}."
            )
        return JournalStorage(path, **options)
    if "://" not in storage:
        raise ValueError(
            f'storage must be a URL such as "sqlite:///{storage or "study.db"}", a storage object or None, '
            f"got {storage!r}."
        )
    from hpo.storage.sql.rdb import RDBStorage

    return RDBStorage(storage, **options)


def _check_file(url: str) -> None:
    """Raise if a URL names a file that does not exist, rather than leave an empty one behind a misspelt name."""
    for prefix in ("sqlite:///", _JOURNAL + "/"):
        path = url.removeprefix(prefix)
        if path != url and path and not path.startswith((":memory:", "file:")) and not Path(path).exists():
            raise UnknownStudyError(f"There is no file {path!r}, so no study in it. Is the path right?")
