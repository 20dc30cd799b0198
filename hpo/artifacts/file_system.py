"""Artifacts as files of a directory."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, final

from hpo.exceptions import ArtifactNotFound

__all__ = ["FileSystemArtifactStore"]


@final
class FileSystemArtifactStore:
    """Keeps artifacts as files of a directory; processes and machines that see the directory share it.

    Args:
        base_path: The directory; it is made when the first artifact is written.
    """

    def __init__(self, base_path: str | Path) -> None:
        self._base = Path(base_path)

    def open_reader(self, artifact_id: str) -> BinaryIO:
        try:
            return self._path(artifact_id).open("rb")
        except FileNotFoundError:
            raise _not_found(artifact_id, self._base) from None

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        path = self._path(artifact_id)
        self._base.mkdir(parents=True, exist_ok=True)
        # Another name first: whoever reads meanwhile sees all of it or nothing.
        with tempfile.NamedTemporaryFile(dir=self._base, prefix=".", suffix=".part", delete=False) as file:
            part = Path(file.name)
            try:
                shutil.copyfileobj(content_body, file)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                part.unlink()
                raise
        part.replace(path)

    def remove(self, artifact_id: str) -> None:
        try:
            self._path(artifact_id).unlink()
        except FileNotFoundError:
            raise _not_found(artifact_id, self._base) from None

    def __repr__(self) -> str:
        return f"FileSystemArtifactStore({str(self._base)!r})"

    def _path(self, artifact_id: str) -> Path:
        """Where an artifact lies: in the directory itself, whatever a log says of its name."""
        if artifact_id in ("", ".", "..") or any(character in artifact_id for character in "/\\\0:"):
            raise ValueError(f"An artifact's name must be that of a file, without a directory, got {artifact_id!r}.")
        return self._base / artifact_id


def _not_found(artifact_id: str, base: Path) -> ArtifactNotFound:
    return ArtifactNotFound(f"There is no artifact {artifact_id!r} in {base}.")
