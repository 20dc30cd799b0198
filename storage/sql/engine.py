"""Engines, set up so that many processes can write."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

__all__ = ["LOCK_TIMEOUT", "make_engine"]

LOCK_TIMEOUT = 120.0
"""Seconds that a writer waits for the others before it gives up."""


def make_engine(url: str, options: dict[str, Any]) -> sa.Engine:
    """An engine for a URL; `options` go to `sqlalchemy.create_engine`."""
    parsed = sa.make_url(url)
    options = {"pool_reset_on_return": None, **options}  # every transaction is ended before its connection goes back
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, **options)
    connect_args = {"timeout": LOCK_TIMEOUT, **options.get("connect_args", {})}
    engine = sa.create_engine(parsed, **{**options, "connect_args": connect_args})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


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
