"""How a transaction begins, ends and becomes durable, on each kind of database.

Writers to one log queue for its lock. So that none holds it while a disk turns, a transaction commits without waiting
for the disk, and what it wrote is flushed afterwards, for all who committed meanwhile at once. Nobody is told that
anything is written, or what has been read, before it is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol, TypeVar, final

import sqlalchemy as sa

from hpo.storage.sql import wal
from hpo.storage.sql.engine import sqlite_file
from hpo.storage.sql.writer_queue import WriterQueue

__all__ = ["Backend", "Ordinary", "PostgreSQL", "SQLite", "make_backend"]

T = TypeVar("T")
_MOMENT = 500  # milliseconds
_Work = Callable[[Any], T]
"""What is to be done with a cursor."""


class Backend(Protocol):
    """One attempt at a transaction on a connection from the pool; where it fails, `rollback` follows."""

    def write(self, connection: Any, work: _Work[T], *, relaxed: bool, patient: bool = True) -> T:
        """Do the work; return when it is durable. If it is not `patient`, fail rather than wait for others for long."""
        ...

    def read(self, connection: Any, work: _Work[T], *, is_durable: Callable[[T], bool] | None) -> T:
        """Do work that only reads; if it may have seen what is not durable yet, return when that is."""
        ...

    def rollback(self, connection: Any) -> None:
        """End a transaction that has failed."""
        ...

    def close(self) -> None:
        """Give back what is held outside of the connections."""
        ...


def make_backend(engine: sa.Engine) -> Backend:
    """The backend for an engine's dialect."""
    if engine.dialect.name == "sqlite":
        return SQLite(sqlite_file(engine.url))
    return PostgreSQL(engine.dialect.driver) if engine.dialect.name == "postgresql" else Ordinary()


@final
class Ordinary:
    """A database whose commits are durable, and release their locks before they wait for the disk, as InnoDB's do."""

    def write(self, connection: Any, work: _Work[T], *, relaxed: bool, patient: bool = True) -> T:
        del relaxed, patient  # others keep it waiting for a moment only
        cursor = connection.cursor()
        result = work(cursor)
        cursor.close()
        connection.commit()
        return result

    def read(self, connection: Any, work: _Work[T], *, is_durable: Callable[[T], bool] | None) -> T:
        del is_durable
        return self.write(connection, work, relaxed=True)

    def rollback(self, connection: Any) -> None:
        connection.rollback()

    def close(self) -> None:
        """There is nothing to give back."""


@final
class PostgreSQL:
    """Commits without waiting, then has the log flushed by a transaction of its own, which waits.

    `COMMIT` and flush go in one message, so that a pooler cannot send them to two sessions: only the session that
    committed knows by its life that the server has not crashed between the two.

    Args:
        driver: SQLAlchemy's name of it.
    """

    def __init__(self, driver: str) -> None:
        self._driver = driver

    def write(self, connection: Any, work: _Work[T], *, relaxed: bool, patient: bool = True) -> T:
        del patient  # others keep it waiting for a moment only
        del relaxed  # the server may crash while this process lives on, and must not forget what this one knows
        with self._autocommit(connection) as cursor:
            messages = _Messages(cursor, self._client_cursor(connection))
            result = work(messages)
            messages.commit()
        return result

    def read(self, connection: Any, work: _Work[T], *, is_durable: Callable[[T], bool] | None) -> T:
        with self._autocommit(connection) as cursor:
            if is_durable is None:
                return work(cursor)
            cursor.execute("BEGIN")
            result = work(cursor)
            cursor.execute("COMMIT" if is_durable(result) else _COMMIT)
            return result

    def rollback(self, connection: Any) -> None:
        connection.cursor().execute("ROLLBACK")
        connection.dbapi_connection.autocommit = False

    def close(self) -> None:
        """There is nothing to give back."""

    @contextmanager
    def _autocommit(self, connection: Any) -> Iterator[Any]:
        """A cursor for statements that begin and end transactions themselves."""
        connection.dbapi_connection.autocommit = True
        cursor = connection.cursor()
        yield cursor
        cursor.close()
        connection.dbapi_connection.autocommit = False

    def _client_cursor(self, connection: Any) -> Any:
        """A cursor that writes parameters into its statements, of which it may send several in one message."""
        if self._driver != "psycopg":
            return None
        import psycopg

        return psycopg.ClientCursor(connection.dbapi_connection)


_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off"
_COMMIT = "COMMIT; SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_logical_emit_message(true, 'hpo', '') END"


