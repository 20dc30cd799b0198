"""The stores that need no service."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from hpo.artifacts import ArtifactStore, Backoff, FileSystemArtifactStore
from hpo.exceptions import ArtifactNotFound
from tests.hpo.artifacts.laws import StoreLaws


class TestFileSystem(StoreLaws):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> ArtifactStore:
        return FileSystemArtifactStore(tmp_path / "not" / "yet")


class TestBackoff(StoreLaws):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> ArtifactStore:
        return Backoff(Unsteady(FileSystemArtifactStore(tmp_path)), min_delay=0.001, max_delay=0.002)


class Unsteady:
    """A store that fails each thread two times out of three, half way."""

    def __init__(self, store: ArtifactStore) -> None:
        self.store = store
        self._of_this_thread = threading.local()

    @property
    def asked(self) -> int:
        """How often this thread has asked; what others ask does not make it unlucky for longer."""
        return getattr(self._of_this_thread, "asked", 0)

    @asked.setter
    def asked(self, times: int) -> None:
        self._of_this_thread.asked = times

    def open_reader(self, artifact_id: str) -> BinaryIO:
        self._fail()
        return self.store.open_reader(artifact_id)

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        self._fail(lambda: content_body.read(3))
        self.store.write(artifact_id, content_body)

    def remove(self, artifact_id: str) -> None:
        self._fail()
        self.store.remove(artifact_id)

    def _fail(self, first: Callable[[], object] = lambda: None) -> None:
        self.asked += 1
        if self.asked % 3:
            first()
            raise ConnectionError("The service is away.")


def test_who_asks_in_vain_gets_the_last_error(tmp_path: Path) -> None:
    unsteady = Unsteady(FileSystemArtifactStore(tmp_path))
    with pytest.raises(ConnectionError, match="is away"):
        Backoff(unsteady, max_retries=2, min_delay=0.0).open_reader("name")
    assert unsteady.asked == 2


def test_what_is_not_there_is_not_asked_for_again(tmp_path: Path) -> None:
    unsteady = Unsteady(FileSystemArtifactStore(tmp_path))
    unsteady.asked = 2
    with pytest.raises(ArtifactNotFound):
        Backoff(unsteady, min_delay=0.0).open_reader("name")
    assert unsteady.asked == 3


@pytest.mark.parametrize("options", [{"max_retries": 0}, {"min_delay": -1}])
def test_patience_must_make_sense(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="max_retries must be ≥ 1"):
        Backoff(FileSystemArtifactStore(tmp_path), **options)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "\0", "c:x"])
def test_no_name_leads_out_of_the_directory(tmp_path: Path, name: str) -> None:
    (tmp_path / "x").write_bytes(b"secret")
    store = FileSystemArtifactStore(tmp_path / "store")
    store.write("x", io.BytesIO(b"public"))
    for ask in (store.open_reader, store.remove, lambda name: store.write(name, io.BytesIO(b""))):
        with pytest.raises(ValueError, match="without a directory"):
            ask(name)
    assert (tmp_path / "x").read_bytes() == b"secret"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("The file cannot be read.")

    store = FileSystemArtifactStore(tmp_path)
    with pytest.raises(OSError, match="cannot be read"):
        store.write("name", Broken(b"x"))
    assert list(tmp_path.iterdir()) == []
