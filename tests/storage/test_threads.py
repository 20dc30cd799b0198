"""A study may be shared by threads, on every storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.protocols import Storage
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage
from hpo.testing import ThreadContract
from tests.storage.conftest import BACKENDS


class TestInMemoryStorage(ThreadContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return InMemoryStorage()


@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
class TestRDBStorage(ThreadContract):
    @pytest.fixture
    def storage(self, database_url: str) -> Iterator[Storage]:
        storage = RDBStorage(database_url)
        yield storage
        storage.close()


class TestJournalStorage(ThreadContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return JournalStorage(tmp_path / "studies.log")
