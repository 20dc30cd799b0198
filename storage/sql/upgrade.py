"""Bringing a database's schema to the version that this hpo reads, with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hpo.exceptions import SchemaVersionError
from hpo.storage.sql.engine import shown
from hpo.storage.sql.schema import HEAD, VERSION_TABLE
from hpo.storage.sql.transaction import Database

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["check_or_create", "configuration", "upgrade"]

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


def check_or_create(database: Database) -> None:
    """Make the tables in a database that has none; raise `SchemaVersionError` if it has other ones."""
    engine = database.engine
    revision = _current_revision(database, engine)
    if revision is None:
        upgrade(engine)
        return
    place = shown(engine.url)
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
    from alembic import command

    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode = WAL")  # outside of a transaction; it stays with the file
        connection.close()
    with engine.begin() as transaction:
        for lock in _LOCKS.get(engine.dialect.name, ()):
            transaction.exec_driver_sql(lock)
        command.upgrade(configuration(transaction), "head")
        for release in _RELEASES.get(engine.dialect.name, ()):
            transaction.exec_driver_sql(release)


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
        cursor.execute(_TABLES[engine.dialect.name], [VERSION_TABLE])
        if cursor.fetchone() is None:
            return None
        cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")
        row = cursor.fetchone()
        return None if row is None else str(row[0])

    return database.read(read)
