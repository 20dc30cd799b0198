"""Every storage keeps the laws of storages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.protocols import Storage
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage
from hpo.testing import StorageContract


class TestInMemoryStorage(StorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return InMemoryStorage()


class TestRDBStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        storage = RDBStorage(f"sqlite:///{tmp_path}/studies.db")
        yield storage
        storage.close()


class TestJournalStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return JournalStorage(tmp_path / "studies.log")
