"""The databases that storages are tested on."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.storage.servers import Server, mariadb, postgresql, redis_server, server_folder

BACKENDS = ["sqlite", "postgresql", "mariadb"]
_counter = itertools.count()


def _running(start: Callable[[Path], Server | str]) -> Iterator[Server]:
    with server_folder() as folder:
        server = start(folder)
        if isinstance(server, str):
            if os.environ.get("CI"):
                pytest.fail(server)  # a server that is missing must not go unnoticed there
            pytest.skip(server)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    yield from _running(postgresql)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    yield from _running(mariadb)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    for server in _running(redis_server):
        yield server.url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of the backend that a test's parameter names."""
    backend: str = getattr(request, "param", "sqlite")
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/study.db"
    server: Server = request.getfixturevalue(f"{backend}_server")
    return new_database(server)


def new_database(server: Server) -> str:
    """The URL of a new database of a server."""
    name = f"hpo_test_{next(_counter)}"
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return sa.make_url(server.url).set(database=name).render_as_string(hide_password=False)
