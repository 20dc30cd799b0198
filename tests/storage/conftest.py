"""The databases that storages are tested on."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.storage.servers import Server, mariadb, postgresql

BACKENDS = ["sqlite", "postgresql", "mariadb"]
_counter = itertools.count()


def _running(start: Callable[[Path], Server | str], folder: Path) -> Iterator[Server]:
    server = start(folder)
    if isinstance(server, str):
        if os.environ.get("CI"):
            pytest.fail(server)  # a server that is missing must not go unnoticed there
        pytest.skip(server)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _running(postgresql, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _running(mariadb, tmp_path_factory.mktemp("mariadb"))


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
