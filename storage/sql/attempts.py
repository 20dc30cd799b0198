"""What transactions do that must be done once, in however many attempts.

A connection that breaks within a commit leaves open whether it was made. So each of these looks, when it is called
once more, whether the attempt before has succeeded and only its answer was lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, final

from hpo.events import Event
from hpo.log.codec import Row, decode_all, encode
from hpo.storage.sql.tables import END, GONE, Tables

__all__ = ["Append", "AppendAfter", "Create", "Delete", "Rename"]


@final
class Create:
    """Begins a log.

    Args:
        tables: Where.
        name, identity: Of the study.
        header: The row of its first event.
    """

    def __init__(self, tables: Tables, name: str, identity: str, header: Row) -> None:
        self._tables = tables
        self._name, self._identity, self._header = name, identity, header
        self._is_tried = False

    def __call__(self, cursor: Any) -> bool:
        """Whether there is the log now; False if the name or the identity is taken."""
        taken = self._tables.taken(cursor, self._name, self._identity)
        if taken:
            return self._is_tried and list(taken.values()) == [self._identity]
        self._is_tried = True
        self._tables.create(cursor, self._name, self._identity, self._header)
        return True


@final
class Append:
    """Adds events to a log.

    Args:
        tables: Where.
        study_id: Whose.
        rows: The events.
        expect: The length that the log must have.
        since: A length that the log had before.
    """

    def __init__(self, tables: Tables, study_id: int, rows: Sequence[Row], *, expect: int | None, since: int) -> None:
        self._tables = tables
        self._study_id, self._rows, self._expect, self._since = study_id, rows, expect, since
        self._is_tried = False

    def __call__(self, cursor: Any) -> int | None:
        """The log's new length; None if its length was not as expected, `GONE` without a log."""
        if self._is_tried and self._rows:
            head = self._tables.written(cursor, self._study_id, self._since, self._rows)
            if head is not None:
                return head
        self._is_tried = True
        return self._tables.append(cursor, self._study_id, self._rows, self._expect)


@final
class AppendAfter:
    """Adds events that depend on the whole log.

    Args:
        tables: Where.
        study_id: Whose.
        since: The length up to which the log is known.
        make: Gets the rest and says what to add.
    """

    def __init__(
        self, tables: Tables, study_id: int, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]
    ) -> None:
        self._tables = tables
        self._study_id, self._since, self._make = study_id, since, make
        self._head, self._rows = 0, list[Row]()  # of the attempt before

    def __call__(self, cursor: Any) -> int:
        """The log's new length; `GONE` without a log."""
        if self._rows:
            head = self._tables.written(cursor, self._study_id, self._head, self._rows)
            if head is not None:
                return head
        head, tail = self._tables.locked(cursor, self._study_id, self._since)
        if head == GONE:
            return GONE
        self._head, self._rows = head, [encode(event) for event in self._make(decode_all(tail))]
        if self._rows:
            self._tables.append(cursor, self._study_id, self._rows, None)
        return head + len(self._rows)


@final
class Rename:
    """Gives a study another name.

    Args:
        tables: Where.
        study_id: Which study.
        name: The new name.
        event: The row of the event that says so.
    """

    def __init__(self, tables: Tables, study_id: int, name: str, event: Row) -> None:
        self._tables = tables
        self._study_id, self._name, self._event = study_id, name, event
        self._is_tried = False

    def __call__(self, cursor: Any) -> int | None:
        """The log's new length; None if the name is taken, `GONE` without a log."""
        head, _ = self._tables.locked(cursor, self._study_id, END)
        if head == GONE:
            return GONE
        taken = self._tables.taken(cursor, self._name, None)
        if taken:
            return head if self._is_tried and list(taken) == [self._study_id] else None
        self._is_tried = True
        self._tables.rename(cursor, self._study_id, self._name)
        return self._tables.append(cursor, self._study_id, [self._event], None)


@final
class Delete:
    """Removes a study with its log.

    Args:
        tables: Where.
        study_id: Which study.
    """

    def __init__(self, tables: Tables, study_id: int) -> None:
        self._tables = tables
        self._study_id = study_id
        self._is_tried = False

    def __call__(self, cursor: Any) -> bool:
        """Whether it is gone by this; False if there was none."""
        if not self._tables.delete(cursor, self._study_id):
            return self._is_tried
        self._is_tried = True
        return True
