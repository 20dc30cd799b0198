"""What databases say, in the words of `hpo.exceptions`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from hpo.exceptions import NotADatabaseError, ReadOnlyStorageError, StorageFullError, StorageInternalError

__all__ = ["clear_errors"]

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
        "{url} cannot be opened. Does its folder exist, and may you write there?",
    ),
    (
        ("database is locked", "database table is locked"),
        StorageInternalError,
        "{url} has been locked by another program for two minutes. Which one holds it open?",
    ),
)


@contextmanager
def clear_errors(engine: sa.Engine) -> Iterator[None]:
    """Raise errors of the database, or of its driver, as errors of hpo that say what to do."""
    assert engine.dialect.dbapi is not None
    try:
        yield
    except (exc.DBAPIError, engine.dialect.dbapi.Error) as error:
        said = str(error.orig if isinstance(error, exc.DBAPIError) else error)
        place = engine.url.render_as_string(hide_password=True)
        for signs, kind, advice in _MEANINGS:
            if any(sign in said.lower() for sign in signs):
                raise kind(f"{advice.format(url=place)} (The database said: {said})") from error
        raise StorageInternalError(f"{place} refused: {said}") from error
