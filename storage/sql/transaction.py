"""Transactions on the driver's own connections, with statements that SQLAlchemy compiled once.

Appending an event is the framework's whole overhead on a database, and SQLAlchemy's execution of a statement
costs several times what SQLite takes for it. So its pool, dialects and compiler are used, and its execution is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, final

import sqlalchemy as sa
from sqlalchemy.sql.base import Executable

from hpo.storage.sql import wal
from hpo.storage.sql.errors import clear_errors, is_disconnect, is_transient
from hpo.storage.sql.turnstile import Turnstile

__all__ = ["PATIENCE", "Database", "Statement"]

PATIENCE = 300.0
"""Seconds for which a database that is away, or that keeps refusing a transaction, is asked again."""

T = TypeVar("T")


@final
class Statement:
    """One statement, compiled for a dialect.

    Args:
        statement: Its parameters are `bindparam`s, which `run` takes by position, in the order of `names`.
        names: Of the parameters.
    """

    def __init__(self, statement: Executable, names: Sequence[str], dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self._names = tuple(names)
        self._order = None if compiled.positiontup is None else [names.index(name) for name in compiled.positiontup]

    def bind(self, values: Sequence[Any]) -> Any:
        """The values as the driver wants them."""
        if self._order is None:
            return dict(zip(self._names, values, strict=True))
        return [values[i] for i in self._order]

    def run(self, cursor: Any, *values: Any) -> Any:
        """Execute the statement once and return the cursor."""
        cursor.execute(self.sql, self.bind(values))
        return cursor

    def run_many(self, cursor: Any, rows: Sequence[Sequence[Any]]) -> None:
        """Execute the statement for each row."""
        cursor.executemany(self.sql, [self.bind(row) for row in rows])


@final
class Database:
    """Transactions of one engine.

    Args:
        engine: From `make_engine`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._path = _file(engine)
        self._turnstile = None if self._path is None else Turnstile(Path(f"{self._path}-turn"))
        self._pid = os.getpid()
        self._reached = False

    def write(self, work: Callable[[Any], T], *, relaxed: bool = False) -> T:
        """Run `work` with a cursor in a transaction, which excludes other writers where there can be but one.

        Where the database is away or chooses this transaction as the victim of a conflict, it is run again, so
        `work` must not count on running once. With `relaxed`, what is written survives the death of the process
        at once, and a power cut together with the next ordinary transaction.
        """
        return self._run(work, "BEGIN IMMEDIATE", "NORMAL" if relaxed else "FULL")

    def read(self, work: Callable[[Any], T]) -> T:
        """Run `work` with a cursor in a transaction that only reads."""
        return self._run(work, "BEGIN", None)

    def close(self) -> None:
        """Close this process's connections; the next transaction opens new ones."""
        self.engine.dispose(close=os.getpid() == self._pid)
        if self._turnstile is not None:
            self._turnstile.close()

    def _run(self, work: Callable[[Any], T], begin: str, synchronous: str | None) -> T:
        if os.getpid() != self._pid:  # the connections of a forked process are its parent's
            self.engine.dispose(close=False)
            self._pid = os.getpid()

        turn = nullcontext if synchronous is None or self._turnstile is None else self._turnstile.turn
        flushed = self._path if synchronous == "FULL" and self._is_wal else None

        def attempt() -> T:
            with turn(), self._transaction(begin, "NORMAL" if flushed else synchronous) as cursor:
                result = work(cursor)
            if flushed is not None:
                wal.flush(flushed)
            return result

        with clear_errors(self.engine):
            try:
                result = attempt()
            except Exception as error:
                if not self._may_pass(error):
                    raise
                result = self._persist(attempt)
        self._reached = True
        return result

    def _give_up(self, connection: Any, error: BaseException) -> None:
        """Undo a transaction that failed; a connection that cannot do even that is of no more use."""
        assert self.engine.dialect.dbapi is not None
        if not isinstance(error, Exception) or not is_disconnect(error, self.engine):
            try:
                connection.rollback()
            except self.engine.dialect.dbapi.Error:
                pass
            else:
                return
        connection.invalidate(error)

    @cached_property
    def _is_wal(self) -> bool:
        """Whether this is a SQLite file with a write-ahead log; some file systems do not allow one."""
        if self._path is None:
            return False
        connection = self.engine.raw_connection()
        (mode,) = connection.cursor().execute("PRAGMA journal_mode").fetchone()
        connection.close()
        return bool(mode == "wal")

    def _persist(self, attempt: Callable[[], T]) -> T:
        """Try again and again, at growing random intervals, for as long as a restart of a server may take."""
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._may_pass),
            wait=tenacity.wait_random_exponential(multiplier=0.02, max=2.0),
            stop=tenacity.stop_after_delay(PATIENCE),
            reraise=True,
        )
        return retrying(attempt)

    def _may_pass(self, error: BaseException) -> bool:
        """Whether an error may be gone at the next attempt; a database that was never reached is none of those."""
        return self._reached and is_transient(error, self.engine)

    @contextmanager
    def _transaction(self, begin: str, synchronous: str | None) -> Iterator[Any]:
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            if self._is_sqlite:
                if synchronous is not None and connection.info.get("synchronous") != synchronous:
                    cursor.execute(f"PRAGMA synchronous = {synchronous}")
                    connection.info["synchronous"] = synchronous
                cursor.execute(begin)
            yield cursor
            cursor.close()
            connection.commit()
        except BaseException as error:
            self._give_up(connection, error)
            raise
        finally:
            connection.close()


def _file(engine: sa.Engine) -> Path | None:
    """The path of a SQLite file; None for other databases and for one in memory."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path.startswith((":", "file:")):
        return None
    return Path(path).absolute()
