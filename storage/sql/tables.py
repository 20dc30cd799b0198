"""The steps that transactions on the tables are made of. Each takes the cursor of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import sqlalchemy as sa

from hpo.log.codec import Row
from hpo.storage.sql.statements import Statements

__all__ = ["END", "GONE", "Tables"]

END = 2**62
"""A position that no log reaches."""

_PART = 2**20  # bytes

GONE = 0
"""In the place of a log's length where there is no log: each begins with its header."""


@final
class Tables:
    """Reads and writes the tables in the dialect of a database.

    Args:
        dialect: SQLAlchemy's.
    """

    def __init__(self, dialect: sa.Dialect) -> None:
        self._statements = Statements(dialect)

    # ---- studies

    def studies(self, cursor: Any) -> dict[str, str]:
        """The identities by name, in the order of creation."""
        return dict(map(tuple, self._statements.studies.run(cursor).fetchall()))

    def find(self, cursor: Any, identity: str) -> int | None:
        """The id of a study."""
        return _scalar(self._statements.find.run(cursor, identity))

    def taken(self, cursor: Any, name: str, identity: str | None) -> dict[int, str]:
        """The identities by id of the studies that have a name or an identity already."""
        return dict(map(tuple, self._statements.taken.run(cursor, name, identity).fetchall()))

    def create(self, cursor: Any, name: str, identity: str, header: Row) -> None:
        """Begin a log."""
        self._statements.create.run(cursor, name, identity, 1)
        self._statements.insert.run(cursor, self.find(cursor, identity), 0, *header)

    def rename(self, cursor: Any, study_id: int, name: str) -> None:
        """Let a study be found under another name."""
        self._statements.rename.run(cursor, name, study_id)

    def delete(self, cursor: Any, study_id: int) -> bool:
        """Remove a study with all that belongs to it; False if there is none."""
        if _scalar(self._statements.locked_head.run(cursor, study_id)) is None:
            return False
        self._statements.delete_leases.run(cursor, study_id)
        self._statements.delete_checkpoint.run(cursor, study_id)
        self._statements.delete_events.run(cursor, study_id)
        self._statements.delete_study.run(cursor, study_id)
        return True

    # ---- events

    def append(self, cursor: Any, study_id: int, rows: Sequence[Row], expect: int | None) -> int | None:
        """Add events: the log's new length, None if its length was not as expected, `GONE` without a log.

        On PostgreSQL it may end the transaction, so it comes last.
        """
        if expect is None and len(rows) in self._statements.append:
            values = [value for row in rows for value in row]
            positions = self._statements.append[len(rows)].run_last(cursor, study_id, *values).fetchall()
            return max((position + 1 for (position,) in positions), default=GONE)
        head = self._advance(cursor, study_id, len(rows), expect)
        if head is not None and head != GONE:
            first = head - len(rows)
            self._statements.insert.run_many(cursor, [(study_id, first + i, *row) for i, row in enumerate(rows)])
        return head

    def read(self, cursor: Any, study_id: int, since: int, until: int) -> Sequence[Row] | None:
        """The events at some positions; None without a log."""
        rows = self._statements.read.run(cursor, study_id, since, until).fetchall()
        if not rows and not self._statements.read_finds_study:
            return None if _scalar(self._statements.head.run(cursor, study_id)) is None else ()
        return _events(rows)

    def locked(self, cursor: Any, study_id: int, since: int) -> tuple[int, Sequence[Row]]:
        """Keep other writers out until the transaction ends; the log's length, or `GONE`, and its events from there."""
        statements = self._statements
        if statements.append:
            found, rows = statements.locked_head.run_with(statements.read, cursor, study_id, since, END)
            return (found[0][0] if found else GONE), _events(rows) or ()
        head = _scalar(statements.locked_head.run(cursor, study_id))
        if head is None:
            return GONE, ()
        return head, () if head == since else self.read(cursor, study_id, since, head) or ()

    def written(self, cursor: Any, study_id: int, since: int, rows: Sequence[Row]) -> int | None:
        """The length of the log up to these very rows; None if they are not there."""
        wanted = [tuple(row) for row in rows]
        found = [tuple(row) for row in self.read(cursor, study_id, since, END) or ()]
        for i in range(len(found) - len(wanted) + 1):
            if found[i : i + len(wanted)] == wanted:
                return since + i + len(wanted)
        return None

    def _advance(self, cursor: Any, study_id: int, n: int, expect: int | None) -> int | None:
        """Take the next n positions: as `append`."""
        statements = self._statements
        if expect is not None:
            if statements.advance_from.run(cursor, n, study_id, expect).rowcount == 1:
                return expect + n
            return GONE if _scalar(statements.head.run(cursor, study_id)) is None else None
        if statements.advance_returning is not None:
            return _scalar(statements.advance_returning.run(cursor, n, study_id)) or GONE
        statements.advance.run(cursor, n, study_id)
        return _scalar(statements.head.run(cursor, study_id)) or GONE

    # ---- leases

    @property
    def reads_early(self) -> bool:
        """Whether readers see what is not on the disk yet, unless they `touch` something."""
        return self._statements.touches

    def touch(self, cursor: Any, study_id: int, nobody: int) -> None:
        """Write something, so that the commit waits for the disk, and all that was read comes there before it."""
        self._statements.first_beat.run(cursor, study_id, nobody)
        self._statements.end_lease.run(cursor, study_id, nobody)

    def beat(self, cursor: Any, study_id: int, alive: Sequence[int], ended: Sequence[int]) -> bool:
        """Raise and forget counts; False if there is no such study."""
        if _scalar(self._statements.head.run(cursor, study_id)) is None:
            return False
        for number in ended:
            self._statements.end_lease.run(cursor, study_id, number)
        for number in alive:
            if self._statements.beat.run(cursor, study_id, number).rowcount == 0:
                self._statements.first_beat.run(cursor, study_id, number)
        return True

    def beats(self, cursor: Any, study_id: int) -> Mapping[int, int] | None:
        """The counts by trial; None if there is no such study."""
        if _scalar(self._statements.head.run(cursor, study_id)) is None:
            return None
        return dict(map(tuple, self._statements.beats.run(cursor, study_id).fetchall()))

    # ---- checkpoints

    def save_checkpoint(
        self, cursor: Any, study_id: int, checkpoint: bytes, position: int, instead_of: int
    ) -> int | None:
        """Put a checkpoint in the place of another one; the position of the one that is there now, None without a log.

        It is written in parts, because servers limit the length of a message.
        """
        if _scalar(self._statements.head.run(cursor, study_id)) is None:
            return None
        first, *rest = [checkpoint[begin : begin + _PART] for begin in range(0, len(checkpoint) or 1, _PART)]
        if not self._replace(cursor, study_id, first, position, instead_of):
            return _scalar(self._statements.checkpoint_position.run(cursor, study_id)) or 0
        self._statements.delete_checkpoint_rest.run(cursor, study_id)
        if rest:
            rows = [(study_id, i, position, part) for i, part in enumerate(rest, 1)]
            self._statements.insert_checkpoint.run_many(cursor, rows)
        return position

    def _replace(self, cursor: Any, study_id: int, first: bytes, position: int, instead_of: int) -> bool:
        """Write the first part of a checkpoint, whose row is what writers agree by; False if another one is there."""
        statements = self._statements
        if instead_of:
            return bool(statements.replace_checkpoint.run(cursor, position, first, study_id, instead_of).rowcount == 1)
        if _scalar(statements.checkpoint_position.run(cursor, study_id)) is not None:
            return False
        statements.insert_checkpoint.run(cursor, study_id, 0, position, first)
        return True

    def load_checkpoint(self, cursor: Any, study_id: int) -> tuple[int, bytes] | None:
        """The position and the content of a checkpoint; (0, nothing) for none, None without a log."""
        parts = self._statements.checkpoint.run(cursor, study_id).fetchall()
        if parts:
            return int(parts[0][0]), b"".join([bytes(body) for _, body in parts])
        return None if _scalar(self._statements.head.run(cursor, study_id)) is None else (0, b"")


def _events(rows: Sequence[Row]) -> Sequence[Row] | None:
    """What `Statements.read` has found."""
    if not rows:
        return None
    return () if rows[0][0] is None else rows


def _scalar(cursor: Any) -> int | None:
    row = cursor.fetchone()
    return None if row is None else int(row[0])
