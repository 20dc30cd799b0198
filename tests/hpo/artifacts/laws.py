"""What every store of artifacts does: a test class with these laws makes one."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor

import pytest

from hpo.artifacts import ArtifactStore
from hpo.exceptions import ArtifactNotFound

__all__ = ["StoreLaws"]


class StoreLaws(ABC):
    @pytest.fixture
    def store(self, make_store: ArtifactStore) -> ArtifactStore:
        return make_store

    @pytest.fixture
    @abstractmethod
    def make_store(self) -> ArtifactStore:
        """An empty one."""

    @pytest.mark.parametrize("content", [b"", b"one", bytes(range(256)) * 5000])
    def test_what_was_written_is_read(self, store: ArtifactStore, content: bytes) -> None:
        file = io.BytesIO(content)
        store.write("name", file)
        assert not file.closed
        for _ in range(2):
            with store.open_reader("name") as reader:
                assert reader.read() == content

    def test_the_latest_content_counts(self, store: ArtifactStore) -> None:
        for content in (b"a long one", b"short"):
            store.write("name", io.BytesIO(content))
        with store.open_reader("name") as reader:
            assert reader.read() == b"short"

    def test_a_file_is_written_from_where_it_stands(self, store: ArtifactStore) -> None:
        file = io.BytesIO(b"head and body")
        file.seek(len(b"head and "))
        store.write("name", file)
        with store.open_reader("name") as reader:
            assert reader.read() == b"body"

    def test_what_is_not_there_is_an_error_of_its_own(self, store: ArtifactStore) -> None:
        for ask in (store.open_reader, store.remove):
            with pytest.raises(ArtifactNotFound, match="no artifact 'nobody'"):
                ask("nobody")

    def test_what_was_removed_is_gone(self, store: ArtifactStore) -> None:
        store.write("name", io.BytesIO(b"1"))
        store.write("other", io.BytesIO(b"2"))
        store.remove("name")
        with pytest.raises(ArtifactNotFound):
            store.open_reader("name")
        with store.open_reader("other") as reader:
            assert reader.read() == b"2"

    def test_threads_may_write_at_once(self, store: ArtifactStore) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda i: store.write(f"name-{i}", io.BytesIO(bytes([i]) * 1000)), range(20)))
        for i in range(20):
            with store.open_reader(f"name-{i}") as reader:
                assert reader.read() == bytes([i]) * 1000
