"""A served storage keeps the laws of storages, whatever is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.protocols import Storage
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, RemoteStorage, serve
from hpo.testing import StorageContract, ThreadContract
from tests.storage.conftest import new_database
from tests.storage.toy import FolderStorage

INNER = ["memory", "sqlite", "journal", "postgresql", "folder"]


@pytest.fixture
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """What a client sees of a storage of the kind that a test's parameter names."""
    inner = _inner(request, tmp_path)
    with serve(inner) as server:
        remote = RemoteStorage(server.url, server.token)
        yield remote
        remote.close()
    if isinstance(inner, RDBStorage):
        inner.close()


def _inner(request: pytest.FixtureRequest, folder: Path) -> Storage:
    if request.param == "memory":
        return InMemoryStorage()
    if request.param == "journal":
        return JournalStorage(folder / "studies.log")
    if request.param == "folder":
        return FolderStorage(folder)
    if request.param == "sqlite":
        return RDBStorage(f"sqlite:///{folder}/study.db")
    return RDBStorage(new_database(request.getfixturevalue("postgresql_server")))


@pytest.mark.parametrize("storage", INNER, indirect=True)
class TestRemoteStorage(StorageContract):
    pass


@pytest.mark.parametrize("storage", ["memory", "sqlite"], indirect=True)
class TestRemoteStorageOfThreads(ThreadContract):
    pass
