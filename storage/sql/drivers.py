"""Which package of Python talks to the database of a URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import NamedTuple, final

import sqlalchemy as sa

from hpo.storage.sql.urls import shown

__all__ = ["clear_imports", "parse"]


@final
class _Drivers(NamedTuple):
    """The package that SQLAlchemy takes for a URL which names none; and ours, with its extra."""

    usual: str
    ours: str
    extra: str


_DRIVERS = {
    "postgresql": _Drivers("psycopg2", "psycopg", "postgresql"),
    "mysql": _Drivers("MySQLdb", "pymysql", "mysql"),
    "mariadb": _Drivers("MySQLdb", "pymysql", "mysql"),
}


def parse(url: str) -> sa.URL:
    """A URL, which names a driver that is installed if it named none.

    Raises:
        ValueError: If it is not the URL of a database that studies are kept in.
        ImportError: If there is no driver for it.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError(f'A database has a URL such as "sqlite:///study.db", got {url!r}.') from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return parsed
    if kind not in _DRIVERS:
        raise ValueError(
            f"There is no storage for {shown(parsed)}. Studies are kept at URLs that begin with sqlite://, "
            "postgresql://, mysql://, mariadb://, journal:// or redis://."
        )
    drivers = _DRIVERS[kind]
    if "+" in parsed.drivername or find_spec(drivers.usual) is not None:
        return parsed
    if find_spec(drivers.ours) is None:
        raise ImportError(_advice(parsed, drivers.usual))
    return parsed.set(drivername=f"{kind}+{drivers.ours}")


@contextmanager
def clear_imports(url: sa.URL) -> Iterator[None]:
    """Raise errors about drivers that are missing as ones that say what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ImportError(_advice(url, str(error.name))) from error
    except sa.exc.NoSuchModuleError as error:
        drivers = _DRIVERS[url.get_backend_name()]
        raise ValueError(
            f"SQLAlchemy knows no driver {url.get_driver_name()!r} for {shown(url)}; write "
            f"{url.get_backend_name()}+{drivers.ours}://…"
        ) from error


def _advice(url: sa.URL, missing: str) -> str:
    kind = url.get_backend_name()
    drivers = _DRIVERS[kind]
    works = shown(url.set(drivername=f"{kind}+{drivers.ours}"))
    return (
        f"{shown(url)} needs the package {missing!r}, which is not installed. Another one comes with "
        f"`pip install 'hpo-study[{drivers.extra}]'`; its URL is {works}."
    )