@final
class _Messages:
    """A cursor that begins its transaction with the first statement, and ends it with the last one if it is told.

    Each message costs a turn of this process and of the server's, in which others wait for the study's row.

    Args:
        cursor: For single statements, which the server keeps prepared.
        client: For several in one message; None where the driver has none.
    """

    def __init__(self, cursor: Any, client: Any) -> None:
        self._cursor = self._answered = cursor
        self._client = client
        self._has_begun = self._has_ended = False

    def execute(self, sql: str, values: Any = ()) -> None:
        if self._has_begun:
            self._cursor.execute(sql, values)
            self._answered = self._cursor
            return
        self._has_begun = True
        if self._client is None:
            self._cursor.execute(_BEGIN)
            self._cursor.execute(sql, values)
            return
        self._client.execute(f"{_BEGIN}; {sql}", values)
        self._skip(2)

    def execute_last(self, sql: str, values: Any) -> None:
        """Execute a statement and commit."""
        if self._client is None:
            self.execute(sql, values)
            return
        self._client.execute(f"{sql}; {_COMMIT}" if self._has_begun else f"{_BEGIN}; {sql}; {_COMMIT}", values)
        self._skip(0 if self._has_begun else 2)
        self._has_begun = self._has_ended = True

    def execute_both(self, one: str, other: str, values: Any) -> tuple[Any, Any]:
        """Execute two statements with the same values; the rows of each."""
        if self._client is None or self._has_begun:
            self.execute(one, values)
            first = self.fetchall()
            self.execute(other, values)
            return first, self.fetchall()
        self.execute(f"{one}; {other}", values)
        first = self._client.fetchall()
        self._client.nextset()
        return first, self._client.fetchall()

    def executemany(self, sql: str, rows: Any) -> None:
        if not self._has_begun:
            self._cursor.execute(_BEGIN)
            self._has_begun = True
        self._cursor.executemany(sql, rows)

    def fetchone(self) -> Any:
        return self._answered.fetchone()

    def fetchall(self) -> Any:
        return self._answered.fetchall()

    @property
    def rowcount(self) -> int:
        return int(self._answered.rowcount)

    def commit(self) -> None:
        """Commit, if the last statement has not done it."""
        if self._has_begun and not self._has_ended:
            self._cursor.execute(_COMMIT)

    def _skip(self, n: int) -> None:
        for _ in range(n):
            self._client.nextset()
        self._answered = self._client


@final
class SQLite:
    """A file, whose writers queue, and flush its write-ahead log when their turn is over.

    Where the file system allows no such log, SQLite flushes within its transactions.

    Args:
        path: Of the file; None for a database in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._queue = None if path is None else WriterQueue(Path(f"{path}-wal"))
        self._mode: str | None = None

    def write(self, connection: Any, work: _Work[T], *, relaxed: bool, patient: bool = True) -> T:
        has_wal = self._has_wal(connection)
        flush = has_wal and not relaxed
        if not patient:
            with _waiting(connection, _MOMENT):
                return self._run(connection, work, "BEGIN IMMEDIATE", "NORMAL")
        with nullcontext() if self._queue is None or not has_wal else self._queue.turn():
            result = self._run(connection, work, "BEGIN IMMEDIATE", "NORMAL" if flush or relaxed else "FULL")
        if flush and not (self._queue is not None and self._queue.flush()):
            assert self._path is not None
            wal.flush(self._path)
        return result

    def read(self, connection: Any, work: _Work[T], *, is_durable: Callable[[T], bool] | None) -> T:
        del is_durable  # a machine that crashes takes the reader with it
        return self._run(connection, work, "BEGIN", None)

    def rollback(self, connection: Any) -> None:
        connection.rollback()

    def close(self) -> None:
        if self._queue is not None:
            self._queue.close()

    def _run(self, connection: Any, work: _Work[T], begin: str, synchronous: str | None) -> T:
        cursor = connection.cursor()
        if synchronous is not None and connection.info.get("synchronous") != synchronous:
            cursor.execute(f"PRAGMA synchronous = {synchronous}")
            connection.info["synchronous"] = synchronous
        cursor.execute(begin)
        result = work(cursor)
        cursor.close()
        connection.commit()
        return result

    def _has_wal(self, connection: Any) -> bool:
        """Whether this is a file with a write-ahead log."""
        if self._mode is None:
            (self._mode,) = connection.cursor().execute("PRAGMA journal_mode").fetchone()
        return self._path is not None and self._mode == "wal"


@contextmanager
def _waiting(connection: Any, milliseconds: int) -> Iterator[None]:
    """A connection that waits at most so long for other writers' locks."""
    cursor = connection.cursor()
    (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {before}")
        cursor.close()
