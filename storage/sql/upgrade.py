"""Bringing a database's schema to the version that this hpo reads, with Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from hpo.exceptions import SchemaVersionError
from hpo.storage.sql.schema import HEAD, VERSION_TABLE

__all__ = ["check_or_create", "current_revision", "upgrade"]

_version = sa.table(VERSION_TABLE, sa.column("version_num"))


def current_revision(connection: sa.Connection) -> str | None:
    """The schema's revision; None for a database without hpo's tables."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(sa.select(_version.c.version_num))
    return revision


def check_or_create(engine: sa.Engine, place: str) -> None:
    """Make the tables in a database that has none; raise `SchemaVersionError` if it has other ones."""
    with engine.connect().execution_options(hpo_begin="BEGIN") as connection:
        revision = current_revision(connection)
    if revision is None:
        upgrade(engine)
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
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:  # outside of a transaction; it stays with the file
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
