"""Logs in the memory of this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

from hpo import logging
from hpo.events import Event, StudyCreated, StudyRenamed
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError

if TYPE_CHECKING:
    from hpo.storage.segments import Segment

__all__ = ["InMemoryStorage"]

logger = logging.get_logger(__name__)

_SEGMENT = 512  # events that are packed together once they are old


@final
class InMemoryStorage:
    """Keeps logs as long as the process lives; old events are packed into columns.

    A process that is forked, or gets it pickled, has a copy of its own, and is warned when it writes to that.
    """

    is_private = True

    def __init__(self) -> None:
        self._logs: dict[str, _Log] = {}  # by identity
        self._studies: dict[str, str] = {}  # identities by name
        self._process = os.getpid()
        self._lock = threading.RLock()

    def create(self, header: StudyCreated) -> None:
        with self._lock:
            if header.name in self._studies or header.identity in self._logs:
                raise DuplicatedStudyError(f"A study named {header.name!r} exists already; choose another name.")
            self._studies[header.name] = header.identity
            self._logs[header.identity] = log = _Log()
            log.extend([header])

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        with self._lock:
            log = self._own_log(study)
            if expect is not None and expect != log.length:
                return None
            log.extend(events)
            return log.length

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        with self._lock:
            log = self._own_log(study)
            log.extend(make(log.read(since, None) if since < log.length else ()))
            return log.length

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        with self._lock:
            return self._log(study).read(since, limit)

    def studies(self) -> Mapping[str, str]:
        with self._lock:
            return dict(self._studies)

    def rename(self, study: str, name: str) -> None:
        with self._lock:
            log = self._log(study)
            if name in self._studies:
                raise DuplicatedStudyError(f"A study named {name!r} exists already; choose another name.")
            log.extend([StudyRenamed(name)])
            self._studies = {name if known == study else old: known for old, known in self._studies.items()}

    def delete(self, study: str) -> None:
        with self._lock:
            self._log(study)
            del self._logs[study]
            self._studies = {name: known for name, known in self._studies.items() if known != study}

    def __repr__(self) -> str:
        return "InMemoryStorage()"

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            logs = {identity: log.copy() for identity, log in self._logs.items()}
            return {"_logs": logs, "_studies": dict(self._studies), "_process": self._process}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()
        import multiprocessing

        if multiprocessing.parent_process() is None:  # it comes from a file, and goes on here
            self._process = os.getpid()

    def _own_log(self, study: str) -> _Log:
        """The log, to write to it."""
        if self._process != os.getpid():
            logger.warning(
                "This study is a copy in the memory of a process of its own: what its trials return is lost when the "
                "process ends, and the original never learns of it. Use a storage that processes share, such as "
                "hpo.create_study(storage='sqlite:///study.db'), or study.optimize(objective, workers=2)."
            )
            self._process = os.getpid()
        return self._log(study)

    def _log(self, study: str) -> _Log:
        try:
            return self._logs[study]
        except KeyError:
            raise UnknownStudyError(
                f"There is no study with the identity {study!r} in this storage; was it deleted?"
            ) from None


@final
class _Log:
    """One log: packed segments of equal length, then the latest events."""

    __slots__ = ("_recent", "_segments", "length")

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._recent: list[Event] = []
        self.length = 0

    def extend(self, events: Sequence[Event]) -> None:
        self._recent.extend(events)
        self.length += len(events)
        if len(self._recent) >= 2 * _SEGMENT:  # the latest ones are read again and again
            self._pack()

    def _pack(self) -> None:
        from hpo.storage.segments import Segment

        while len(self._recent) >= 2 * _SEGMENT:
            self._segments.append(Segment.pack(self._recent[:_SEGMENT]))
            del self._recent[:_SEGMENT]

    def read(self, since: int, limit: int | None) -> list[Event]:
        until = self.length if limit is None else min(self.length, since + limit)
        packed = len(self._segments) * _SEGMENT
        events: list[Event] = []
        position = since
        while position < min(until, packed):
            which, offset = divmod(position, _SEGMENT)
            part = self._segments[which].unpack()[offset : offset + until - position]
            events += part
            position += len(part)
        return events + self._recent[max(0, since - packed) : max(0, until - packed)]

    def copy(self) -> _Log:
        copied = _Log()
        copied._segments, copied._recent, copied.length = list(self._segments), list(self._recent), self.length
        return copied
