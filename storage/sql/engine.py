"""Engines, set up so that many processes can write."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

__all__ = ["LOCK_TIMEOUT", "make_engine", "shown", "without_passwords"]

LOCK_TIMEOUT = 120.0
"""Seconds that a writer waits for the others before it gives up."""


def make_engine(url: str, options: dict[str, Any]) -> sa.Engine:
    """An engine for a URL; `options` go to `sqlalchemy.create_engine`."""
    parsed = sa.make_url(url)
    options = {"pool_reset_on_return": None, **options}  # every transaction is ended before its connection goes back
    if parsed.get_backend_name() in ("mysql", "mariadb"):  # whoever has the lock must see what was written before it
        options = {"isolation_level": "READ COMMITTED", **options}
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, **options)
    connect_args = {"timeout": LOCK_TIMEOUT, **options.get("connect_args", {})}
    engine = sa.create_engine(parsed, **{**options, "connect_args": connect_args})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def shown(url: sa.URL) -> str:
    """A URL for people, with its passwords as ***, those among its options too."""
    return url.set(
        query={key: "***" if _is_secret(key) else value for key, value in url.query.items()}
    ).render_as_string(hide_password=True)


def without_passwords(url: str) -> str:
    """A URL without its passwords."""
    parsed = sa.make_url(url)
    query = {key: value for key, value in parsed.query.items() if not _is_secret(key)}
    public = sa.URL.create(parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database, query)
    return public.render_as_string(hide_password=False)


def _is_secret(option: str) -> bool:
    return "pass" in option.lower()


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
