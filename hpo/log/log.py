"""A study's log in its storage, together with the ledger that has folded it so far."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

from hpo.events import Event
from hpo.history import History
from hpo.log.ledger import Ledger
from hpo.protocols import Storage

__all__ = ["PAGE", "Log"]

PAGE = 2048
"""Events that are read at a time: few enough that one page reuses the memory of the page before it."""


@final
class Log:
    """One process's view of a log. Whoever calls its methods holds its lock.

    Args:
        name: The study's.
        storage: Where the log is kept.

    Attributes:
        ledger: What is known after the events that have been folded.
    """

    def __init__(self, name: str, storage: Storage) -> None:
        self.name = name
        self.storage = storage
        self.lock = threading.RLock()
        self.ledger = Ledger()
        self._loose: list[Event] = []  # the latest that were folded, which the storage might still take back

    def append(self, events: Sequence[Event], *, expect: int | None = None) -> list[int | None] | None:
        """Write events and fold them, after those that others wrote before them.

        Returns:
            What `Ledger.apply` says of them; None if the log's length was not `expect`, and nothing was written.
        """
        return self.ledger.apply(events) if self._write(events, expect) else None

    def append_and_stop_before(self, events: Sequence[Event], *, expect: int | None = None) -> History | None:
        """Write events and fold what others wrote before them, but not them; what was known then, None as above."""
        return self.ledger.history() if self._write(events, expect) else None

    def _write(self, events: Sequence[Event], expect: int | None) -> bool:
        self._fasten()
        head = self.storage.append(self.name, events, expect=expect)
        if head is None:
            return False
        self._read_until(head - len(events))
        return True

    def append_after(self, make: Callable[[], Sequence[Event]]) -> None:
        """Keep other writers out, fold what they wrote, then write and fold what `make` says; nothing if it raises."""
        self._fasten()
        since, made = self.ledger.position, list[Event]()

        def after(tail: Sequence[Event]) -> Sequence[Event]:
            nonlocal made
            loose = len(self._loose)  # what an attempt that failed has folded
            if loose and list(tail[:loose]) != self._loose:
                raise _TakenBack
            if len(tail) > loose:
                self._loose += tail[loose:]
                self.ledger.apply(tail[loose:])
            made = list(make())
            return made

        try:
            self.storage.append_after(self.name, since, after)
        except _TakenBack:
            self._fasten()
            self.append_after(make)
            return
        self._loose.clear()
        self.ledger.apply(made)

    def sync(self) -> None:
        """Fold what others have written."""
        self._fasten()
        page = self._apply_page()
        if page == PAGE:
            with _uncollected():
                while page == PAGE:
                    page = self._apply_page()

    def _fasten(self) -> None:
        """Make sure of events that were folded within an append that failed.

        The server may have crashed before it had them on its disk, and their places may hold others now. Whoever
        wrote them will write them again, so what was folded is forgotten, and the log read from its beginning.
        """
        if not self._loose:
            return
        since = self.ledger.position - len(self._loose)
        there = list(self.storage.read(self.name, since, limit=len(self._loose)))
        taken_back, self._loose = there != self._loose, []
        if taken_back:
            self.ledger = Ledger()
            self.sync()

    def reopened(self) -> Log:
        """The same log, from its header on, with a lock of its own."""
        log = Log(self.name, self.storage)
        log.ledger.apply([self.ledger.header])
        return log

    def __reduce__(self) -> tuple[Any, ...]:
        return Log, (self.name, self.storage)

    def events(self) -> list[Event]:
        """The whole log, from its header on."""
        events: list[Event] = []
        while page := self.storage.read(self.name, len(events), limit=PAGE):
            events += page
        return events

    def _apply_page(self) -> int:
        page = self.storage.read(self.name, self.ledger.position, limit=PAGE)
        self.ledger.apply(page)
        return len(page)

    def _read_until(self, position: int) -> None:
        while self.ledger.position < position:
            missing = min(PAGE, position - self.ledger.position)
            self.ledger.apply(self.storage.read(self.name, self.ledger.position, limit=missing))


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: a long log makes many objects and no cycles, and looking for some costs a fifth more."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _TakenBack(Exception):
    """Events that were read have been lost by the storage before anyone was told that they are safe."""
