"""A study's log in its storage, together with the ledger that has folded it so far."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, final

from hpo.events import Event
from hpo.exceptions import UnknownStudyError
from hpo.history import History
from hpo.history.dump import Dump
from hpo.log.checkpoint.keeper import Keeper
from hpo.log.ledger import Ledger
from hpo.protocols import Storage, TurnTakingStorage, answering, turn_taking

__all__ = ["PAGE", "Log", "identity_of"]

PAGE = 2048
"""Events that are read at a time: few enough that one page reuses the memory of the page before it."""


def identity_of(name: str, storage: Storage) -> str:
    """The identity of the study that has a name now.

    Raises:
        UnknownStudyError: If there is none.
    """
    identity = storage.studies().get(name)
    if identity is None:
        raise UnknownStudyError(f"There is no study named {name!r} in {storage!r}.")
    return identity


@final
class Log:
    """One process's view of a log. Whoever calls its methods holds its lock, but for `read`, `name`, `keep_checkpoint`.

    It is bound to the log's identity: it follows the study to another name, and never writes into another study.

    Args:
        identity: Of the log.
        storage: Where the log is kept.

    Attributes:
        ledger: What is known after the events that have been folded.
        is_far: Whether to write costs a message to another process, whose answer says what others have written.

    Raises:
        UnknownStudyError: By every method that reads or writes, once the study has been deleted.
    """

    def __init__(self, identity: str, storage: Storage) -> None:
        self.identity = identity
        self.storage = storage
        self.lock = threading.RLock()
        self.ledger = Ledger()
        self._turns = turn_taking(storage)
        self._answers = answering(storage)
        self.is_far = self._answers is not None
        self._is_crowded = False  # whether others wrote in between when it was tried last to write right after them
        self._keeper = Keeper(identity, storage)
        self._is_open = False  # whether the checkpoint has been looked for
        self._unconfirmed: list[Event] = []  # the latest that were folded, which the storage might still roll back
        self._posted: list[_Posted] = []

    @property
    def name(self) -> str:
        """What the study is called, as far as the log has been folded."""
        return self.ledger.header.name

    def read(self, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        """The events from a position on, at most `limit` of them, as the storage has them; folds nothing."""
        try:
            return self.storage.read(self.identity, since, limit=limit)
        except UnknownStudyError as error:
            raise self._deleted() from error

    @property
    def has_posted(self) -> bool:
        """Whether there are events that go before the next ones that are written here."""
        return bool(self._posted)

    def post(self, events: Sequence[Event], written: Callable[[list[int | None]], None]) -> None:
        """Let events be written right before the next ones, or by `flush`.

        Args:
            events: Which; no others may depend on when they come into the log.
            written: Called under the lock when they are, with what `Ledger.apply` says of them.
        """
        self._posted.append(_Posted(events, written))

    def flush(self) -> None:
        """Write the events that were posted."""
        if self._posted:
            self.append(())

    def append(self, events: Sequence[Event], *, expect: int | None = None) -> list[int | None] | None:
        """Write events and fold them, after those that others wrote before them.

        Returns:
            What `Ledger.apply` says of them; None if the log's length was not `expect`: then nothing was written, and
            what others wrote is folded.
        """
        if self._posted:
            written = self.append_and_recall(events, expect=expect)
            return None if written is None else written[1]
        self._get_ready()
        head = self._write(events, expect, None)
        if head is None:
            return None
        if self.ledger.position < head - len(events):
            self._fold_until(head - len(events))
        return self.ledger.apply(events)

    def append_and_recall(
        self, events: Sequence[Event], *, expect: int | None = None, room: int | None = None
    ) -> tuple[History, list[int | None]] | None:
        """As `append`, and what was known right before them.

        Args:
            events: What to write.
            expect: The length that the log must have.
            room: How many trials others may have begun or queued since it was read last.
        """
        self._get_ready()
        posted = self._posted
        whole = [*(event for one in posted for event in one.events), *events] if posted else events
        head = self._write(whole, expect, room)
        if head is None:
            return None
        self._fold_until(head - len(whole))
        told = self._fold_posted()
        history = self.ledger.history()
        outcomes = self.ledger.apply(events)
        _tell(told)
        return history, outcomes

    def _write(self, events: Sequence[Event], expect: int | None, room: int | None) -> int | None:
        """The log's length with the events, of which nothing is folded; None if there was no place for them.

        What others wrote is folded, as far as it has been learnt.
        """
        tail: Sequence[Event] = ()
        try:
            if self._answers is None:
                head = self.storage.append(self.identity, events, expect=expect)
            else:
                since = self.ledger.position
                head, tail = self._answers.append_and_read(self.identity, events, since, expect=expect, room=room)
        except UnknownStudyError as error:
            raise self._deleted() from error
        if tail:
            self.ledger.apply(tail)
        if head is None and not 0 < len(tail) < PAGE:
            self._fold_rest(self.ledger)
        return head

    def _fold_posted(self) -> list[tuple[_Posted, list[int | None]]]:
        """Fold what was posted, now that it is written; whom to tell of it, when all else is folded, too."""
        posted, self._posted = self._posted, []
        return [(one, self.ledger.apply(one.events)) for one in posted]

    def append_after(self, make: Callable[[], Iterable[Sequence[Event]]]) -> bool:
        """Fold what others wrote, then write and fold what `make` says right after it; nothing if it raises.

        Where writers take turns, the others are kept out meanwhile, and all that `make` says is written; each part is
        folded before it is asked for the next one, and if an attempt fails, it is called again. Elsewhere the first
        part is written. What was posted is written in any case.

        Returns:
            False if others wrote meanwhile: then nothing was written, and what they wrote is folded.
        """
        if self._turns is not None:
            self._append_in_turn(self._turns, make)
            return True
        self.flush()
        if self._answers is not None:
            return self._append_if_alone(make)
        self.sync()
        events = next(iter(make()), ())
        return not events or self.append(events, expect=self.ledger.position) is not None

    def _append_if_alone(self, make: Callable[[], Iterable[Sequence[Event]]]) -> bool:
        """Take what is known for all that there is, and learn from the answer whether it was.

        Where others write all the time, what `make` says would be in vain nearly always. So after a failure it is
        asked again only when nobody else has written for a while.
        """
        if self._is_crowded or not self.ledger.position:
            known = self.ledger.position
            self.sync()
            if self._is_crowded and self.ledger.position > known:
                return False
        self._get_ready()
        events = next(iter(make()), ())
        self._is_crowded = self.append(events, expect=self.ledger.position) is None
        return not self._is_crowded

    def _append_in_turn(self, turns: TurnTakingStorage, make: Callable[[], Iterable[Sequence[Event]]]) -> None:
        """Keep other writers out meanwhile."""
        self._get_ready()
        outcomes: list[list[int | None]] = []
        errors: list[Exception] = []

        def after(tail: Sequence[Event]) -> Sequence[Event]:
            known = len(self._unconfirmed)  # what an attempt that failed has folded
            if known and list(tail[:known]) != self._unconfirmed:
                raise _RolledBack
            if len(tail) > known:
                self._fold_unconfirmed(tail[known:])
            written: list[Event] = []
            outcomes.clear()
            errors.clear()
            for one in self._posted:
                outcomes.append(self._fold_unconfirmed(one.events))
                written += one.events
            try:
                for events in make():
                    self._fold_unconfirmed(events)
                    written += events
            except Exception as error:
                if not written:
                    raise
                errors.append(error)
            return written

        try:
            turns.append_after(self.identity, self.ledger.position, after)
        except UnknownStudyError as error:
            raise self._deleted() from error
        except _RolledBack:
            self._append_in_turn(turns, make)
            return
        self._unconfirmed = []
        if self._posted:
            posted, self._posted = self._posted, []
            _tell(zip(posted, outcomes, strict=True))
        if errors:
            raise errors[0]

    def _fold_unconfirmed(self, events: Sequence[Event]) -> list[int | None]:
        self._unconfirmed += events
        return self.ledger.apply(events)

    def rename(self, name: str) -> None:
        """Give the study another name.

        Raises:
            DuplicatedStudyError: If the storage has a study of that name.
        """
        try:
            self.storage.rename(self.identity, name)
        except UnknownStudyError as error:
            raise self._deleted() from error
        self.sync()

    def open(self) -> None:
        """Fold the whole log for the first time, and let the storage keep what is known if that took long."""
        self.sync()
        self.keep_checkpoint(resting=True)

    def sync(self) -> None:
        """Fold what others have written."""
        self._get_ready()
        self._fold_rest(self.ledger)

    def history_at(self, position: int) -> History | None:
        """What was known when the log had a length; None if more than that has been folded here."""
        self._get_ready()
        if self.ledger.position > position:
            return None
        self._fold_until(position)
        return self.ledger.history()

    def keep_checkpoint(self, *, resting: bool = False) -> None:
        """Let the storage keep what is known, if it is much more than its checkpoint says; `resting` as in `Keeper`."""
        if self._keeper.is_due(self.ledger.position, resting=resting):
            self._keeper.write(self._dump)

    def _dump(self) -> Dump | None:
        with self.lock:
            return None if self._unconfirmed else self.ledger.dump()

    def _get_ready(self) -> None:
        """Begin with what the checkpoint says, and make sure of events that were folded within an append that failed.

        The server may have crashed before it had them on its disk, and their places may hold others now. Whoever
        wrote them will write them again, so what was folded is forgotten, and the log read from its beginning.
        """
        if not self._is_open:
            self._is_open, self.ledger = True, self._keeper.take_up() or self.ledger
        if not self._unconfirmed:
            return
        since = self.ledger.position - len(self._unconfirmed)
        if list(self.read(since, limit=len(self._unconfirmed))) != self._unconfirmed:
            ledger = self._keeper.take_up() or Ledger()
            self._fold_rest(ledger)
            self.ledger = ledger  # only now: whoever reads without the lock needs a whole one
        self._unconfirmed = []

    def reopened(self) -> Log:
        """Another view of this log, which knows its header only and has a lock of its own."""
        log = Log(self.identity, self.storage)
        log.ledger.apply([self.ledger.header])
        return log

    def __reduce__(self) -> tuple[Any, ...]:
        return Log, (self.identity, self.storage)

    def events(self) -> list[Event]:
        """The whole log, from its header on."""
        events: list[Event] = []
        while page := self.read(len(events), limit=PAGE):
            events += page
        return events

    def _fold_rest(self, ledger: Ledger) -> None:
        page = self._fold_page(ledger)
        if page == PAGE:
            with _uncollected():
                while page == PAGE:
                    page = self._fold_page(ledger)

    def _fold_page(self, ledger: Ledger) -> int:
        page = self.read(ledger.position, limit=PAGE)
        ledger.apply(page)
        return len(page)

    def _fold_until(self, position: int) -> None:
        while self.ledger.position < position:
            missing = min(PAGE, position - self.ledger.position)
            self.ledger.apply(self.read(self.ledger.position, limit=missing))

    def _deleted(self) -> UnknownStudyError:
        """The error that says which study it was that the storage has no longer."""
        which = f"The study {self.name!r}" if self.ledger.position else "The study"
        return UnknownStudyError(
            f"{which} that was open here has been deleted from {self.storage!r}; nothing more can be read from it or "
            "written to it, not even if there is a new study of that name."
        )


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


class _Posted(NamedTuple):
    """Events that may wait for others to be written with.

    Args:
        events: Which.
        written: Told what became of each, under the lock.
    """

    events: Sequence[Event]
    written: Callable[[list[int | None]], None]


def _tell(posted: Iterable[tuple[_Posted, list[int | None]]]) -> None:
    for one, outcomes in posted:
        one.written(outcomes)


class _RolledBack(Exception):
    """Events that were read have been lost by the storage before anyone was told that they are safe."""
