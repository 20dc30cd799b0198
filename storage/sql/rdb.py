"""The storage for databases: SQLite for one machine, PostgreSQL or MySQL for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import sqlalchemy as sa

from hpo.codec import Row, decode, encode
from hpo.events import Event, StudyCreated, TrialReported
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.storage.sql import upgrade
from hpo.storage.sql.engine import READ, RELAXED, make_engine
from hpo.storage.sql.errors import clear_errors
from hpo.storage.sql.schema import HEAD, MAX_NAME, event_table, study_table

__all__ = ["RDBStorage"]

_COLUMNS = tuple(event_table.c[name] for name in Row._fields)
_ADVANCE = (
    sa.update(study_table)
    .where(study_table.c.id == sa.bindparam("of"))
    .values(head=study_table.c.head + sa.bindparam("n"))
)
_ADVANCE_FROM = _ADVANCE.where(study_table.c.head == sa.bindparam("expect"))
_ADVANCE_RETURNING = _ADVANCE.returning(study_table.c.head)
_HEAD = sa.select(study_table.c.head).where(study_table.c.id == sa.bindparam("of"))
_INSERT = sa.insert(event_table)
_DELETE = sa.delete(study_table).where(study_table.c.id == sa.bindparam("of"))
_READ = (
    sa.select(*_COLUMNS)
    .where(event_table.c.study_id == sa.bindparam("of"), event_table.c.position >= sa.bindparam("since"))
    .order_by(event_table.c.position)
)


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
        with clear_errors(engine.url):
            upgrade.upgrade(engine)
        engine.dispose()

    @property
    def url(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def schema_version(self) -> str:
        return HEAD

    def create(self, header: StudyCreated) -> None:
        if len(header.name) > MAX_NAME:
            raise ValueError(f"A study's name has at most {MAX_NAME} characters, got {len(header.name)}.")
        with clear_errors(self.engine.url), self.engine.begin() as db:
            if db.scalar(sa.select(study_table.c.id).where(study_table.c.name == header.name)) is not None:
                raise DuplicatedStudyError(
                    f"A study named {header.name!r} exists already in {self.url}; choose another name or pass "
                    "load_if_exists=True."
                )
            created = db.execute(sa.insert(study_table).values(name=header.name, head=1))
            (study_id,) = created.inserted_primary_key or (0,)
            db.execute(sa.insert(event_table), [_record(study_id, 0, encode(header))])

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        rows = [encode(event) for event in events]
        relaxed = all(type(event) is TrialReported for event in events)
        engine = self._relaxed if relaxed else self.engine
        with clear_errors(self.engine.url), engine.begin() as db:
            study_id, head = self._advance(db, study, len(rows), expect)
            if head is None:
                db.rollback()
                return None
            first = head - len(rows)
            db.execute(_INSERT, [_record(study_id, first + i, row) for i, row in enumerate(rows)])
        return head

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        with clear_errors(self.engine.url), self._reader.begin() as db:
            rows = self._rows(db, study, since, limit)
            if not rows and since == 0:  # every log has its header, so the id is one of the past
                del self._ids[study]
                rows = self._rows(db, study, since, limit)
        return [decode(row) for row in rows]  # type: ignore[arg-type]

    def studies(self) -> Sequence[str]:
        with clear_errors(self.engine.url), self._reader.begin() as db:
            return list(db.scalars(sa.select(study_table.c.name).order_by(study_table.c.id)))

    def delete(self, study: str) -> None:
        with clear_errors(self.engine.url), self.engine.begin() as db:
            study_id = self._find(db, study)
            db.execute(sa.delete(event_table).where(event_table.c.study_id == study_id))
            db.execute(_DELETE, {"of": study_id})
            self._ids.pop(study, None)

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
        self._reader = self.engine.execution_options(**READ)
        self._relaxed = self.engine.execution_options(**RELAXED)
        self._ids: dict[str, int] = {}
        with clear_errors(self.engine.url):
            upgrade.check_or_create(self.engine, self.url)

    def _advance(self, db: sa.Connection, name: str, n: int, expect: int | None) -> tuple[int, int | None]:
        """Take the next n positions: the study's id and the new length, None if the length was not as expected."""
        study_id = self._ids.get(name) or self._find(db, name)
        if expect is not None:
            if db.execute(_ADVANCE_FROM, {"of": study_id, "n": n, "expect": expect}).rowcount == 1:
                return study_id, expect + n
            if db.scalar(_HEAD, {"of": study_id}) is None:
                return self._advance(db, self._forget(name), n, expect)
            return study_id, None
        if self.engine.dialect.update_returning:
            head = db.scalar(_ADVANCE_RETURNING, {"of": study_id, "n": n})
        else:
            db.execute(_ADVANCE, {"of": study_id, "n": n})
            head = db.scalar(_HEAD, {"of": study_id})
        if head is None:
            return self._advance(db, self._forget(name), n, expect)
        return study_id, head

    def _forget(self, name: str) -> str:
        """Drop what is remembered of a study that someone else has deleted, perhaps to make it anew."""
        self._ids.pop(name, None)
        return name

    def _find(self, db: sa.Connection, name: str) -> int:
        study_id = db.scalar(sa.select(study_table.c.id).where(study_table.c.name == name))
        if study_id is None:
            raise UnknownStudyError(f"There is no study named {name!r} in {self.url}.")
        self._ids[name] = study_id
        return int(study_id)

    def _rows(self, db: sa.Connection, name: str, since: int, limit: int | None) -> Sequence[sa.Row[Any]]:
        study_id = self._ids.get(name) or self._find(db, name)
        query = _READ if limit is None else _READ.limit(limit)
        return db.execute(query, {"of": study_id, "since": since}).all()


def _record(study_id: int, position: int, row: Row) -> dict[str, Any]:
    return {"study_id": study_id, "position": position, **row._asdict()}
