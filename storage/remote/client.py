"""The storage whose logs another process serves."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import uuid
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, final
from urllib.parse import urlencode, urlsplit

from hpo import logging
from hpo.events import Event, StudyCreated
from hpo.exceptions import (
    DuplicatedStudyError,
    ReadOnlyStorageError,
    StorageFullError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.log.codec import Row, decode_all
from hpo.protocols import LeasePolicy
from hpo.storage.loopback import is_on_loopback
from hpo.storage.remote import protocol
from hpo.storage.remote.connections import Answer, Connections, Place, is_away
from hpo.storage.remote.tokens import token_of

__all__ = ["PATIENCE", "RemoteStorage"]

PATIENCE = 300.0
"""Seconds for which a server that is away is asked again."""

logger = logging.get_logger(__name__)

_UNNOTICED = 5.0  # seconds for which it is waited for without a word

_ERRORS: dict[str, type[StorageInternalError]] = {
    kind.__name__: kind for kind in (DuplicatedStudyError, ReadOnlyStorageError, StorageFullError)
}
_tokens: dict[str, str] = {}  # by URL, so that copies within this process work


@final
class RemoteStorage:
    """Keeps logs in the storage that another process serves: `hpo serve`, or `hpo.storage.serve`.

    What `append` returned from is as safe as that storage keeps it. A server that goes away, even in the middle of a
    request, is waited for, up to five minutes; nothing is then lost, or written twice. One that was never there is an
    error at once.

    It pickles without its token: a process that unpickles it takes the token from the environment.

    Args:
        url: Such as "http+hpo://host:8471", or "https+hpo://host:8471" with TLS; never with the token in it.
        token: What the server wants to be shown; by default what HPO_TOKEN says, or the file that HPO_TOKEN_FILE names.
        ca_file: Certificates to trust besides the system's, for TLS with one of your own.
        heartbeat_interval: None for no leases. How they are kept otherwise is the server's to say.

    Raises:
        ValueError: If it is not the URL of a server.
        StorageInternalError: If nobody answers there, or somebody who wants another token or speaks another version.

    Example:
        >>> with hpo.storage.serve(hpo.storage.InMemoryStorage()) as server:
        ...     study = hpo.create_study(storage=RemoteStorage(server.url, server.token))
    """

    def __init__(
        self, url: str, token: str | None = None, *, ca_file: str | None = None, heartbeat_interval: float | None = 15.0
    ) -> None:
        self.url, self._ca_file = url, ca_file
        self.token = token_of(token)
        self._limit = protocol.LIMIT
        self._open()
        hello = self._ask("hello", {}, persist=False)
        self._limit = int(hello["limit"])
        lease = None if heartbeat_interval is None else hello["lease"]
        self.lease_policy = None if lease is None else LeasePolicy(*lease)

    @property
    def is_on_network(self) -> bool:
        """Whether its server is not on this machine's loopback."""
        return not is_on_loopback(urlsplit(self.url).hostname)

    def opener(self) -> Callable[[], RemoteStorage]:
        interval = None if self.lease_policy is None else self.lease_policy.renew_every
        return partial(RemoteStorage, self.url, self.token, ca_file=self._ca_file, heartbeat_interval=interval)

    def create(self, header: StudyCreated) -> None:
        try:
            self._ask_once("create", {"header": protocol.rows_of([header])})
        except DuplicatedStudyError:
            raise self._taken(header.name) from None

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        return self._append(study, events, self._heads.get(study, 0), {"expect": expect})[0]

    def append_and_read(
        self,
        study: str,
        events: Sequence[Event],
        since: int,
        *,
        expect: int | None = None,
        room: int | None = None,
    ) -> tuple[int | None, Sequence[Event]]:
        return self._append(study, events, since, {"expect": expect, "room": room, "tail": True})

    def _append(
        self, study: str, events: Sequence[Event], since: int, wishes: Mapping[str, Any]
    ) -> tuple[int | None, Sequence[Event]]:
        """As `append_and_read`; if the answer is lost, the events are looked for from `since` on."""
        request = {"study": study, "events": protocol.rows_of(events), "since": since, **wishes}
        answer = self._ask_once("append", request)
        head: int | None = answer["head"]
        if head is not None:
            self._heads[study] = head
        return head, self._events(answer["events"])

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        events: list[Event] = []
        while True:
            left = None if limit is None else limit - len(events)
            answer = self._ask("read", {"study": study, "since": since + len(events), "limit": left})
            events += self._events(answer["events"])
            if not answer["more"]:
                return events

    def follow(self, study: str, since: int = 0, *, timeout: float | None = None) -> Iterator[Sequence[Event]]:
        """The events from a position on, in batches, as they come.

        Args:
            study: The identity of the log.
            since: How many events to leave out.
            timeout: Seconds without a new one after which it ends; None for never.

        Raises:
            UnknownStudyError: If there is no such study, or it has been deleted.
        """
        heard = time.monotonic()
        while True:
            left = protocol.MAX_WAIT if timeout is None else heard + timeout - time.monotonic()
            wait = min(max(left, 0.0), protocol.MAX_WAIT)
            events = self._events(self._ask("read", {"study": study, "since": since, "wait": wait})["events"])
            if events:
                heard, since = time.monotonic(), since + len(events)
                yield events
            elif timeout is not None and time.monotonic() - heard >= timeout:
                return

    def studies(self) -> Mapping[str, str]:
        return dict(self._ask("studies", {})["studies"])

    def rename(self, study: str, name: str) -> None:
        try:
            self._ask_once("rename", {"study": study, "name": name})
        except DuplicatedStudyError:
            raise self._taken(name) from None

    def delete(self, study: str) -> None:
        self._ask_once("delete", {"study": study})

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        request = {"study": study, "alive": list(alive), "ended": list(ended)}
        self._ask("beat", request, persist=False)  # the next renewal comes soon enough

    def beats(self, study: str) -> Mapping[int, int]:
        return dict(self._ask("beats", {"study": study})["beats"])

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        query = urlencode({"study": study, "position": position, "instead_of": instead_of})
        answer = self._post(f"save_checkpoint?{query}", lambda _: checkpoint, study, persist=False)
        return int(json.loads(answer.body)["position"])

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        answer = self._post("load_checkpoint", lambda _: json.dumps({"study": study}).encode(), study)
        position = int(answer.headers[protocol.POSITION])
        return (position, answer.body) if position else None

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._connections.close()

    def __repr__(self) -> str:
        return f"RemoteStorage({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        _tokens[self.url] = self.token
        return {name: self.__dict__[name] for name in ("url", "_ca_file", "_limit", "lease_policy")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.token = token_of(_tokens.get(self.url))
        self._open()

    def _open(self) -> None:
        self._is_near = not self.is_on_network
        self._connections = Connections(Place.parse(self.url), self._ca_file)
        weakref.finalize(self, self._connections.close)
        self._heads: dict[str, int] = {}  # of logs, by identity: at least so long

    def _events(self, rows: Sequence[Sequence[Any]]) -> list[Event]:
        return decode_all([Row._make(row) for row in rows])

    def _ask_once(self, verb: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request that must not be done again where its answer was lost."""
        return self._ask(verb, request | {"key": uuid.uuid4().hex})

    def _ask(self, verb: str, request: dict[str, Any], *, persist: bool = True) -> dict[str, Any]:
        def body(is_first: bool) -> bytes:
            given = request if is_first else request | {"again": True}
            return json.dumps(given, separators=(",", ":")).encode()

        answer = self._post(verb, body, request.get("study", ""), persist=persist)
        content: dict[str, Any] = json.loads(answer.body)
        return content

    def _post(self, verb: str, body: Callable[[bool], bytes], study: str, *, persist: bool = True) -> Answer:
        """What a server answers; an error that it names is raised.

        Args:
            verb: What to do, with its query if it has one.
            body: Makes the body; it is told whether for the first attempt.
            study: The identity that it is about, for errors.
            persist: Wait for a server that is away.
        """
        try:
            answer = self._attempt(verb, body(True))
        except (OSError, http.client.HTTPException) as error:
            if not persist or not is_away(error):
                raise self._away(error) from error
            answer = self._persist(lambda: self._attempt(verb, body(False)))
        if answer.status == 200:
            return answer
        raise self._error(answer, study)

    def _attempt(self, verb: str, body: bytes) -> Answer:
        if len(body) > self._limit:
            raise StorageInternalError(
                f"{self.url} takes requests of at most {self._limit} bytes, and this one has {len(body)}: write less "
                "at once, or start the server with a larger limit."
            )
        headers = {protocol.VERSION_HEADER: str(protocol.VERSION), "Authorization": f"Bearer {self.token}"}
        short = None
        if self._is_near:  # there it costs more than it saves
            headers["Accept-Encoding"] = "identity"
        elif (short := protocol.compressed(body)) is not None:
            headers["Content-Encoding"] = protocol.COMPRESSED
        answer = self._connections.post(protocol.PREFIX + verb, body if short is None else short, headers)
        if answer.headers.get("content-encoding") != protocol.COMPRESSED:
            return answer
        return answer._replace(body=zlib.decompress(answer.body))

    def _persist(self, attempt: Callable[[], Answer]) -> Answer:
        """Try again and again, at growing random intervals, for as long as a restart of a server may take."""
        import tenacity

        is_said = False

        def say(state: tenacity.RetryCallState) -> None:
            nonlocal is_said
            if not is_said and (state.seconds_since_start or 0.0) >= _UNNOTICED:
                is_said = True
                logger.warning(f"{self.url} does not answer; it is asked again for up to {PATIENCE:.0f} s.")

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(is_away),
            wait=tenacity.wait_random_exponential(multiplier=0.02, max=2.0),
            stop=tenacity.stop_after_delay(PATIENCE),
            before_sleep=say,
            reraise=True,
        )
        try:
            answer = retrying(attempt)
        except (OSError, http.client.HTTPException) as error:
            raise self._away(error) from error
        if is_said:
            logger.info(f"{self.url} answers again.")
        return answer

    def _error(self, answer: Answer, study: str) -> Exception:
        """What a server that refused has said, as an error of hpo."""
        try:
            content = json.loads(answer.body)
            kind, message = content["error"], str(content["message"])
        except (ValueError, KeyError, TypeError):
            return StorageInternalError(
                f"{self.url} answered with status {answer.status}, and not as a server of hpo does. Is the URL right?"
            )
        if kind == UnknownStudyError.__name__:
            return UnknownStudyError(f"There is no study with the identity {study!r} in {self.url}; was it deleted?")
        if answer.status == 401:
            message = (
                "It wants another token. Set HPO_TOKEN, or HPO_TOKEN_FILE to the path of a file, or pass "
                "RemoteStorage(url, token)."
                if self.token
                else "It wants a token. Set HPO_TOKEN, or HPO_TOKEN_FILE to the path of a file, or pass "
                "RemoteStorage(url, token)."
            )
        return _ERRORS.get(kind, StorageInternalError)(f"{self.url} refused: {message}")

    def _away(self, error: Exception) -> StorageInternalError:
        said = str(error) or type(error).__name__
        if isinstance(error, ssl.SSLCertVerificationError):
            said += ". For a certificate of your own, pass ca_file=… or set SSL_CERT_FILE"
        return StorageInternalError(f"{self.url} cannot be reached: {said}.")

    def _taken(self, name: str) -> DuplicatedStudyError:
        return DuplicatedStudyError(f"A study named {name!r} exists already in {self.url}; choose another name.")
