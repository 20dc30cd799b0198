"""The storage for databases: SQLite for one machine, PostgreSQL or MySQL for many."""

from __future__ import annotations

import secrets
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

from hpo.events import Event, StudyCreated, StudyRenamed, TrialProposed, TrialReported
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.log.codec import Row, decode_all, encode
from hpo.protocols import LeasePolicy
from hpo.storage.sql import upgrade
from hpo.storage.sql.engine import make_engine, shown, without_passwords
from hpo.storage.sql.errors import clear_errors, is_transient
from hpo.storage.sql.schema import HEAD
from hpo.storage.sql.statements import Statements
from hpo.storage.sql.transaction import Database

__all__ = ["RDBStorage"]

_ALL = 2**62  # a limit that no log reaches
_GONE = 0  # a length that no log has: each begins with its header
_urls: dict[str, str] = {}  # by what is pickled of them, so that copies within this process work
_options: dict[str, dict[str, Any]] = {}  # of engines, by what is pickled of their URLs


@final
class RDBStorage:
    """Keeps logs in a database that many processes can share.

    What `append` returned from survives a crash of the process, of the machine and a power cut; only reports
    of running trials may wait for the next start or end of a trial to reach the disk.

    It pickles without its password and without `engine_kwargs`, which may hold one, or things that cannot be
    pickled: another process that unpickles it takes the password from where the driver looks for one (PGPASSWORD or
    ~/.pgpass for PostgreSQL) and the defaults for the rest, or opens a storage of its own.

    Args:
        url: Such as "sqlite:///study.db"; anything that SQLAlchemy understands.
        engine_kwargs: Passed on to `sqlalchemy.create_engine`.
        heartbeat_interval: Seconds between two renewals of a running trial's lease; None for no leases.
        grace_period: Seconds without a renewal after which its worker counts as lost; by default four intervals.

    Raises:
        NotADatabaseError: If the file holds something else.
        SchemaVersionError: If another version of hpo wrote the database.

    Example:
        >>> study = hpo.create_study(storage=RDBStorage("sqlite:///study.db"), study_name="svm")
    """

    shared = True

    def __init__(
        self,
        url: str,
        engine_kwargs: Mapping[str, Any] | None = None,
        *,
        heartbeat_interval: float | None = 15.0,
        grace_period: float | None = None,
    ) -> None:
        self._url = url
        self._engine_kwargs = dict(engine_kwargs or {})
        self.lease_policy = None
        if heartbeat_interval is not None:
            self.lease_policy = LeasePolicy(heartbeat_interval, grace_period or 4 * heartbeat_interval)
        self._open()

    @staticmethod
    def upgrade(url: str, engine_kwargs: Mapping[str, Any] | None = None) -> None:
        """Bring the database at `url` to the schema of this version."""
        engine = make_engine(url, dict(engine_kwargs or {}))
        with clear_errors(engine):
            upgrade.upgrade(engine)
        engine.dispose()

    @property
    def url(self) -> str:
        """The URL without its password."""
        return shown(self.engine.url)

    @property
    def schema_version(self) -> str:
        """The revision of the tables."""
        return HEAD

    def create(self, header: StudyCreated) -> None:
        row = encode(header)
        tried = False

        def work(cursor: Any) -> None:
            nonlocal tried
            known = self._statements.find.run(cursor, header.name).fetchone()
            if known is not None:
                first = self._statements.read.run(cursor, known[0], 0, 1).fetchone()
                if tried and first is not None and tuple(first) == tuple(row):
                    return  # the attempt before has succeeded, and only its answer was lost
                raise DuplicatedStudyError(
                    f"A study named {header.name!r} exists already in {self.url}; choose another name or pass "
                    "load_if_exists=True."
                )
            tried = True
            self._statements.create.run(cursor, header.name, 1)
            self._statements.insert.run(cursor, self._find(cursor, header.name), 0, *row)

        self._database.write(work)

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        rows = [encode(event) for event in events]
        relaxed = all(type(event) in (TrialProposed, TrialReported) for event in events)
        tried: tuple[int, int] | None = None  # the study, and how long its log was before an attempt

        def work(cursor: Any) -> int | None:
            nonlocal tried
            head = self._written(cursor, *tried, rows) if tried and rows else None
            if head is not None:
                return head
            study_id = self._ids.get(study) or self._find(cursor, study)
            tried = study_id, self._durable.get(study_id, 0)
            return self._append(cursor, study, rows, expect)

        head = self._database.write(work, relaxed=relaxed)
        if head == _GONE:  # someone else has deleted the study, and perhaps made it anew
            del self._ids[study]
            return self.append(study, events, expect=expect)
        return head if head is None else self._on_disk(study, head)

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        tried: tuple[int, int, list[Row]] | None = None

        def work(cursor: Any) -> int:
            nonlocal tried
            head = None if tried is None else self._written(cursor, *tried)
            if head is not None:
                return head
            study_id = self._ids.get(study) or self._find(cursor, study)
            head, tail = self._locked(cursor, study_id, since)
            if head is None:
                self._ids.pop(study, None)
                raise UnknownStudyError(f"The study {study!r} in {self.url} has been deleted.")
            rows = [encode(event) for event in make(decode_all(tail))]
            if rows:
                tried = study_id, head, rows
                self._append(cursor, study, rows, None)
            return head + len(rows)

        return self._on_disk(study, self._database.write(work))

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        def work(cursor: Any) -> list[Row]:
            rows = self._rows(cursor, study, since, limit)
            if not rows and since == 0:  # every log has its header, so the id is one of the past
                self._ids.pop(study, None)
                rows = self._rows(cursor, study, since, limit)
            if self._statements.touches and not is_durable(rows):
                self._touch(cursor, self._ids[study])
            return rows

        def is_durable(rows: list[Row]) -> bool:
            return not rows or since + len(rows) <= self._durable.get(self._ids[study], 0)

        known = limit is not None and since + limit <= self._durable.get(self._ids.get(study, -1), 0)
        rows = self._database.read(work, is_durable=None if known else is_durable)
        if rows:
            self._on_disk(study, since + len(rows))
        return decode_all(rows)

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        def work(cursor: Any) -> None:
            study_id = self._ids.get(study) or self._find(cursor, study)
            for number in ended:
                self._statements.end_lease.run(cursor, study_id, number)
            for number in alive:
                if self._statements.beat.run(cursor, study_id, number).rowcount == 0:
                    self._statements.first_beat.run(cursor, study_id, number)

        self._database.write(work, relaxed=True)

    def beats(self, study: str) -> Mapping[int, int]:
        def work(cursor: Any) -> dict[int, int]:
            study_id = self._ids.get(study) or self._find(cursor, study)
            return dict(self._statements.beats.run(cursor, study_id).fetchall())

        return self._database.read(work)

    def rename(self, study: str, name: str) -> None:
        row = encode(StudyRenamed(name))

        def work(cursor: Any) -> None:
            self._ids.pop(study, None)
            study_id, head = self._advance(cursor, study, 1, None)
            if self._statements.find.run(cursor, name).fetchone() is not None:
                raise DuplicatedStudyError(f"A study named {name!r} exists already in {self.url}; choose another name.")
            assert head is not None
            self._statements.insert.run(cursor, study_id, head - 1, *row)
            self._statements.rename.run(cursor, name, study_id)

        self._database.write(work)

    def studies(self) -> Sequence[str]:
        return self._database.read(lambda cursor: [name for (name,) in self._statements.studies.run(cursor).fetchall()])

    def delete(self, study: str) -> None:
        def work(cursor: Any) -> None:
            self._ids.pop(study, None)
            study_id = self._find(cursor, study)
            self._statements.delete_leases.run(cursor, study_id)
            self._statements.delete_events.run(cursor, study_id)
            self._statements.delete_study.run(cursor, study_id)
            del self._ids[study]

        self._database.write(work)

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._database.close()

    def __repr__(self) -> str:
        return f"RDBStorage({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        public = without_passwords(self._url)
        _urls[public], _options[public] = self._url, self._engine_kwargs
        return {"_url": public, "lease_policy": self.lease_policy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._engine_kwargs = _options.get(self._url, {})
        self._url = _urls.get(self._url, self._url)
        self._open()

    def _open(self) -> None:
        self.engine = make_engine(self._url, self._engine_kwargs)
        self._database = Database(self.engine)
        self._statements = Statements(self.engine.dialect)
        self._ids: dict[str, int] = {}
        self._durable: dict[int, int] = {}  # by a study's id: how much of its log is known to be on the disk
        weakref.finalize(self, self._database.close)
        with clear_errors(self.engine):
            upgrade.check_or_create(self._database)

    def _append(self, cursor: Any, name: str, rows: Sequence[Row], expect: int | None) -> int | None:
        """Append events: the log's new length, None if its length was not as expected, `_GONE` if there is no log."""
        study_id = self._ids[name]
        if expect is None and len(rows) in self._statements.append:
            values = [value for row in rows for value in row]
            positions = self._statements.append[len(rows)].run_last(cursor, study_id, *values).fetchall()
            return max((position + 1 for (position,) in positions), default=_GONE)
        study_id, head = self._advance(cursor, name, len(rows), expect)
        if head is not None:
            first = head - len(rows)
            self._statements.insert.run_many(cursor, [(study_id, first + i, *row) for i, row in enumerate(rows)])
        return head

    def _locked(self, cursor: Any, study_id: int, since: int) -> tuple[int | None, Sequence[Row]]:
        """Keep other writers out; the log's length and its end."""
        statements = self._statements
        if statements.append:
            found, tail = statements.locked_head.run_with(statements.read, cursor, study_id, since, _ALL)
            return (found[0][0] if found else None), tail
        head = _scalar(statements.locked_head.run(cursor, study_id))
        if head is None or head == since:
            return head, ()
        return head, statements.read.run(cursor, study_id, since, head).fetchall()

    def _advance(self, cursor: Any, name: str, n: int, expect: int | None) -> tuple[int, int | None]:
        """Take the next n positions: the study's id and the new length, None if the length was not as expected."""
        study_id = self._ids.get(name) or self._find(cursor, name)
        statements = self._statements
        if expect is not None:
            if statements.advance_from.run(cursor, n, study_id, expect).rowcount == 1:
                return study_id, expect + n
            head = self._head(cursor, study_id)
        elif statements.advance_returning is not None:
            head = _scalar(statements.advance_returning.run(cursor, n, study_id))
        else:
            statements.advance.run(cursor, n, study_id)
            head = self._head(cursor, study_id)
        if head is None:  # someone else has deleted the study, and perhaps made it anew
            self._ids.pop(name, None)
            self._find(cursor, name)
            return self._advance(cursor, name, n, expect)
        return study_id, None if expect is not None else head

    def _on_disk(self, name: str, head: int) -> int:
        """Remember that the log is on the disk of the server up to here."""
        study_id = self._ids.get(name)
        if study_id is not None and head > self._durable.get(study_id, 0):
            self._durable[study_id] = head
        return head

    def _touch(self, cursor: Any, study_id: int) -> None:
        """Write something, so that the commit waits for the disk, and all that was read comes there before it."""
        assert self.engine.dialect.dbapi is not None
        nobody = -secrets.randbits(31)
        try:
            self._statements.first_beat.run(cursor, study_id, nobody)
            self._statements.end_lease.run(cursor, study_id, nobody)
        except self.engine.dialect.dbapi.Error as error:
            if is_transient(error, self.engine):
                raise
            # It may only read, and what it believes does no harm.

    def _written(self, cursor: Any, study_id: int, since: int, rows: Sequence[Row]) -> int | None:
        """The length of the log up to these very rows, if an attempt has succeeded, and only its answer was lost."""
        wanted = [tuple(row) for row in rows]
        found = [tuple(row) for row in self._statements.read.run(cursor, study_id, since, _ALL).fetchall()]
        for i in range(len(found) - len(wanted) + 1):
            if found[i : i + len(wanted)] == wanted:
                return since + i + len(wanted)
        return None

    def _head(self, cursor: Any, study_id: int) -> int | None:
        return _scalar(self._statements.head.run(cursor, study_id))

    def _find(self, cursor: Any, name: str) -> int:
        study_id = _scalar(self._statements.find.run(cursor, name))
        if study_id is None:
            raise UnknownStudyError(f"There is no study named {name!r} in {self.url}.")
        self._ids[name] = study_id
        return study_id

    def _rows(self, cursor: Any, name: str, since: int, limit: int | None) -> list[Row]:
        study_id = self._ids.get(name) or self._find(cursor, name)
        until = since + (_ALL if limit is None else limit)
        rows: list[Row] = self._statements.read.run(cursor, study_id, since, until).fetchall()
        return rows


def _scalar(cursor: Any) -> int | None:
    row = cursor.fetchone()
    return None if row is None else int(row[0])
