"""Requests that must be done once, however often they come: a client asks again where an answer was lost."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, final

from hpo.events import Event
from hpo.log.codec import Row, encode
from hpo.protocols import Storage

__all__ = ["Once", "written"]

_KEPT = 4096
"""Answers that are remembered: those that may still be asked for again, by far."""


@final
class Once:
    """The answers to the latest requests, by their keys.

    It is for a request that is still being worked on, or that had waited somewhere in between, when the client asks
    again. After the server was started anew nothing of that kind is left, and the log says what was written.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, Future[Any]] = OrderedDict()

    def __call__(self, key: str, work: Callable[[], Any]) -> Any:
        """What `work` returned for this key, or raised; it is called if the key is new, or if it had failed."""
        with self._lock:
            known = self._answers.get(key)
            if known is None or (known.done() and known.exception() is not None):
                self._answers[key] = answer = Future[Any]()
                known = None
                while len(self._answers) > _KEPT:
                    self._answers.popitem(last=False)
        if known is not None:
            return known.result()
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)
        return answer.result()


def written(storage: Storage, study: str, since: int, events: Sequence[Event]) -> int | None:
    """The length of a log up to these very events, which may have been written from `since` on; None if they are not.

    Raises:
        UnknownStudyError: If there is no such study.
    """
    wanted = list(map(_row, events))
    found = list(map(_row, storage.read(study, since)))
    for i in range(len(found) - len(wanted) + 1):
        if found[i : i + len(wanted)] == wanted:
            return since + i + len(wanted)
    return None


def _row(event: Event) -> Row | None:
    """The row of an event; None if it has none, and so came from no client."""
    try:
        return encode(event)
    except TypeError:
        return None
