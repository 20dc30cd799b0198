"""SQLite files that this process may only read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

__all__ = ["is_read_only", "make_engine"]


def is_read_only(path: Path) -> bool:
    """Whether there is the file, and it or its folder cannot be written to."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def make_engine(url: sa.URL, path: Path, options: Mapping[str, Any]) -> sa.Engine:
    """An engine whose connections need no other file beside the database than those that are there.

    SQLite makes a write-ahead log to read a database that has one, also in a folder where it may not, and leaves it
    behind where it may not write to the database. It does neither if it is told that nobody changes the file. That
    holds as long as there is no log of a writer, so each transaction looks again, on a connection of its own.
    """
    kept = {name: value for name, value in options.items() if not name.startswith("pool")}
    engine = sa.create_engine(url, poolclass=sa.NullPool, pool_reset_on_return=None, **kept)

    @sa.event.listens_for(engine, "do_connect")
    def look(dialect: Any, record: Any, arguments: list[Any], parameters: dict[str, Any]) -> None:
        del dialect, record
        is_changing = any(path.with_name(f"{path.name}-{kind}").exists() for kind in ("wal", "journal"))
        arguments[0] = f"{path.as_uri()}?{'mode=ro' if is_changing else 'immutable=1'}"
        parameters["uri"] = True

    return engine
