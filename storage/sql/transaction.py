"""Transactions on the driver's own connections, with statements that SQLAlchemy compiled once.

Appending an event is the framework's whole overhead on a database, and SQLAlchemy's execution of a statement
costs several times what SQLite takes for it. So its pool, dialects and compiler are used, and its execution is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

import sqlalchemy as sa
from sqlalchemy.sql.base import Executable

from hpo.storage.sql.errors import clear_errors

__all__ = ["Database", "Statement"]


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

    @contextmanager
    def write(self, *, relaxed: bool = False) -> Iterator[Any]:
        """A cursor in a transaction that excludes other writers where the database has but one, as SQLite.

        With `relaxed`, what is written survives the death of the process at once, and a power cut together with
        the next ordinary transaction.
        """
        with self._transaction("BEGIN IMMEDIATE", "NORMAL" if relaxed else "FULL") as cursor:
            yield cursor

    @contextmanager
    def read(self) -> Iterator[Any]:
        """A cursor in a transaction that only reads."""
        with self._transaction("BEGIN", None) as cursor:
            yield cursor

    @contextmanager
    def _transaction(self, begin: str, synchronous: str | None) -> Iterator[Any]:
        with clear_errors(self.engine):
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
                if isinstance(error, self._errors) and self.engine.dialect.is_disconnect(error, connection, None):
                    connection.invalidate(error)
                else:
                    connection.rollback()
                raise
            finally:
                connection.close()

    @property
    def _errors(self) -> Any:
        assert self.engine.dialect.dbapi is not None
        return self.engine.dialect.dbapi.Error
