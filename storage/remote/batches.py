"""What several clients append at the same time, written in one go: the disk is waited for once for all of them."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from typing import final

from hpo.events import Event
from hpo.protocols import Storage

__all__ = ["Batches"]


@final
class Batches:
    """Appends to a storage, of which those that come while another one is being written go together.

    Args:
        storage: Where the logs are.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._queues: weakref.WeakValueDictionary[str, _Queue] = weakref.WeakValueDictionary()  # by study

    def append(self, study: str, events: Sequence[Event]) -> int:
        """As `Storage.append`, for whoever expects no length."""
        with self._lock:
            queue = self._queues.setdefault(study, _Queue())
        own = _Append(events)
        queue.waiting.append(own)
        with queue.turn:  # whoever gets it writes for all who wait
            if not own.head.done():
                self._write(study, queue)
        return own.head.result()

    def _write(self, study: str, queue: _Queue) -> None:
        batch = [queue.waiting.popleft() for _ in range(len(queue.waiting))]
        try:
            head = self._storage.append(study, [event for one in batch for event in one.events])
            assert head is not None
        except BaseException as error:
            for one in batch:
                one.head.set_exception(error)
            return
        for one in reversed(batch):
            one.head.set_result(head)
            head -= len(one.events)


@final
class _Append:
    """Events that wait to be written.

    Attributes:
        head: The log's length with them.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.head: Future[int] = Future()


@final
class _Queue:
    """Those who append to one log.

    Attributes:
        turn: Held by the one who writes.
    """

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.waiting: deque[_Append] = deque()
