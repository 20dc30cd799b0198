"""The storage for databases: SQLite for one machine, PostgreSQL or MySQL for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

from hpo.codec import Row, decode, encode
from hpo.events import Event, StudyCreated, TrialReported
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.storage.sql import upgrade
from hpo.storage.sql.engine import make_engine
from hpo.storage.sql.errors import clear_errors
from hpo.storage.sql.schema import HEAD, MAX_NAME
from hpo.storage.sql.statements import Statements
from hpo.storage.sql.transaction import Database

__all__ = ["RDBStorage"]

_ALL = 2**62  # a limit that no log reaches


@final
class RDBStorage:
    """Keeps logs in a database that many processes can share.

    What `append` returned from survives a crash of the process, of the machine and a power cut; only reports
    of running trials may wait for the next start or end of a trial to reach the disk.

    Args:
        url: Such as "sqlite:///study.db"; anything that SQLAlchemy understands.
        engine_kwargs: Passed on to `sqlalchemy.create_engine`.

    Raises:
        NotADatabaseError: If the file holds something else.
        SchemaVersionError: If another version of hpo wrote the database.

    Example:
        >>> study = hpo.create_study(storage=RDBStorage("sqlite:///study.db"), study_name="svm")
    """

    shared = True

    def __init__(self, url: str, engine_kwargs: Mapping[str, Any] | None = None) -> None:
        self._url = url
        self._engine_kwargs = dict(engine_kwargs or {})
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
        if len(header.name) > MAX_NAME:
            raise ValueError(f"A study's name has at most {MAX_NAME} characters, got {len(header.name)}.")
        row = encode(header)
        with self._database.write() as cursor:
            if self._statements.find.run(cursor, header.name).fetchone() is not None:
                raise DuplicatedStudyError(
                    f"A study named {header.name!r} exists already in {self.url}; choose another name or pass "
                    "load_if_exists=True."
                )
            self._statements.create.run(cursor, header.name, 1)
            self._statements.insert.run(cursor, self._find(cursor, header.name), 0, *row)

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        rows = [encode(event) for event in events]
        relaxed = all(type(event) is TrialReported for event in events)
        with self._database.write(relaxed=relaxed) as cursor:
            study_id, head = self._advance(cursor, study, len(rows), expect)
            if head is None:
                return None
            first = head - len(rows)
            self._statements.insert.run_many(cursor, [(study_id, first + i, *row) for i, row in enumerate(rows)])
        return head

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        with self._database.read() as cursor:
            rows = self._rows(cursor, study, since, limit)
            if not rows and since == 0:  # every log has its header, so the id is one of the past
                self._ids.pop(study, None)
                rows = self._rows(cursor, study, since, limit)
        return [decode(row) for row in rows]

    def studies(self) -> Sequence[str]:
        with self._database.read() as cursor:
            return [name for (name,) in self._statements.studies.run(cursor).fetchall()]

    def delete(self, study: str) -> None:
        with self._database.write() as cursor:
            self._ids.pop(study, None)
            study_id = self._find(cursor, study)
            self._statements.delete_events.run(cursor, study_id)
            self._statements.delete_study.run(cursor, study_id)
            del self._ids[study]

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.engine.dispose()

    def __repr__(self) -> str:
        return f"RDBStorage({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"_url": self._url, "_engine_kwargs": self._engine_kwargs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def _open(self) -> None:
        self.engine = make_engine(self._url, self._engine_kwargs)
        self._database = Database(self.engine)
        self._statements = Statements(self.engine.dialect)
        self._ids: dict[str, int] = {}
        with clear_errors(self.engine):
            upgrade.check_or_create(self.engine)

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
