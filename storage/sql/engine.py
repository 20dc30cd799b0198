"""Engines, set up so that many processes can write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hpo.storage.sql import read_only
from hpo.storage.sql.drivers import clear_imports, parse

__all__ = ["LOCK_TIMEOUT", "make_engine", "sqlite_file"]

LOCK_TIMEOUT = 120.0
"""Seconds that a writer waits for the others before it gives up."""


def make_engine(url: str, options: dict[str, Any]) -> sa.Engine:
    """An engine for a URL; `options` go to `sqlalchemy.create_engine`.

    Raises:
        ValueError: If it is not the URL of a database that studies are kept in.
        ImportError: If its driver is not installed.
    """
    parsed = parse(url)
    options = {"pool_reset_on_return": None, **options}  # every transaction is ended before its connection goes back
    if parsed.get_backend_name() in ("mysql", "mariadb"):  # whoever has the lock must see what was written before it
        options = {"isolation_level": "READ COMMITTED", **options}
    if parsed.get_backend_name() != "sqlite":
        with clear_imports(parsed):
            return sa.create_engine(parsed, **options)
    options["connect_args"] = {"timeout": LOCK_TIMEOUT, **options.get("connect_args", {})}
    path = sqlite_file(parsed)
    if path is not None and read_only.is_read_only(path):
        engine = read_only.make_engine(parsed, path, options)
    else:
        engine = sa.create_engine(parsed, **options)
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_file(url: sa.URL) -> Path | None:
    """The path of a SQLite file; None for other databases, for one in memory, and for a URI."""
    path = url.database
    if url.get_backend_name() != "sqlite" or not path or path.startswith((":", "file:")):
        return None
    return Path(path).absolute()


def _set_up_sqlite(connection: Any, record: Any) -> None:
    del record
    connection.isolation_level = None  # the driver would begin transactions by rules of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A lock that is taken later than at the beginning could be refused without waiting.
    cursor = connection.connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    cursor.close()
