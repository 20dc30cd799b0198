"""A store that is asked again when it could not be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, TypeVar, final

from hpo.artifacts.store import ArtifactStore
from hpo.exceptions import ArtifactNotFound

if TYPE_CHECKING:
    from tenacity import Retrying

__all__ = ["Backoff"]

T = TypeVar("T")


@final
class Backoff:
    """Asks another store again, after longer and longer pauses, when it raises an error.

    Args:
        backend: The store.
        max_retries: How often it is asked in all.
        multiplier: By which each pause is longer than the one before.
        min_delay: The first pause, in seconds.
        max_delay: The longest pause, in seconds.

    An artifact that is not there is not asked for again.
    """

    def __init__(
        self,
        backend: ArtifactStore,
        *,
        max_retries: int = 10,
        multiplier: float = 2,
        min_delay: float = 0.1,
        max_delay: float = 30,
    ) -> None:
        if max_retries < 1 or min(multiplier, min_delay, max_delay) < 0:
            raise ValueError(
                "max_retries must be ≥ 1, and multiplier, min_delay and max_delay ≥ 0, got "
                f"{max_retries!r}, {multiplier!r}, {min_delay!r} and {max_delay!r}."
            )
        self._backend = backend
        self._tries = max_retries
        self._multiplier = multiplier
        self._first, self._longest = min_delay, max_delay

    def open_reader(self, artifact_id: str) -> BinaryIO:
        return self._asked(lambda: self._backend.open_reader(artifact_id))

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        begin = content_body.tell()

        def write() -> None:
            content_body.seek(begin)
            self._backend.write(artifact_id, content_body)

        self._asked(write)

    def remove(self, artifact_id: str) -> None:
        self._asked(lambda: self._backend.remove(artifact_id))

    def __repr__(self) -> str:
        return f"Backoff({self._backend!r})"

    def _asked(self, ask: Callable[[], T]) -> T:
        return self._patience()(ask)

    def _patience(self) -> Retrying:
        from tenacity import Retrying, retry_if_not_exception_type, stop_after_attempt, wait_exponential

        return Retrying(
            stop=stop_after_attempt(self._tries),
            wait=wait_exponential(self._first, self._longest, self._multiplier),
            retry=retry_if_not_exception_type(ArtifactNotFound),
            reraise=True,
        )
