"""What clients append to one log: those who come while others are being written are written together.

The disk is waited for once for all of them, and each learns from the answer what others have written.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, final

from hpo.events import Event, TrialQueued, TrialStarted
from hpo.log.codec import KINDS
from hpo.protocols import Storage, turn_taking
from hpo.storage.remote.fields import Fields
from hpo.storage.remote.once import written
from hpo.storage.remote.protocol import PAGE, rows_for

__all__ = ["Appended", "Appends", "Line", "Wanted", "lines_for"]

_KEPT = 4096
"""Answers that are remembered: those that may still be asked for again, by far."""

_RECENT, _RECENT_SIZE = 1024, 4 * 2**20
"""How much of the end of a log is at hand, in events and in what their bodies take."""

_dumps = json.JSONEncoder(separators=(",", ":")).encode
_BEGINNINGS = frozenset({KINDS[TrialStarted], KINDS[TrialQueued]})


class Line(NamedTuple):
    """An event as clients get it, who may be many.

    Args:
        kind: Of its row.
        text: The row as JSON.
    """

    kind: int
    text: str


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to append.

    Args:
        study: The identity of the log.
        key: Names the request; a client that asks again says the same one.
        events, lines: What to append.
        since: How much of the log the client knows.
        expect: The length that the log must have.
        room: How many trials others may have begun or queued since.
        again: Whether it has been asked before, perhaps of a server that is gone.
        tail: Whether the client wants to know what others have written.
    """

    study: str
    key: str
    events: Sequence[Event]
    lines: Sequence[Line]
    since: int
    expect: int | None
    room: int | None
    again: bool
    tail: bool

    @classmethod
    def of(cls, fields: Fields) -> Wanted:
        events = fields.events("events")
        return cls(
            fields.text("study"),
            fields.text("key"),
            events,
            lines_for(events),
            fields.position("since"),
            fields.position_or_none("expect"),
            fields.position_or_none("room"),
            fields.flag("again"),
            fields.flag("tail"),
        )


class Appended(NamedTuple):
    """The answer.

    Args:
        head: The log's length with the events; None if it was not as expected.
        lines: What others have written before them, as far as it was wanted: rows as JSON.
    """

    head: int | None
    lines: Sequence[str]


@final
class Appends:
    """Writes to one log what is wanted. One thread at a time calls it.

    Args:
        storage: Where it is.
        study: Its identity.
    """

    def __init__(self, storage: Storage, study: str) -> None:
        self._storage, self._study = storage, study
        self._turns = turn_taking(storage)
        self._answers: OrderedDict[str, int | None] = OrderedDict()  # the latest ones, by their keys
        self._end = _End()

    def write(self, batch: Sequence[Wanted]) -> list[Appended | Exception]:
        """Answers or errors, one for each. What got an answer is as safe as the storage keeps it."""
        try:
            new = {one.key: one for one in batch if not self._is_answered(one)}
            if new:
                self._write(list(new.values()))
            return [self._answer(one) for one in batch]
        except (OverflowError, TypeError, ValueError) as error:  # something in one of them cannot be written
            if len(batch) == 1:
                return [error]
            return [answer for one in batch for answer in self.write([one])]
        except Exception as error:
            return [error for _ in batch]

    def _is_answered(self, one: Wanted) -> bool:
        """Whether it has been written before, and only the answer was lost."""
        if one.key in self._answers:
            return True
        head = written(self._storage, self._study, one.since, one.events) if one.again and one.events else None
        if head is not None:
            self._note(one, head)
        return head is not None

    def _write(self, batch: Sequence[Wanted]) -> None:
        self._find_end(max(one.since for one in batch))
        end = self._end.head
        begun = {one.key: self._begun(one.since) for one in batch if one.room is not None}
        tail: list[Line] = []
        plan = _Plan(end, begun)

        def after(others: Sequence[Event]) -> Sequence[Event]:
            nonlocal plan
            tail[:] = lines_for(others)
            plan = _Plan(end, begun, tail)
            return [event for one in batch if plan.takes(one) for event in one.events]

        if self._turns is not None:
            self._turns.append_after(self._study, end, after)
        else:
            while events := after(self._storage.read(self._study, end)):
                if self._storage.append(self._study, events, expect=end + len(tail)) is not None:
                    break
        self._end.add(tail)
        for one in batch:
            self._note(one, plan.heads[one.key])
            if plan.heads[one.key] is not None:
                self._end.add(one.lines)

    def _find_end(self, since: int) -> None:
        """Begin with what a client knows of the log, if it is not wrong."""
        if self._end.head == 0 and since and self._storage.read(self._study, since - 1, limit=1):
            self._end.head = since

    def _begun(self, since: int) -> int:
        """How many trials have begun or been queued from a position on, as far as the log is known."""
        n = self._end.head - since
        if n <= 0:
            return 0
        if n > PAGE:
            return n  # whoever knows so little must read first
        return _beginnings(self._read(since, n))

    def _note(self, one: Wanted, head: int | None) -> None:
        self._answers[one.key] = head
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)

    def _answer(self, one: Wanted) -> Appended:
        head = self._answers[one.key]
        until = self._end.head if head is None else head - len(one.events)
        n = min(PAGE, until - one.since)
        return Appended(head, [line.text for line in self._read(one.since, n)] if one.tail and n > 0 else ())

    def _read(self, since: int, n: int) -> Sequence[Line]:
        """So many events, all of which are known to be there."""
        lines = self._end.read(since, n)
        return lines_for(self._storage.read(self._study, since, limit=n)) if lines is None else lines


@final
class _Plan:
    """Which of several requests can be granted, one after the other.

    Args:
        end: A length that the log had.
        begun: By the keys of requests that ask for room, how many trials had begun by then since they looked.
        tail: What came after that.

    Attributes:
        heads: The log's lengths after the requests, by key; None where it was not as expected.
    """

    def __init__(self, end: int, begun: Mapping[str, int], tail: Sequence[Line] = ()) -> None:
        self._end, self._begun = end, begun
        self._lines = list(tail)  # after the end
        self.heads: dict[str, int | None] = {}

    def takes(self, one: Wanted) -> bool:
        self.heads[one.key] = None
        if one.expect is not None and one.expect != self._end + len(self._lines):
            return False
        if one.room is not None:
            others = self._begun[one.key] + _beginnings(self._lines[max(0, one.since - self._end) :])
            if others > one.room:
                return False
        self._lines += one.lines
        self.heads[one.key] = self._end + len(self._lines)
        return True


@final
class _End:
    """The end of a log.

    Attributes:
        head: The log's length.
    """

    def __init__(self) -> None:
        self.head = 0
        self._lines: deque[Line] = deque()  # the latest ones
        self._size = 0

    def add(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.head += 1
            self._lines.append(line)
            self._size += len(line.text)
        while len(self._lines) > _RECENT or self._size > _RECENT_SIZE:
            self._size -= len(self._lines.popleft().text)

    def read(self, since: int, n: int) -> Sequence[Line] | None:
        """So many events from a position on; None if they are not at hand."""
        first = since - (self.head - len(self._lines))
        return None if first < 0 or since + n > self.head else list(islice(self._lines, first, first + n))


def _beginnings(lines: Sequence[Line]) -> int:
    return sum(line.kind in _BEGINNINGS for line in lines)


def lines_for(events: Sequence[Event]) -> list[Line]:
    """Events as clients get them.

    Raises:
        StorageInternalError: If one holds something that no other process can see.
    """
    return [Line(row.kind, _dumps(row)) for row in rows_for(events)]
