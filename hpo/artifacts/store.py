"""What a store of artifacts can do."""

from __future__ import annotations

from typing import BinaryIO, Protocol

__all__ = ["ArtifactStore"]


class ArtifactStore(Protocol):
    """Keeps the contents of artifacts by their names. Any thread and any process may use it.

    Write one for a service of your own; nothing else is asked of it.
    """

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """What is in an artifact; the caller closes it.

        Raises:
            ArtifactNotFound: If there is none of that name.
        """
        ...

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Keep what a file holds from its present position on. When this returns, all of it is there."""
        ...

    def remove(self, artifact_id: str) -> None:
        """Remove an artifact.

        Raises:
            ArtifactNotFound: If there is none of that name.
        """
        ...
