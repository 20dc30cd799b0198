"""Every storage keeps the laws of storages."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.protocols import Storage
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, RedisStorage
from hpo.testing import StorageContract
from tests.storage.conftest import BACKENDS
from tests.storage.toy import FolderStorage

_counter = itertools.count()


class TestInMemoryStorage(StorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return InMemoryStorage()


@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
class TestRDBStorage(StorageContract):
    @pytest.fixture
    def storage(self, database_url: str) -> Iterator[Storage]:
        storage = RDBStorage(database_url)
        yield storage
        storage.close()


class TestJournalStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return JournalStorage(tmp_path / "studies.log")


class TestRedisStorage(StorageContract):
    @pytest.fixture
    def storage(self, redis_url: str) -> Iterator[Storage]:
        storage = RedisStorage(redis_url, prefix=f"{next(_counter)}:")
        yield storage
        storage.close()


class TestFolderStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return FolderStorage(tmp_path)


def test_a_storage_fits_on_a_page() -> None:
    assert len(Path(inspect.getfile(FolderStorage)).read_text().splitlines()) <= 100
