"""Bringing a database's schema to the version that this hpo reads, with Alembic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from hpo.exceptions import NotADatabaseError, SchemaVersionError, UnknownStudyError
from hpo.storage.sql.engine import LOCK_TIMEOUT, sqlite_file
from hpo.storage.sql.errors import is_transient
from hpo.storage.sql.schema import HEAD, VERSION_TABLE
from hpo.storage.sql.transaction import Database
from hpo.storage.sql.urls import shown

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["check_or_create", "configuration", "upgrade"]

T = TypeVar("T")

# Where BEGIN takes no lock, one that the database hands out by name; PostgreSQL's ends with the transaction.
_LOCKS = {
    "postgresql": ("SELECT pg_advisory_xact_lock(7253466)",),
    "mysql": ("SELECT GET_LOCK('hpo_schema', 120)",),
    "mariadb": ("SELECT GET_LOCK('hpo_schema', 120)",),
}
_RELEASES = {
    "mysql": ("SELECT RELEASE_LOCK('hpo_schema')",),
    "mariadb": ("SELECT RELEASE_LOCK('hpo_schema')",),
}
_TABLES = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = ?",
    "postgresql": "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = %s",
    "mysql": "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = %s",
    "mariadb": "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = %s",
}


_OPTUNA = ("studies", "trials", "version_info")
"""Tables that every database of Optuna has, whatever its version."""


def check_or_create(database: Database, *, create: bool, check: bool) -> None:
    """Make the tables in a database that has none, or `check` the version of those that it has.

    Args:
        database: Which.
        create: Otherwise, where nothing is, nothing is made.
        check: Otherwise tables of any version are taken for those of this one.

    Raises:
        SchemaVersionError: If the tables are of another version.
        NotADatabaseError: If there are Optuna's instead; nothing is written.
        UnknownStudyError: If there are none, and none are to be made.
    """
    engine = database.engine
    path = sqlite_file(engine.url)
    if not create and path is not None and not path.exists():
        raise UnknownStudyError(f"There is no file {str(path)!r}, so no study in it. Is the path right?")
    revision = _persist(engine, lambda: _current_revision(database, engine))
    place = shown(engine.url)
    if revision is None:
        if database.read(lambda cursor: all(_has_table(cursor, engine, name) for name in _OPTUNA)):
            raise NotADatabaseError(
                f"{place} is a database of Optuna, and nothing was written to it. To go on with its studies, copy "
                f'them: hpo.storage.import_optuna("{place}", to="sqlite:///hpo.db"), or on the command line '
                f"`hpo storage import-optuna --from {place} --storage sqlite:///hpo.db`. To keep studies of hpo beside "
                f'Optuna\'s, make its tables there first: hpo.storage.RDBStorage.upgrade("{place}").'
            )
        if not create:
            raise UnknownStudyError(f"{place} has no tables of hpo, so no study. Is it the right database?")
        upgrade(engine)
        return
    if not check:
        return
    if revision > HEAD:
        raise SchemaVersionError(
            f"{place} has schema {revision}, which is newer than {HEAD}, the one that this version of hpo knows. "
            "Upgrade hpo."
        )
    if revision < HEAD:
        raise SchemaVersionError(
            f"{place} has schema {revision}, and this version of hpo needs {HEAD}. "
            "Bring it up to date with `RDBStorage.upgrade(url)`; make a copy first."
        )


def upgrade(engine: sa.Engine) -> None:
    """Run all migrations that are missing, in one transaction; whoever comes second finds nothing to do."""
    if engine.dialect.name == "sqlite":
        _persist(engine, lambda: _begin_log(engine))
    _persist(engine, lambda: _migrate(engine))


def _begin_log(engine: sa.Engine) -> None:
    """Let SQLite write a log ahead of the database from now on."""
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")  # outside of a transaction; it stays with the file


def _migrate(engine: sa.Engine) -> None:
    from alembic import command

    with engine.begin() as transaction:
        for lock in _LOCKS.get(engine.dialect.name, ()):
            transaction.exec_driver_sql(lock)
        command.upgrade(configuration(transaction), "head")
        for release in _RELEASES.get(engine.dialect.name, ()):
            transaction.exec_driver_sql(release)


def _persist(engine: sa.Engine, attempt: Callable[[], T]) -> T:
    """Try again while others make the same file: SQLite refuses, rather than wait, while its kind of log changes."""

    def may_pass(error: BaseException) -> bool:
        return engine.dialect.name == "sqlite" and is_transient(error.__cause__ or error, engine)

    try:
        return attempt()
    except Exception as error:
        if not may_pass(error):
            raise
    import tenacity

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(may_pass),
        wait=tenacity.wait_random_exponential(multiplier=0.01, max=0.5),
        stop=tenacity.stop_after_delay(LOCK_TIMEOUT),
        reraise=True,
    )
    return retrying(attempt)


def configuration(connection: sa.Connection) -> Config:
    """What Alembic's commands need, to work on a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _current_revision(database: Database, engine: sa.Engine) -> str | None:
    """The schema's revision; None for a database without hpo's tables."""

    def read(cursor: Any) -> str | None:
        if not _has_table(cursor, engine, VERSION_TABLE):
            return None
        cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")
        row = cursor.fetchone()
        return None if row is None else str(row[0])

    return database.read(read)


def _has_table(cursor: Any, engine: sa.Engine, name: str) -> bool:
    cursor.execute(_TABLES[engine.dialect.name], [name])
    return cursor.fetchone() is not None
