"""A study's log in its storage, together with the ledger that has folded it so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import final

from hpo.events import Event
from hpo.history import History
from hpo.ledger import Ledger
from hpo.protocols import Storage

__all__ = ["PAGE", "Log"]

PAGE = 8192
"""Events that are read at a time."""


@final
class Log:
    """One process's view of a log. Whoever calls its methods holds its lock.

    Args:
        name: The study's.
        storage: Where the log is kept.

    Attributes:
        ledger: What is known after the events that have been folded.
        is_quiet: Whether the last look found nothing that others had written, so that a guess may be worth it.
    """

    def __init__(self, name: str, storage: Storage) -> None:
        self.name = name
        self.storage = storage
        self.lock = threading.RLock()
        self.ledger = Ledger()
        self.is_quiet = False

    def append(self, events: Sequence[Event], *, expect: int | None = None) -> list[int | None] | None:
        """Write events, and fold them after what others wrote before them.

        Returns:
            What `Ledger.apply` says of them; None if the log's length was not `expect`, and nothing was written.
        """
        return self.ledger.apply(events) if self._write(events, expect) else None

    def append_and_stop_before(self, events: Sequence[Event], *, expect: int | None = None) -> History | None:
        """Write events and fold what others wrote before them, but not them; what was known then, None as above."""
        return self.ledger.history() if self._write(events, expect) else None

    def _write(self, events: Sequence[Event], expect: int | None) -> bool:
        head = self.storage.append(self.name, events, expect=expect)
        if head is None:
            return False
        if head - len(events) != self.ledger.position:
            self.is_quiet = False
            self._read_until(head - len(events))
        return True

    def append_after(self, make: Callable[[], Sequence[Event]]) -> None:
        """Keep other writers out, fold what they wrote, then write and fold what `make` says; nothing if it raises."""
        since, made = self.ledger.position, list[Event]()

        def after(tail: Sequence[Event]) -> Sequence[Event]:
            nonlocal made
            if tail:
                self.ledger.apply(tail[self.ledger.position - since :])  # an attempt that failed may have folded some
            made = list(make())
            return made

        self.storage.append_after(self.name, since, after)
        self.is_quiet = self.ledger.position == since
        self.ledger.apply(made)

    def sync(self) -> None:
        """Fold what others have written."""
        before = self.ledger.position
        while True:
            page = self.storage.read(self.name, self.ledger.position, limit=PAGE)
            self.ledger.apply(page)
            if len(page) < PAGE:
                break
        self.is_quiet = self.ledger.position == before

    def reopened(self) -> Log:
        """The same log, from its header on, with a lock of its own."""
        log = Log(self.name, self.storage)
        log.ledger.apply([self.ledger.header])
        return log

    def events(self) -> list[Event]:
        """The whole log, from its header on."""
        events: list[Event] = []
        while page := self.storage.read(self.name, len(events), limit=PAGE):
            events += page
        return events

    def _read_until(self, position: int) -> None:
        while self.ledger.position < position:
            missing = min(PAGE, position - self.ledger.position)
            self.ledger.apply(self.storage.read(self.name, self.ledger.position, limit=missing))
