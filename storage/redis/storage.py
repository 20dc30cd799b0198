"""The storage for Redis servers."""

from __future__ import annotations

import itertools
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, final
from urllib.parse import urlsplit

from hpo.events import Event, StudyCreated, StudyRenamed
from hpo.exceptions import (
    DuplicatedStudyError,
    ReadOnlyStorageError,
    StorageFullError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.log.codec import Row, decode_all, encode
from hpo.protocols.leases import LeasePolicy, lease_options
from hpo.storage.loopback import is_on_loopback
from hpo.storage.redis import scripts

__all__ = ["RedisStorage"]

_KEYS = ("studies", "names", "order", "log", "beats", "checkpoint", "done")
_PATIENCE = 30  # attempts, up to two seconds apart
_FIRST_PATIENCE = 3  # attempts as long as none was answered: the address may be wrong


@final
class RedisStorage:
    """Keeps logs on a Redis server.

    What `append` returned from is as safe as the server is told to keep it: with `appendonly yes` and `appendfsync
    always` it survives a power cut, with Redis's defaults the last minutes may be lost with the server. It is all in
    the server's memory; a database or a journal is not.

    It pickles with its URL, password and all, because there is no other place where a process would find one.

    Args:
        url: Such as "redis://localhost:6379/0" or "rediss://user:password@host:6380".
        use_cluster: Whether the server belongs to a cluster. All keys have one hash tag, so one of its nodes has them.
        prefix: What the keys begin with, so that several users share a server.
        heartbeat_interval: Seconds between two renewals of a running trial's lease; None for no leases.
        grace_period: Seconds without a renewal after which its worker counts as lost; by default four intervals.

    Raises:
        ImportError: If the package `redis` is not installed.
        ValueError: If the grace period is no longer than the interval.

    Example:
        >>> study = hpo.create_study(storage=RedisStorage("redis://localhost:6379"), study_name="svm")
    """

    def __init__(
        self,
        url: str,
        use_cluster: bool = False,
        prefix: str = "",
        *,
        heartbeat_interval: float | None = 15.0,
        grace_period: float | None = None,
    ) -> None:
        self._url, self._use_cluster, self._prefix = url, use_cluster, prefix
        self.lease_policy = LeasePolicy.of(heartbeat_interval, grace_period)
        self._open()

    @property
    def url(self) -> str:
        """The URL without its password."""
        parts = urlsplit(self._url)
        if parts.password is None:
            return self._url
        user, place = parts.username or "", parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{user}:***@{place}").geturl()

    @property
    def is_on_network(self) -> bool:
        """Whether the server is not on this machine's loopback."""
        return not is_on_loopback(urlsplit(self._url).hostname)

    def opener(self) -> Callable[[], RedisStorage]:
        return partial(RedisStorage, self._url, self._use_cluster, self._prefix, **lease_options(self.lease_policy))

    def create(self, header: StudyCreated) -> None:
        name, identity = header.name, header.identity
        if self._run_once(scripts.CREATE, identity, name, identity, _text(header)) == scripts.TAKEN:
            raise self._taken(name)

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        rows = list(map(_text, events))
        length: int = self._run_once(scripts.APPEND, study, "" if expect is None else expect, *rows)
        if length == scripts.UNKNOWN:
            raise self._unknown(study)
        return None if length == scripts.TAKEN else length

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        # Redis takes -1 for the last position, so nothing must be asked for by an impossible one.
        last = -1 if limit is None else since + limit - 1 if limit else -(2**60)
        rows = self._run(scripts.READ, study, since, last)
        if rows is None:
            raise self._unknown(study)
        return decode_all([Row._make(row) for row in json.loads(b"[%b]" % b",".join(rows))])

    def studies(self) -> Mapping[str, str]:
        found = [text.decode() for text in self._run(scripts.STUDIES, "")]
        return dict(zip(found[::2], found[1::2], strict=True))

    def rename(self, study: str, name: str) -> None:
        length = self._run_once(scripts.RENAME, study, study, name, _text(StudyRenamed(name)))
        if length == scripts.UNKNOWN:
            raise self._unknown(study)
        if length == scripts.TAKEN:
            raise self._taken(name)

    def delete(self, study: str) -> None:
        if self._run_once(scripts.DELETE, study, study) == scripts.UNKNOWN:
            raise self._unknown(study)

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        if self._run(scripts.BEAT, study, len(ended), *ended, *alive) == scripts.UNKNOWN:
            raise self._unknown(study)

    def beats(self, study: str) -> Mapping[int, int]:
        found = self._run(scripts.BEATS, study)
        if found is None:
            raise self._unknown(study)
        return dict(zip(map(int, found[::2]), map(int, found[1::2]), strict=True))

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        there: int = self._run(scripts.SAVE_CHECKPOINT, study, instead_of, position, checkpoint)
        if there < 0:
            raise self._unknown(study)
        return there

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        found = self._run(scripts.LOAD_CHECKPOINT, study)
        if found is None:
            raise self._unknown(study)
        position, body = found
        return None if position is None else (int(position), body)

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._client.close()

    def __repr__(self) -> str:
        return f"RedisStorage({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        kept = ("_url", "_use_cluster", "_prefix", "lease_policy")
        return {name: self.__dict__[name] for name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def _open(self) -> None:
        try:
            import redis
            from redis.backoff import ExponentialBackoff
            from redis.retry import Retry
        except ImportError:
            raise ImportError(
                f"{self.url} needs the package 'redis', which is not installed: pip install 'hpo-study[redis]'."
            ) from None
        self._errors = redis.exceptions
        make = redis.RedisCluster if self._use_cluster else redis.Redis
        waits = ExponentialBackoff(cap=2.0, base=0.01)
        self._client: Any = make.from_url(self._url, retry=Retry(waits, _FIRST_PATIENCE))
        self._patience: Any = Retry(waits, _PATIENCE)  # from the first answer on
        self._threads = threading.local()

    def _run_once(self, script: str, study: str, *arguments: Any) -> Any:
        """What a script answers that must not be run again when its answer was lost."""
        if not self._threads.__dict__:
            self._threads.name, self._threads.counts = uuid.uuid4().hex, itertools.count()
        sender = f"{self._threads.name}/{os.getpid()}"  # a forked process goes on counting for itself
        return self._run(script, study, next(self._threads.counts), *arguments, sender=sender)

    def _run(self, script: str, study: str, *arguments: Any, sender: str = "") -> Any:
        """What a script answers."""
        names = {"log": study, "beats": study, "checkpoint": study, "done": sender}
        keys = [f"{self._prefix}{{hpo}}:{kind}:{names.get(kind, '')}" for kind in _KEYS]
        with self._clear_errors():
            answer = self._client.eval(script, len(keys), *keys, *arguments)
        patience, self._patience = self._patience, None
        if patience is not None:
            self._client.set_retry(patience)
        return answer

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Raise errors of the server, or of its driver, as errors of hpo that say what to do."""
        try:
            yield
        except (self._errors.AuthenticationError, self._errors.ConnectionError, self._errors.TimeoutError) as error:
            raise StorageInternalError(f"{self.url} cannot be reached: {error}") from error
        except self._errors.RedisError as error:
            said = str(error)
            if said.startswith("OOM"):
                raise StorageFullError(
                    f"There is no memory left at {self.url}. Nothing that was acknowledged is lost; give the server "
                    f"more, by its option maxmemory. (It said: {said})"
                ) from error
            if said.startswith(("READONLY", "NOPERM")):
                raise ReadOnlyStorageError(f"{self.url} cannot be written to. (It said: {said})") from error
            raise StorageInternalError(f"{self.url} refused: {said}") from error

    def _taken(self, name: str) -> DuplicatedStudyError:
        return DuplicatedStudyError(f"A study named {name!r} exists already in {self.url}; choose another name.")

    def _unknown(self, study: str) -> UnknownStudyError:
        return UnknownStudyError(f"There is no study with the identity {study!r} in {self.url}; was it deleted?")


def _text(event: Event) -> str:
    return json.dumps(encode(event))
