"""Transactions on the driver's own connections, with statements that SQLAlchemy compiled once.

Appending an event is the framework's whole overhead on a database, and SQLAlchemy's execution of a statement
costs several times what SQLite takes for it. So its pool, dialects and compiler are used, and its execution is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar, final

import sqlalchemy as sa
from sqlalchemy.sql.base import Executable

from hpo.storage.sql.backends import make_backend
from hpo.storage.sql.errors import clear_errors, is_disconnect, is_starting, is_transient

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
        self._is_in_order = self._order == list(range(len(names)))

    def bind(self, values: Sequence[Any]) -> Any:
        """The values as the driver wants them."""
        if self._is_in_order:
            return values
        if self._order is None:
            return dict(zip(self._names, values, strict=True))
        return [values[i] for i in self._order]

    def run(self, cursor: Any, *values: Any) -> Any:
        """Execute the statement once and return the cursor."""
        cursor.execute(self.sql, self.bind(values))
        return cursor

    def run_with(self, other: Statement, cursor: Any, *values: Any) -> tuple[Any, Any]:
        """Execute two statements, of which the other takes all of `values`; the rows of each. Only for PostgreSQL."""
        rows: tuple[Any, Any] = cursor.execute_both(self.sql, other.sql, other.bind(values))
        return rows

    def run_last(self, cursor: Any, *values: Any) -> Any:
        """Execute the statement, commit, and return the cursor. Only for PostgreSQL."""
        cursor.execute_last(self.sql, self.bind(values))
        return cursor

    def run_many(self, cursor: Any, rows: Sequence[Sequence[Any]]) -> None:
        """Execute the statement for each row."""
        cursor.executemany(self.sql, rows if self._is_in_order else [self.bind(row) for row in rows])


@final
class Database:
    """Transactions of one engine.

    Args:
        engine: From `make_engine`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._backend = make_backend(engine)
        self._pid = os.getpid()
        self._reached = False

    def write(self, work: Callable[[Any], T], *, relaxed: bool = False, patient: bool = True) -> T:
        """Run `work` with a cursor in a transaction, which excludes other writers where there can be but one.

        Where the database is away or chooses this transaction as the victim of a conflict, it is run again, so
        `work` must not count on running once. With `relaxed`, what is written survives the death of the process
        at once, and a power cut that ends the process too together with the next ordinary transaction. If it is not
        `patient`, it is run once, and fails if there are other writers who take long.
        """
        transact = partial(self._backend.write, work=work, relaxed=relaxed, patient=patient)
        return self._run(transact, patient=patient)

    def read(self, work: Callable[[Any], T], *, is_durable: Callable[[T], bool] | None = None) -> T:
        """Run `work` with a cursor that only reads.

        Args:
            work: Gets the cursor.
            is_durable: Whether its result is known to be on the disk; if not, this returns when it is. By default
                it need not be.
        """
        return self._run(partial(self._backend.read, work=work, is_durable=is_durable))

    def close(self) -> None:
        """Close this process's connections; the next transaction opens new ones."""
        self.engine.dispose(close=os.getpid() == self._pid)
        self._backend.close()

    def _run(self, transact: Callable[[Any], T], *, patient: bool = True) -> T:
        if os.getpid() != self._pid:  # the connections of a forked process are its parent's
            self.engine.dispose(close=False)
            self._pid = os.getpid()

        def attempt() -> T:
            connection = self.engine.raw_connection()
            try:
                return transact(connection)
            except BaseException as error:
                self._give_up(connection, error)
                raise
            finally:
                connection.close()

        with clear_errors(self.engine):
            try:
                result = attempt()
            except Exception as error:
                if not patient or not self._may_pass(error):
                    raise
                result = self._persist(attempt)
        self._reached = True
        return result

    def _give_up(self, connection: Any, error: BaseException) -> None:
        """Undo a transaction that failed; a connection that cannot do even that is of no more use."""
        assert self.engine.dialect.dbapi is not None
        if not isinstance(error, Exception) or not is_disconnect(error, self.engine):
            try:
                self._backend.rollback(connection)
            except self.engine.dialect.dbapi.Error:
                pass
            else:
                return
        connection.invalidate(error)

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
        return (self._reached or is_starting(error)) and is_transient(error, self.engine)
