"""Logs in one file that many machines can share without a database.

Each line of the file is a JSON array:

    ["checksum","hpo journal",1]                                             the first line: the version of the format
    ["checksum",more,study,[kind,number,step,value,state,time],body]         an event, as in `hpo.log.codec.Row`
    ["checksum",0,study,"renamed","name"]                                    from here on the study has this name
    ["checksum",0,study,"deleted"]                                           from here on there is no such study

`study` counts the creations in the file, and `more` the lines that follow in the same batch: a batch without its end
counts for nothing. The checksum is the CRC-32 of all that comes after it on the line, begun with the line's place in
the file, so a line that was moved, repeated or left out is found as a changed one is.
"""

from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import threading
import weakref
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, final

from hpo.events import Event, StudyCreated, StudyRenamed
from hpo.exceptions import (
    DamagedJournalError,
    DuplicatedStudyError,
    NotADatabaseError,
    ReadOnlyStorageError,
    SchemaVersionError,
    StorageFullError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.log.codec import Row, decode, dumps, encode, loads
from hpo.protocols import LeasePolicy
from hpo.storage.disk import sync

__all__ = ["JournalStorage"]

_VERSION = 1
"""Version of the format that this hpo reads and writes."""

_SEAL = len('["00000000",')
_MAGIC = b'"hpo journal",'
_DELETED, _RENAMED = b'"deleted"', b'"renamed",'
_CREATED = b"[0,"  # how the row of a `StudyCreated` begins


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

    Args:
        path: Of the file; it is created if there is none. The URL is "journal:///relative.log" or
            "journal:////absolute/path.log".
        heartbeat_interval: Seconds between two renewals of a running trial's lease; None for no leases. They are
            kept in a small file beside, as "study.log.leases", which may be lost.
        grace_period: Seconds without a renewal after which its worker counts as lost; by default four intervals.

    Raises:
        NotADatabaseError: If the file holds something else.
        SchemaVersionError: If a newer version of hpo wrote it.

    Example:
        >>> study = hpo.create_study(storage=JournalStorage("study.log"), study_name="svm")
    """

    shared = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        heartbeat_interval: float | None = 15.0,
        grace_period: float | None = None,
    ) -> None:
        self.path = Path(path).absolute()  # also after a change of the working directory
        self.lease_policy = None
        if heartbeat_interval is not None:
            self.lease_policy = LeasePolicy(heartbeat_interval, grace_period or 4 * heartbeat_interval)
        self._open()

    @property
    def url(self) -> str:
        """The URL."""
        return f"journal:///{self.path}"

    def create(self, header: StudyCreated) -> None:
        text = _event_text(encode(header))
        with self._exclusive() as file:
            self._check_free(header.name)
            self._write(file, self._index.n_created, [text])

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        texts = [_event_text(encode(event)) for event in events]
        with self._exclusive() as file:
            log = self._find(study)
            length = len(log.offsets)
            if expect is not None and expect != length:
                return None
            if texts:
                self._write(file, log.study, texts)
            return length + len(texts)

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        with self._exclusive() as file:
            log = self._find(study)
            texts = [_event_text(encode(event)) for event in make(self._events(log.offsets[since:]))]
            length = len(log.offsets)
            if texts:
                self._write(file, log.study, texts)
            return length + len(texts)

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        self._catch_up()
        with self._lock:
            offsets = self._find(study).offsets
            offsets = offsets[since:] if limit is None else offsets[since : since + limit]
        return self._events(offsets)

    def _events(self, offsets: Sequence[int]) -> list[Event]:
        if not offsets:
            return []
        with self._opened("r") as file:
            return [_event(_line_at(file, offset, self.path)) for offset in offsets]

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        with self._exclusive():
            leases = _read_leases(self._leases)
            rank = self._find(study).study
            counts = leases.pop(rank, {})
            known = {each.study for each in self._index.logs.values()}
            leases = {other: trials for other, trials in leases.items() if other in known}
            raised = {number: counts.get(number, 0) + 1 for number in alive}
            leases[rank] = {**{number: count for number, count in counts.items() if number not in ended}, **raised}
            _write_leases(self._leases, leases)

    def beats(self, study: str) -> Mapping[int, int]:
        self._catch_up()
        with self._lock:
            rank = self._find(study).study
        return _read_leases(self._leases).get(rank, {})

    def studies(self) -> Sequence[str]:
        self._catch_up()
        with self._lock:
            return list(self._index.logs)

    def delete(self, study: str) -> None:
        with self._exclusive() as file:
            self._write(file, self._find(study).study, [_DELETED.decode()])

    def rename(self, study: str, name: str) -> None:
        """Give a study another name, and say so in its log.

        Raises:
            UnknownStudyError: If there is no such study.
            DuplicatedStudyError: If there is a study of the new name.
        """
        with self._exclusive() as file:
            log = self._find(study)
            self._check_free(name)
            self._write(file, log.study, [_RENAMED.decode() + dumps(name), _event_text(encode(StudyRenamed(name)))])

    def __repr__(self) -> str:
        return f"JournalStorage({str(self.path)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "lease_policy": self.lease_policy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    # ---- the file

    @property
    def _leases(self) -> Path:
        return self.path.with_name(f"{self.path.name}.leases")

    def _open(self) -> None:
        self._start()
        _in_use.add(self)
        if self.path.exists():
            with self._opened("r") as file:
                if _is_journal(file, self.path):
                    return
        with self._opened("a+", fcntl.LOCK_EX) as file:
            if not _is_journal(file, self.path):
                _begin(file, self.path)

    def _start(self) -> None:
        self._lock = threading.Lock()  # of the index; whoever needs the file's lock too takes that first
        self._index = _Index()

    @contextmanager
    def _opened(self, mode: str, lock: int | None = None) -> Iterator[io.BufferedReader[Any]]:
        """The file, opened anew: that is when NFS looks at what others have written."""
        with _clear_errors(self.path, mode), ExitStack() as stack:
            with _forking:
                raw = stack.enter_context(io.FileIO(self.path, mode))
                _open_files.add(raw)
            file = stack.enter_context(io.BufferedReader(raw))
            try:
                if lock is not None:
                    fcntl.flock(raw, lock)
                yield file
            finally:
                if lock is not None:
                    fcntl.flock(raw, fcntl.LOCK_UN)  # closing is not enough where a library has forked meanwhile
                _open_files.discard(raw)

    @contextmanager
    def _exclusive(self) -> Iterator[io.BufferedReader[Any]]:
        """The file, with all that others have written known and nobody else writing."""
        with self._opened("r+", fcntl.LOCK_EX) as file:
            with self._lock:
                self._index.catch_up(file, self.path)
            yield file

    def _catch_up(self) -> None:
        """Take note of what others have written."""
        try:
            with self._opened("r") as file, self._lock:
                self._index.catch_up(file, self.path)
        except DamagedJournalError:  # or a line that is being written over the remains of a crash; wait and see
            with self._opened("r", fcntl.LOCK_SH) as file, self._lock:
                self._index.catch_up(file, self.path)

    def _write(self, file: io.BufferedReader[Any], study: int, texts: Sequence[str]) -> None:
        """Add a batch of lines where the last whole one ends, durably."""
        begin = self._index.end
        batch = bytearray()
        for more, text in zip(range(len(texts) - 1, -1, -1), texts, strict=True):
            batch += _sealed(f"{more},{study},{text}]\n".encode("ascii"), begin + len(batch))
        descriptor = file.fileno()
        if os.fstat(descriptor).st_size > begin:
            os.ftruncate(descriptor, begin)  # what a crash has left of a batch that was promised to nobody
        try:
            _write_all(descriptor, batch, begin)
        except OSError:
            with suppress(OSError):  # then the next writer does it
                os.ftruncate(descriptor, begin)
            raise

    def _find(self, study: str) -> _Log:
        log = self._index.logs.get(study)
        if log is None:
            raise UnknownStudyError(f"There is no study named {study!r} in {self.path}.")
        return log

    def _check_free(self, name: str) -> None:
        if name in self._index.logs:
            raise DuplicatedStudyError(
                f"A study named {name!r} exists already in {self.path}; choose another name or pass "
                "load_if_exists=True."
            )


@final
class _Log:
    """Where the events of one study are.

    Args:
        study: The rank of its creation.
        name: Of the study.
    """

    __slots__ = ("name", "offsets", "study")

    def __init__(self, study: int, name: str) -> None:
        self.study = study
        self.name = name
        self.offsets = array("q")


@final
class _Index:
    """What is where in the file, up to the end of its last whole batch.

    Attributes:
        end: Offset of that end.
        n_lines: Lines up to there.
        n_created: Studies that were ever created.
        logs: The studies that there are by name, in the order of their creation.
    """

    def __init__(self) -> None:
        self.end = 0
        self.n_lines = 0
        self.n_created = 0
        self.logs: dict[str, _Log] = {}
        self._by_number: dict[int, _Log] = {}

    def catch_up(self, file: io.BufferedReader[Any], path: Path) -> None:
        """Read on from `end`. Stops before a batch that is not whole.

        Raises:
            DamagedJournalError: If a whole line has another checksum than it says.
        """
        size = os.fstat(file.fileno()).st_size
        if size == self.end:
            return
        if size < self.end:
            raise DamagedJournalError(
                f"{path} has {size} bytes, and had {self.end} when it was last read: somebody has cut or replaced it. "
                "Restore it from a copy, or open it anew to go on with what is left."
            )
        file.seek(self.end)
        batch: list[tuple[int, int, bytes]] = []
        offset = self.end
        for line in file:
            if not line.endswith(b"\n"):
                return
            text = _unsealed(line, offset)
            if text is None:
                raise DamagedJournalError(_damage(path, self.n_lines + len(batch) + 1))
            if offset == 0:
                self._commit([], len(line))
            else:
                more, study, what = text.split(b",", 2)
                batch.append((offset, int(study), what))
                if more == b"0":
                    self._commit(batch, offset + len(line))
                    batch = []
            offset += len(line)

    def _commit(self, batch: Sequence[tuple[int, int, bytes]], end: int) -> None:
        for offset, study, what in batch:
            if what.startswith(_CREATED):
                self._create(study, what)
            log = self._by_number[study]
            if what.startswith(b"["):
                log.offsets.append(offset)
            elif what == _DELETED:
                del self.logs[log.name], self._by_number[study]
            else:
                self._rename(log, str(loads(what.removeprefix(_RENAMED).decode())))
        self.end = end
        self.n_lines += len(batch) or 1

    def _create(self, study: int, what: bytes) -> None:
        header = _event(what)
        assert isinstance(header, StudyCreated)
        self.n_created = study + 1
        self._by_number[study] = self.logs[header.name] = _Log(study, header.name)

    def _rename(self, log: _Log, name: str) -> None:
        log.name = name
        self.logs = {each.name: each for each in self._by_number.values()}  # keeps the order


# ---- lines


def _sealed(text: bytes, offset: int) -> bytes:
    """The line that begins at `offset`: its checksum, then `text`."""
    return b'["%08x",%b' % (zlib.crc32(text, offset & 0xFFFFFFFF), text)


def _unsealed(line: bytes, offset: int) -> bytes | None:
    """What follows the checksum of a line, without the closing bracket; None if the checksum is another."""
    text = line[_SEAL:]
    if line[:_SEAL] != b'["%08x",' % zlib.crc32(text, offset & 0xFFFFFFFF):
        return None
    return text[:-2]


def _event_text(row: Row) -> str:
    scalars = dumps(row[:-1])
    return scalars if row.body is None else f"{scalars},{row.body}"


def _event(what: bytes) -> Event:
    text = what.decode("ascii")
    end = text.index("]") + 1  # scalars hold no brackets
    return decode(Row._make([*loads(text[:end]), text[end + 1 :] or None]))


def _line_at(file: io.BufferedReader[Any], offset: int, path: Path) -> bytes:
    """What happened, by the line at an offset that was found good before."""
    file.seek(offset)
    text = _unsealed(file.readline(), offset)
    if text is None:
        file.seek(0)
        raise DamagedJournalError(_damage(path, file.read(offset).count(b"\n") + 1))
    return text.split(b",", 2)[2]


def _damage(path: Path, number: int) -> str:
    return (
        f"Line {number} of {path} is damaged: its checksum does not agree with it. Restore the file from a copy; or, "
        f"to lose that line and all after it, go on with a file of the lines before, from `head -n {number - 1}`."
    )


# ---- leases: no part of the log, so nothing is lost with them but the patience of observers


def _read_leases(path: Path) -> dict[int, dict[int, int]]:
    """The counts by study and trial; none if the file is missing or spoilt."""
    try:
        studies = json.loads(path.read_bytes())
        return {int(rank): {int(k): int(count) for k, count in trials.items()} for rank, trials in studies.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write_leases(path: Path, leases: dict[int, dict[int, int]]) -> None:
    """Replace the counts at once; only who holds the journal's lock does."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(leases))
    new.replace(path)


# ---- files

_HEADER = _sealed(_MAGIC + f"{_VERSION}]\n".encode(), 0)


def _is_journal(file: io.BufferedReader[Any], path: Path) -> bool:
    """Whether the first line is there; False if a crash has cut it short, or the file is new.

    Raises:
        NotADatabaseError, SchemaVersionError, DamagedJournalError: If it is another line.
    """
    file.seek(0)
    line = file.readline(100)
    if line == _HEADER:
        return True
    if _HEADER.startswith(line):
        return False
    if line[_SEAL:].startswith(_MAGIC):
        if (text := _unsealed(line, 0)) is None:
            raise DamagedJournalError(_damage(path, 1))
        raise SchemaVersionError(
            f"{path} is a journal of version {text.removeprefix(_MAGIC).decode()}, and this version of hpo reads "
            f"version {_VERSION}. Upgrade hpo."
        )
    raise NotADatabaseError(f"{path} is not a journal of hpo. Give another path.")


def _begin(file: io.BufferedReader[Any], path: Path) -> None:
    """Write the first line; whoever sees it knows that the file's name is on the disk."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    os.ftruncate(file.fileno(), 0)
    _write_all(file.fileno(), _HEADER, 0)


def _write_all(descriptor: int, data: bytes | bytearray, offset: int) -> None:
    """Write all of `data` at an offset and wait until it is on the disk."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[written:], offset + written
    sync(descriptor)


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def _clear_errors(path: Path, mode: str) -> Iterator[None]:
    """Raise errors of the operating system as errors of hpo that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError(
                f"There is no room left to write {path}. Nothing that was acknowledged is lost; free some space and go "
                f"on. (The system said: {error.strerror})"
            ) from error
        if error.errno in _FORBIDDEN and mode != "r":
            raise ReadOnlyStorageError(
                f"{path} cannot be written to. Reading works; to write, change the permissions of the file. "
                f"(The system said: {error.strerror})"
            ) from error
        raise StorageInternalError(
            f"{path} cannot be used: {error.strerror}. Does its folder exist, and does its file system offer locks?"
        ) from error


# ---- forks: a child must neither keep a lock of its parent's, nor wait for threads that it does not have

_forking = threading.RLock()  # held while a process forks, and while a file is opened
_open_files: set[io.FileIO] = set()
_in_use: weakref.WeakSet[JournalStorage] = weakref.WeakSet()


def _start_in_child() -> None:
    for file in list(_open_files):
        file.close()  # else the parent's lock could outlive the parent
    for storage in list(_in_use):
        storage._start()
    _forking.release()


os.register_at_fork(before=_forking.acquire, after_in_parent=_forking.release, after_in_child=_start_in_child)
