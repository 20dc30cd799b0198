"""What databases say, in the words of `hpo.exceptions`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from hpo.exceptions import NotADatabaseError, ReadOnlyStorageError, StorageFullError, StorageInternalError
from hpo.storage.sql.urls import shown

__all__ = ["clear_errors", "is_disconnect", "is_starting", "is_transient"]

_MEANINGS: tuple[tuple[tuple[str, ...], type[StorageInternalError], str], ...] = (
    (
        ("file is not a database", "database disk image is malformed", "file is encrypted"),
        NotADatabaseError,
        "{url} is not a database, or it is damaged. Give another path, or restore the file from a copy.",
    ),
    (
        ("readonly database", "read-only transaction"),
        ReadOnlyStorageError,
        "{url} cannot be written to. Reading works; to write, change the permissions of the file and of its folder.",
    ),
    (
        ("database or disk is full", "no space left", "disk i/o error"),
        StorageFullError,
        "There is no room left to write {url}. Nothing that was acknowledged is lost; free some space and go on.",
    ),
    (
        ("unable to open database file",),
        StorageInternalError,
        "{url} cannot be opened. Does its folder exist, and may you write there? Where a writer has left a file -wal, "
        "copy all files of the database into a folder of yours, and open it there.",
    ),
    (
        ("database is locked", "database table is locked"),
        StorageInternalError,
        "{url} has been locked by another program for two minutes. Which one holds it open?",
    ),
)


# SQLSTATEs and numbers of errors after which the same transaction may succeed: serialisation failures, deadlocks and
# lock timeouts; keys that another writer has taken or deleted since this one looked, which the next look will show;
# a server that is shutting down or starting; a connection that could not be made or was lost.
_TRANSIENT_STATES = ("40001", "40P01", "55P03", "23503", "23505", "57P01", "57P02", "57P03", "08")
_TRANSIENT_NUMBERS = frozenset({1040, 1053, 1062, 1205, 1213, 1451, 1452, 2002, 2003, 2006, 2013, 2055, 4031})
_TRANSIENT_TEXTS = (
    "database is locked",
    "connection refused",
    "could not connect",
    "connection failed",
    "connection timeout",
    "server closed the connection",
    "consuming input failed",
    "sending query failed",
    "pipeline mode",  # what psycopg says when the connection breaks within an executemany
    "the connection is closed",
    "the database system is",
)


def is_disconnect(error: Exception, engine: sa.Engine) -> bool:
    """Whether a connection is of no use after this error."""
    said = _driver_error(error)
    assert engine.dialect.dbapi is not None
    if not isinstance(said, engine.dialect.dbapi.Error):
        return False
    return engine.dialect.is_disconnect(said, None, None) or is_transient(said, engine)


def is_transient(error: BaseException, engine: sa.Engine) -> bool:
    """Whether the same transaction may succeed if it is tried again."""
    said = _driver_error(error)
    assert engine.dialect.dbapi is not None
    if not isinstance(said, engine.dialect.dbapi.Error):
        return False
    state = getattr(said, "sqlstate", None) or ""
    number = said.args[0] if said.args and isinstance(said.args[0], int) else None
    text = str(said).lower()
    return (
        state.startswith(_TRANSIENT_STATES)
        or number in _TRANSIENT_NUMBERS
        or any(sign in text for sign in _TRANSIENT_TEXTS)
        or engine.dialect.is_disconnect(said, None, None)
    )


def is_starting(error: BaseException) -> bool:
    """Whether a server is there, and says that it is about to be ready."""
    return "the database system is" in str(_driver_error(error)).lower()


def _driver_error(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, exc.DBAPIError) else error


@contextmanager
def clear_errors(engine: sa.Engine) -> Iterator[None]:
    """Raise errors of the database, or of its driver, as errors of hpo that say what to do."""
    assert engine.dialect.dbapi is not None
    try:
        yield
    except (exc.DBAPIError, engine.dialect.dbapi.Error) as error:
        said = str(error.orig if isinstance(error, exc.DBAPIError) else error)
        place = shown(engine.url)
        for signs, kind, advice in _MEANINGS:
            if any(sign in said.lower() for sign in signs):
                raise kind(f"{advice.format(url=place)} (The database said: {said})") from error
        raise StorageInternalError(f"{place} refused: {said}") from error
