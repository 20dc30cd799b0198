"""The storage for databases: SQLite for one machine, PostgreSQL or MySQL for many."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

from sqlalchemy import URL, make_url

from hpo.codec import Row, decode, encode
from hpo.events import Event, StudyCreated, StudyRenamed, TrialProposed, TrialReported
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.leases import LeasePolicy
from hpo.storage.sql import upgrade
from hpo.storage.sql.engine import make_engine
from hpo.storage.sql.errors import clear_errors
from hpo.storage.sql.schema import HEAD
from hpo.storage.sql.statements import Statements
from hpo.storage.sql.transaction import Database

__all__ = ["RDBStorage"]

_ALL = 2**62  # a limit that no log reaches
_secrets: dict[str, str] = {}  # URLs by what is pickled of them, so that copies within this process work


@final
class RDBStorage:
    """Keeps logs in a database that many processes can share.

    What `append` returned from survives a crash of the process, of the machine and a power cut; only reports
    of running trials may wait for the next start or end of a trial to reach the disk.

    It pickles without its password: another process that unpickles it takes the password from where the driver
    looks for one (PGPASSWORD or ~/.pgpass for PostgreSQL), or opens a storage of its own.

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
        return self.engine.url.render_as_string(hide_password=True)

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
        tried: tuple[int, int] | None = None  # the study and the position of an attempt that may have succeeded

        def work(cursor: Any) -> int | None:
            nonlocal tried
            if tried is not None and self._holds(cursor, *tried, rows):
                return tried[1] + len(rows)
            study_id, head = self._advance(cursor, study, len(rows), expect)
            if head is None:
                return None
            first = head - len(rows)
            self._statements.insert.run_many(cursor, [(study_id, first + i, *row) for i, row in enumerate(rows)])
            tried = study_id, first
            return head

        return self._database.write(work, relaxed=relaxed)

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        tried: tuple[int, int, list[Row]] | None = None

        def work(cursor: Any) -> int:
            nonlocal tried
            if tried is not None and self._holds(cursor, *tried):
                return tried[1] + len(tried[2])
            study_id = self._ids.get(study) or self._find(cursor, study)
            head = _scalar(self._statements.locked_head.run(cursor, study_id))
            if head is None:
                self._ids.pop(study, None)
                raise UnknownStudyError(f"The study {study!r} in {self.url} has been deleted.")
            tail = self._statements.read.run(cursor, study_id, since, head).fetchall() if head > since else ()
            rows = [encode(event) for event in make([decode(row) for row in tail])]
            if rows:
                tried = study_id, head, rows
                self._statements.advance.run(cursor, len(rows), study_id)
                self._statements.insert.run_many(cursor, [(study_id, head + i, *row) for i, row in enumerate(rows)])
            return head + len(rows)

        return self._database.write(work)

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        def work(cursor: Any) -> list[Row]:
            rows = self._rows(cursor, study, since, limit)
            if not rows and since == 0:  # every log has its header, so the id is one of the past
                self._ids.pop(study, None)
                rows = self._rows(cursor, study, since, limit)
            return rows

        return [decode(row) for row in self._database.read(work)]

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
        public = _without_password(self._url)
        _secrets[public] = self._url
        return {"_url": public, "_engine_kwargs": self._engine_kwargs, "lease_policy": self.lease_policy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._url = _secrets.get(self._url, self._url)
        self._open()

    def _open(self) -> None:
        self.engine = make_engine(self._url, self._engine_kwargs)
        self._database = Database(self.engine)
        self._statements = Statements(self.engine.dialect)
        self._ids: dict[str, int] = {}
        weakref.finalize(self, self._database.close)
        with clear_errors(self.engine):
            upgrade.check_or_create(self._database)

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

    def _holds(self, cursor: Any, study_id: int, first: int, rows: Sequence[Row]) -> bool:
        """Whether these very rows stand at a position: an attempt has succeeded, and only its answer was lost."""
        found = self._statements.read.run(cursor, study_id, first, first + len(rows)).fetchall()
        return [tuple(row) for row in found] == [tuple(row) for row in rows]

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


def _without_password(url: str) -> str:
    parsed = make_url(url)
    without = URL.create(
        parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database, parsed.query
    )
    return without.render_as_string(hide_password=False)


def _scalar(cursor: Any) -> int | None:
    row = cursor.fetchone()
    return None if row is None else int(row[0])
