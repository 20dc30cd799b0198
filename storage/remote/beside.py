"""What stands beside the logs, for storages that keep logs alone: leases and checkpoints, in the server's memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import final

from hpo.events import TrialDeleted, TrialFinished, TrialQueued, TrialStarted
from hpo.protocols import LeasePolicy, Storage

__all__ = ["Beside"]


@final
class Beside:
    """Leases and checkpoints of a storage's studies. They are lost with the server, and nothing else is.

    A trial without a worker was begun where there are no leases, by the process that serves the storage: it counts as
    alive as long as that process answers.

    Args:
        storage: Where the logs are.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._counts: dict[str, dict[int, int]] = {}
        self._checkpoints: dict[str, tuple[int, bytes]] = {}
        self._unattended: dict[str, _Unattended] = {}

    lease_policy = LeasePolicy()

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        self._check(study)
        with self._lock:
            counts = self._counts.setdefault(study, {})
            for number in ended:
                counts.pop(number, None)
            for number in alive:
                counts[number] = counts.get(number, 0) + 1

    def beats(self, study: str) -> Mapping[int, int]:
        self._check(study)
        with self._lock:
            own = self._unattended.setdefault(study, _Unattended())
            own.look(self._storage, study)
            return {**dict.fromkeys(own.running, own.looks), **self._counts.get(study, {})}

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        self._check(study)
        with self._lock:
            there, _ = self._checkpoints.get(study, (0, b""))
            if there != instead_of:
                return there
            self._checkpoints[study] = position, checkpoint
            return position

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        self._check(study)
        with self._lock:
            return self._checkpoints.get(study)

    def _check(self, study: str) -> None:
        """Raise UnknownStudyError for a study that is not there, and forget what stood beside those."""
        there = set(self._storage.studies().values())
        with self._lock:
            for books in (self._counts, self._checkpoints, self._unattended):
                for gone in books.keys() - there:
                    del books[gone]
        if study not in there:
            self._storage.read(study, limit=0)


@final
class _Unattended:
    """The running trials of one study that no worker has put its name to.

    Attributes:
        running: Their numbers.
        looks: How often somebody has looked.
    """

    def __init__(self) -> None:
        self.running: set[int] = set()
        self.looks = 0
        self._n_trials = self._position = 0

    def look(self, storage: Storage, study: str) -> None:
        """Take note of what has happened since the last look."""
        self.looks += 1
        events = storage.read(study, self._position)
        self._position += len(events)
        for event in events:
            if isinstance(event, TrialStarted):
                number = self._n_trials if event.claims is None else event.claims
                self._n_trials += event.claims is None
                (self.running.add if event.worker is None else self.running.discard)(number)
            elif isinstance(event, TrialQueued):
                self._n_trials += 1
            elif isinstance(event, (TrialFinished, TrialDeleted)):
                self.running.discard(event.number)
