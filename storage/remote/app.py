"""The server as an ASGI application: who may ask, how long a body may be, and what becomes of errors."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hpo import logging
from hpo.exceptions import (
    DuplicatedStudyError,
    ReadOnlyStorageError,
    StorageFullError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.protocols import Storage
from hpo.storage.remote import protocol
from hpo.storage.remote.appends import Wanted
from hpo.storage.remote.batches import Batches
from hpo.storage.remote.fields import Fields
from hpo.storage.remote.service import Service
from hpo.storage.remote.tokens import is_same

__all__ = ["Application"]

logger = logging.get_logger(__name__)

T = TypeVar("T")
_THREADS = 64
"""Requests that are worked on at the same time; a storage may let each of them wait for a disk."""

_LONG = 2**16
"""Bytes of a body from which on the others do not wait while it is read."""

_LOOK_AGAIN = (0.02, 0.5)
"""Seconds between two looks for what others have written past the server, while somebody waits: at first, at last."""

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownStudyError, 404),
    (DuplicatedStudyError, 409),
    (ReadOnlyStorageError, 403),
    (StorageFullError, 507),
    (StorageInternalError, 500),
    (protocol.TooLong, 413),
    (ValueError, 400),
)


@final
class Application:
    """Answers the requests of clients.

    Args:
        storage: Where the logs are.
        token: What clients must show; empty for nothing.
        limit: Bytes of a body.
    """

    def __init__(self, storage: Storage, token: str, limit: int) -> None:
        self._service = Service(storage, limit)
        self._token, self._limit = token, limit
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="hpo-server")
        self._waiting = _Waiting()
        self._batches = Batches(storage, self._threads, self._waiting.wake)
        self._is_closed = False
        self._endpoints = {f"{protocol.PREFIX}{verb}": answer for verb, answer in self._verbs().items()}

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; the attribute that an ASGI server runs."""
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    def close(self) -> None:
        """Let nobody wait for events any longer, and end the threads. Any thread may call it."""
        self._is_closed = True
        self._threads.shutdown(wait=False)

    def _verbs(self) -> dict[str, Callable[[Request], Awaitable[Response]]]:
        ordinary = {verb: partial(self._ordinary, work) for verb, work in self._service.verbs.items()}
        return ordinary | {
            "append": self._append,
            "read": self._read,
            "save_checkpoint": self._save_checkpoint,
            "load_checkpoint": self._load_checkpoint,
        }

    async def _respond(self, request: Request) -> Response:
        answer = self._endpoints.get(request.scope["path"])
        if answer is None or request.method != "POST":
            return _no_such_thing(request, 405 if answer else 404)
        try:
            self._check(request)
            return await answer(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            return self._failed(request, error)

    async def _ordinary(self, work: Callable[[Fields], dict[str, Any]], request: Request) -> Response:
        return _answer(request, await self._in_thread(work, await self._fields(request)))

    async def _append(self, request: Request) -> Response:
        body = await self._body(request)
        wanted = _wanted(body) if len(body) < _LONG else await self._in_thread(_wanted, body)
        appended = await self._batches.append(wanted)
        return _packed(
            request, f'{{"head":{json.dumps(appended.head)},"events":[{",".join(appended.lines)}]}}'.encode()
        )

    async def _read(self, request: Request) -> Response:
        fields = await self._fields(request)
        deadline = time.monotonic() + min(fields.seconds("wait"), protocol.MAX_WAIT)
        pause = _LOOK_AGAIN[0]
        while True:
            found = await self._in_thread(self._service.read, fields)
            left = deadline - time.monotonic()
            if found["events"] or left <= 0 or self._is_closed:
                return _answer(request, found)
            await asyncio.wait([self._waiting.sleeper(fields.text("study"))], timeout=min(pause, left))
            pause = min(2 * pause, _LOOK_AGAIN[1])

    async def _save_checkpoint(self, request: Request) -> Response:
        given = dict(request.query_params)
        whole = {key: int(text) if text.isascii() and text.isdigit() else text for key, text in given.items()}
        fields = Fields(whole | {"study": given.get("study")})
        return _answer(request, await self._in_thread(self._service.save_checkpoint, fields, await self._body(request)))

    async def _load_checkpoint(self, request: Request) -> Response:
        fields = await self._fields(request)
        position, content = await self._in_thread(self._service.load_checkpoint, fields)
        return Response(content, headers={protocol.POSITION: str(position)}, media_type="application/octet-stream")

    async def _fields(self, request: Request) -> Fields:
        return Fields.parse(await self._body(request))

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _check(self, request: Request) -> None:
        """Raise for who may not ask, or would not understand the answer."""
        if self._token:
            kind, _, shown = request.headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not is_same(shown.strip(), self._token):
                raise _Refused(401, "This server wants a token, and got none or a wrong one.")
        version = request.headers.get(protocol.VERSION_HEADER, "")
        if version != str(protocol.VERSION):
            raise _Refused(
                400,
                f"This server speaks version {protocol.VERSION} of the protocol of hpo, and the client "
                f"{'version ' + version[:20] if version else 'does not say which one'}; use the same version of hpo on "
                "both sides.",
            )

    async def _body(self, request: Request) -> bytes:
        """The body, decompressed."""
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self._limit:
            raise self._too_long()
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > self._limit:
                raise self._too_long()
        coding = request.headers.get("content-encoding", "identity")
        if coding == "identity":
            return bytes(body)
        if coding != protocol.COMPRESSED:
            raise ValueError(f"The body's content coding must be {protocol.COMPRESSED}, or none; got {coding[:20]!r}.")
        try:
            return await self._in_thread(protocol.decompressed, bytes(body), self._limit)
        except protocol.TooLong:
            raise self._too_long() from None

    def _too_long(self) -> protocol.TooLong:
        return protocol.TooLong(
            f"The body is longer than the {self._limit} bytes that this server takes; write less at once, or start the "
            "server with a larger limit."
        )

    def _failed(self, request: Request, error: Exception) -> Response:
        if self._is_closed:
            return _answer(request, {"error": "StorageInternalError", "message": "The server is about to end."}, 503)
        if isinstance(error, _Refused):
            return _answer(request, {"error": "Refused", "message": str(error)}, error.status)
        for kind, status in _STATUS:
            if isinstance(error, kind):
                return _answer(request, {"error": type(error).__name__, "message": str(error)}, status)
        logger.error(f"A request could not be answered: {type(error).__name__}: {error}", exc_info=error)
        message = f"The server failed with {type(error).__name__}: {error}; its own log says more."
        return _answer(request, {"error": "StorageInternalError", "message": message}, 500)


class _Refused(Exception):
    """Somebody may not ask."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@final
class _Waiting:
    """Those who wait for events of a study."""

    def __init__(self) -> None:
        self._sleepers: dict[str, asyncio.Future[None]] = {}

    def sleeper(self, study: str) -> asyncio.Future[None]:
        """Done when something has been written to a study from now on."""
        sleeper = self._sleepers.get(study)
        if sleeper is None:
            sleeper = self._sleepers[study] = asyncio.get_running_loop().create_future()
        return sleeper

    def wake(self, study: str) -> None:
        sleeper = self._sleepers.pop(study, None)
        if sleeper is not None and not sleeper.done():
            sleeper.set_result(None)


def _answer(request: Request, content: dict[str, Any], status: int = 200) -> Response:
    return _packed(request, json.dumps(content, separators=(",", ":")).encode(), status)


def _packed(request: Request, body: bytes, status: int = 200) -> Response:
    """JSON, compressed if it is long and the client is not so near that it wants it as it is."""
    short = None if request.headers.get("accept-encoding") == "identity" else protocol.compressed(body)
    headers = {} if short is None else {"content-encoding": protocol.COMPRESSED}
    return Response(body if short is None else short, status, headers, media_type="application/json")


def _wanted(body: bytes) -> Wanted:
    return Wanted.of(Fields.parse(body))


def _no_such_thing(request: Request, status: int) -> Response:
    """For paths and methods that there are not."""
    message = f"This is a server of hpo, which is asked by POST to {protocol.PREFIX}…; not by {request.method[:20]} to "
    return _answer(request, {"error": "Refused", "message": f"{message}{request.url.path[:100]!r}."}, status)
