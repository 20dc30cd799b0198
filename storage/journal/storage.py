"""The storage for one file that many processes can share."""

from __future__ import annotations

import io
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, final

from hpo.events import Event, StudyCreated, StudyRenamed
from hpo.exceptions import DamagedJournalError, DuplicatedStudyError, UnknownStudyError
from hpo.log.codec import encode
from hpo.protocols.leases import LeasePolicy, lease_options
from hpo.storage.journal import first_line
from hpo.storage.journal.acknowledged import note_length
from hpo.storage.journal.checkpoints import CheckpointFiles
from hpo.storage.journal.files import check_system, creating, reading, reading_alone, write, writing
from hpo.storage.journal.index import Entry, Index, damage
from hpo.storage.journal.leases import LeaseFile
from hpo.storage.journal.lines import DELETED, event_of, renamed, seal, text, unseal
from hpo.storage.redis.backend import JournalRedisBackend

__all__ = ["JournalStorage"]


@final
class JournalStorage:
    """Keeps logs in one file that many processes can share, also over a network file system.

    What `append` returned from has been synchronised with the disk. A batch that a crash cut short is ignored by
    readers and removed by the next writer; a change to anything else in the file is an error that names the line.
    The file only grows: a deleted study leaves its lines behind, which `copy_study` into a new file does not take.

    Writers exclude each other by `flock` on the file itself, which the kernel releases when its holder dies, however it
    dies; readers need no lock. Linux passes `flock` on to NFS servers (version 4, or 3 with lockd) as a POSIX lock,
    so machines exclude each other too; what a machine held that has crashed is free when its NFS lease has expired,
    by default after 90 seconds. Lustre must be mounted with `flock`, not `localflock`.

    A file that has been cut short since is found by its length, which an extended attribute of the file notes where
    the file system has these.

    Args:
        path: Of the file. The URL is "journal:///relative.log" or "journal:////absolute/path.log". A
            `JournalFileBackend` is a path too; with a `JournalRedisBackend` this is a `RedisStorage`.
        heartbeat_interval: Seconds between two renewals of a running trial's lease; None for no leases. They are
            kept in a small file beside, as "study.log.leases", which may be lost. So may the files as
            "study.log.checkpoint-0" that long logs get, and from which they are opened fast.
        grace_period: Seconds without a renewal after which its worker counts as lost; by default four intervals.
        create: Make the file if there is none.

    Raises:
        NotADatabaseError: If the file holds something else, such as a journal of Optuna.
        SchemaVersionError: If a newer version of hpo wrote it.
        UnknownStudyError: If there is no file, and none is to be made.
        ValueError: If the grace period is no longer than the interval.

    Example:
        >>> study = hpo.create_study(storage=JournalStorage("study.log"), study_name="svm")
    """

    def __new__(cls, path: object = None, **options: Any) -> Any:
        """What the argument names: `pickle` gives none."""
        if isinstance(path, JournalRedisBackend):
            return path.storage(**options)
        return object.__new__(cls)

    def __init__(
        self,
        path: str | os.PathLike[str] | JournalRedisBackend,
        *,
        heartbeat_interval: float | None = 15.0,
        grace_period: float | None = None,
        create: bool = True,
    ) -> None:
        assert not isinstance(path, JournalRedisBackend)
        self.path = Path(path).absolute()  # also after a change of the working directory
        self.lease_policy = LeasePolicy.of(heartbeat_interval, grace_period)
        self._open(create=create)

    @property
    def url(self) -> str:
        """What `get_storage` opens this journal by."""
        return f"journal:///{self.path}"

    @property
    def is_on_network(self) -> bool:
        """False: another machine may see the file, but perhaps not under this path."""
        return False

    def opener(self) -> Callable[[], JournalStorage]:
        return partial(JournalStorage, self.path, create=False, **lease_options(self.lease_policy))

    def create(self, header: StudyCreated) -> None:
        line = text(encode(header))
        with self._alone() as file:
            self._check_free(header.name, header.identity)
            self._write(file, self._index.n_created, [line])

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        lines = [text(encode(event)) for event in events]
        with self._alone() as file:
            entry = self._find(study)
            length = len(entry.offsets)
            if expect is not None and expect != length:
                return None
            if lines:
                self._write(file, entry.rank, lines)
            return length + len(lines)

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        self._catch_up()
        with self._lock:
            entry = self._find(study)
            offsets = entry.offsets[since:] if limit is None else entry.offsets[since : since + limit]
        return self._events(entry, offsets)

    def studies(self) -> Mapping[str, str]:
        self._catch_up()
        with self._lock:
            return self._index.studies

    def rename(self, study: str, name: str) -> None:
        with self._alone() as file:
            entry = self._find(study)
            self._check_free(name)
            self._write(file, entry.rank, [renamed(name), text(encode(StudyRenamed(name)))])

    def delete(self, study: str) -> None:
        with self._alone() as file:
            rank = self._find(study).rank
            self._write(file, rank, [DELETED.decode()])
            with suppress(OSError):
                self._checkpoints.forget(rank)

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        with self._alone():
            self._leases.beat(self._find(study).rank, alive, ended, known=self._index.ranks)

    def beats(self, study: str) -> Mapping[int, int]:
        self._catch_up()
        with self._lock:
            rank = self._find(study).rank
        return self._leases.counts(rank)

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        with self._alone():
            rank = self._find(study).rank
            return self._checkpoints.save(rank, checkpoint, position, instead_of=instead_of)

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        self._catch_up()
        with self._lock:
            rank = self._find(study).rank
        return self._checkpoints.load(rank)

    def __repr__(self) -> str:
        return f"JournalStorage({str(self.path)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "lease_policy": self.lease_policy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def _open(self, *, create: bool = True) -> None:
        check_system()
        self._leases = LeaseFile(self.path.with_name(f"{self.path.name}.leases"))
        self._checkpoints = CheckpointFiles(self.path.with_name(f"{self.path.name}.checkpoint"))
        self._start()
        _in_use.add(self)
        if self.path.exists():
            with reading(self.path) as file:
                if first_line.is_there(file, self.path):
                    return
        if not create:
            what = "There is nothing in" if self.path.exists() else "There is no file"
            raise UnknownStudyError(f"{what} {str(self.path)!r}, so no study in it. Is the path right?")
        with creating(self.path) as file:
            if not first_line.is_there(file, self.path):
                first_line.write(file, self.path)

    def _start(self) -> None:
        self._lock = threading.Lock()  # of the index; whoever needs the file's lock too takes that first
        self._index = Index()

    @contextmanager
    def _alone(self) -> Iterator[io.BufferedReader[Any]]:
        """The file, with all that others have written known and nobody else writing."""
        with writing(self.path) as file:
            with self._lock:
                self._index.catch_up(file, self.path)
            yield file

    def _catch_up(self) -> None:
        """Take note of what others have written."""
        try:
            with reading(self.path) as file, self._lock:
                self._index.catch_up(file, self.path)
        except DamagedJournalError:  # or a line that is being written over the remains of a crash; wait and see
            with reading_alone(self.path) as file, self._lock:
                self._index.catch_up(file, self.path)

    def _events(self, entry: Entry, offsets: Sequence[int]) -> list[Event]:
        """The events of a log that stand at some offsets of the file."""
        if not offsets:
            return []
        with reading(self.path) as file:
            events = [event_of(_line_at(file, offset, self.path)) for offset in offsets]
        if isinstance(events[0], StudyCreated):
            events[0] = events[0]._replace(identity=entry.identity)  # an old one names none
        return events

    def _write(self, file: io.BufferedReader[Any], rank: int, lines: Sequence[str]) -> None:
        """Add a batch of lines where the last whole one ends, durably."""
        begin = self._index.end
        batch = bytearray()
        for more, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
            batch += seal(f"{more},{rank},{line}]\n".encode("ascii"), begin + len(batch))
        descriptor = file.fileno()
        if os.fstat(descriptor).st_size > begin:
            os.ftruncate(descriptor, begin)  # what a crash has left of a batch that was promised to nobody
        try:
            write(descriptor, batch, begin)
        except OSError:
            with suppress(OSError):  # then the next writer does it
                os.ftruncate(descriptor, begin)
            raise
        note_length(descriptor, begin + len(batch))

    def _find(self, study: str) -> Entry:
        entry = self._index.find(study)
        if entry is None:
            raise UnknownStudyError(f"There is no study with the identity {study!r} in {self.path}; was it deleted?")
        return entry

    def _check_free(self, name: str, identity: str = "") -> None:
        if name in self._index.studies or self._index.find(identity) is not None:
            raise DuplicatedStudyError(f"A study named {name!r} exists already in {self.path}; choose another name.")


def _line_at(file: io.BufferedReader[Any], offset: int, path: Path) -> bytes:
    """What happened, by the line at an offset that was found good before."""
    file.seek(offset)
    content = unseal(file.readline(), offset)
    if content is None:
        file.seek(0)
        raise DamagedJournalError(damage(path, file.read(offset).count(b"\n") + 1))
    return content.split(b",", 2)[2]


_in_use: weakref.WeakSet[JournalStorage] = weakref.WeakSet()


def _start_in_child() -> None:
    for storage in list(_in_use):
        storage._start()  # a thread that is not here may have held its lock


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_in_child)
