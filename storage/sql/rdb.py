"""The storage for databases: SQLite for one machine, PostgreSQL or MySQL for many."""

from __future__ import annotations

import secrets
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, final

from hpo.events import Event, StudyCreated, StudyRenamed, TrialProposed, TrialReported
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.log.codec import Row, decode_all, encode
from hpo.protocols.leases import LeasePolicy, lease_options
from hpo.storage.loopback import is_on_loopback
from hpo.storage.sql import upgrade
from hpo.storage.sql.attempts import Append, AppendAfter, Create, Delete, Rename
from hpo.storage.sql.engine import make_engine, sqlite_file
from hpo.storage.sql.errors import clear_errors, is_transient
from hpo.storage.sql.schema import HEAD
from hpo.storage.sql.tables import END, GONE, Tables
from hpo.storage.sql.transaction import Database
from hpo.storage.sql.urls import shown, without_passwords

__all__ = ["RDBStorage"]

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

    A SQLite file that may only be read, or that lies where nothing may be written, is read all the same.

    Args:
        url: Such as "sqlite:///study.db", "postgresql://user:password@host/db" or "mysql://…".
        engine_kwargs: Passed on to `sqlalchemy.create_engine`.
        skip_compatibility_check: Take tables that another version of hpo made for those of this one.
        heartbeat_interval: Seconds between two renewals of a running trial's lease; None for no leases.
        grace_period: Seconds without a renewal after which its worker counts as lost; by default four intervals.
        heartbeat_stale_trial_callback: A `RetryPolicy` for studies that are given none by `retry=`.
        failed_trial_callback: The same, under the name that it had in Optuna 4.
        skip_table_creation: Make neither a file nor tables where there are none.

    Raises:
        NotADatabaseError: If the file holds something else, such as studies of Optuna.
        SchemaVersionError: If another version of hpo wrote the database.
        UnknownStudyError: If nothing is there, and nothing is to be made.
        ValueError: If it is not the URL of such a database, or the grace period is no longer than the interval.
        ImportError: If its driver is not installed.

    Example:
        >>> study = hpo.create_study(storage=RDBStorage("sqlite:///study.db"), study_name="svm")
    """

    def __init__(
        self,
        url: str,
        engine_kwargs: Mapping[str, Any] | None = None,
        skip_compatibility_check: bool = False,
        *,
        heartbeat_interval: float | None = 15.0,
        grace_period: float | None = None,
        heartbeat_stale_trial_callback: object = None,
        failed_trial_callback: object = None,
        skip_table_creation: bool = False,
    ) -> None:
        self._url = url
        self._engine_kwargs = dict(engine_kwargs or {})
        self.lease_policy = LeasePolicy.of(heartbeat_interval, grace_period)
        self.retry = failed_trial_callback if heartbeat_stale_trial_callback is None else heartbeat_stale_trial_callback
        self._open(create=not skip_table_creation, check=not skip_compatibility_check)

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
    def is_on_network(self) -> bool:
        """Whether it is a server, and not one of this machine's loopback."""
        return self.engine.dialect.name != "sqlite" and not is_on_loopback(self.engine.url.host)

    def opener(self) -> Callable[[], RDBStorage] | None:
        file, url = sqlite_file(self.engine.url), self._url
        if self.engine.dialect.name == "sqlite":
            if file is None:
                return None  # in the memory of this process, or perhaps so
            url = f"sqlite:///{file}"
        return partial(
            RDBStorage, url, self._engine_kwargs, skip_table_creation=True, **lease_options(self.lease_policy)
        )

    @property
    def schema_version(self) -> str:
        """The revision of the tables."""
        return HEAD

    def create(self, header: StudyCreated) -> None:
        if not self._database.write(Create(self._tables, header.name, header.identity, encode(header))):
            raise self._taken(header.name)

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        rows = list(map(encode, events))
        relaxed = all(type(event) in (TrialProposed, TrialReported) for event in events)
        study_id = self._id(study)
        since = self._durable.get(study_id, 0)
        head = self._database.write(Append(self._tables, study_id, rows, expect=expect, since=since), relaxed=relaxed)
        return None if head is None else self._on_disk(study, study_id, head)

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        study_id = self._id(study)
        head = self._database.write(AppendAfter(self._tables, study_id, since, make))
        return self._on_disk(study, study_id, head)

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        study_id = self._id(study)
        until = since + (END if limit is None else limit)
        durable = self._durable.get(study_id, 0)

        def is_durable(rows: Sequence[Row] | None) -> bool:
            return not rows or since + len(rows) <= durable

        def work(cursor: Any) -> Sequence[Row] | None:
            rows = self._tables.read(cursor, study_id, since, until)
            if self._tables.reads_early and not is_durable(rows):
                self._touch(cursor, study_id)
            return rows

        rows = self._database.read(work, is_durable=None if until <= durable else is_durable)
        if rows is None:
            raise self._unknown(study)
        if rows:
            self._on_disk(study, study_id, since + len(rows))
        return decode_all(rows)

    def studies(self) -> Mapping[str, str]:
        return self._database.read(self._tables.studies)

    def rename(self, study: str, name: str) -> None:
        study_id = self._id(study)
        head = self._database.write(Rename(self._tables, study_id, name, encode(StudyRenamed(name))))
        if head is None:
            raise self._taken(name)
        self._on_disk(study, study_id, head)

    def delete(self, study: str) -> None:
        if not self._database.write(Delete(self._tables, self._id(study))):
            raise self._unknown(study)
        self._ids.pop(study, None)

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        study_id = self._id(study)
        if not self._database.write(lambda cursor: self._tables.beat(cursor, study_id, alive, ended), relaxed=True):
            raise self._unknown(study)

    def beats(self, study: str) -> Mapping[int, int]:
        study_id = self._id(study)
        beats = self._database.read(lambda cursor: self._tables.beats(cursor, study_id))
        if beats is None:
            raise self._unknown(study)
        return beats

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        study_id = self._id(study)

        def work(cursor: Any) -> int | None:
            return self._tables.save_checkpoint(cursor, study_id, checkpoint, position, instead_of)

        there = self._database.write(work, relaxed=True, patient=False)
        if there is None:
            raise self._unknown(study)
        return there

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        study_id = self._id(study)
        found = self._database.read(lambda cursor: self._tables.load_checkpoint(cursor, study_id))
        if found is None:
            raise self._unknown(study)
        return found if found[0] else None

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._database.close()

    def __repr__(self) -> str:
        return f"RDBStorage({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        public = without_passwords(self._url)
        _urls[public], _options[public] = self._url, self._engine_kwargs
        return {"_url": public, "lease_policy": self.lease_policy, "retry": self.retry}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._engine_kwargs = _options.get(self._url, {})
        self._url = _urls.get(self._url, self._url)
        self._open()

    def _open(self, *, create: bool = True, check: bool = True) -> None:
        self.engine = make_engine(self._url, self._engine_kwargs)
        self._database = Database(self.engine)
        self._tables = Tables(self.engine.dialect)
        self._ids: dict[str, int] = {}  # of studies, by their identities
        self._durable: dict[int, int] = {}  # by a study's id: how much of its log is known to be on the disk
        weakref.finalize(self, self._database.close)
        with clear_errors(self.engine):
            upgrade.check_or_create(self._database, create=create, check=check)

    def _id(self, study: str) -> int:
        """What the tables call a study; it never changes, nor is it used again."""
        known = self._ids.get(study)
        if known is not None:
            return known
        found = self._database.read(lambda cursor: self._tables.find(cursor, study))
        if found is None:
            raise self._unknown(study)
        self._ids[study] = found
        return found

    def _on_disk(self, study: str, study_id: int, head: int) -> int:
        """Remember that a log is on the disk of the server up to here; `GONE` if there is none any more."""
        if head == GONE:
            raise self._unknown(study)
        if head > self._durable.get(study_id, 0):
            self._durable[study_id] = head
        return head

    def _touch(self, cursor: Any, study_id: int) -> None:
        """Make sure that what was read is on the disk."""
        assert self.engine.dialect.dbapi is not None
        try:
            self._tables.touch(cursor, study_id, -secrets.randbits(31))
        except self.engine.dialect.dbapi.Error as error:
            if is_transient(error, self.engine):
                raise
            # It may only read, and what it believes does no harm.

    def _taken(self, name: str) -> DuplicatedStudyError:
        return DuplicatedStudyError(f"A study named {name!r} exists already in {self.url}; choose another name.")

    def _unknown(self, study: str) -> UnknownStudyError:
        self._ids.pop(study, None)
        return UnknownStudyError(f"There is no study with the identity {study!r} in {self.url}; was it deleted?")
