"""Appends of many clients, of which those that come while others are being written wait to be written together."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import final

from hpo.protocols import Storage
from hpo.storage.remote.appends import Appended, Appends, Wanted

__all__ = ["Batches"]

_Batch = list[tuple[Wanted, asyncio.Future[Appended]]]
_MOST_LOGS = 64
"""Logs of which the end is kept at hand."""


@final
class Batches:
    """What clients append, in an event loop; the writing is done in threads, by one at a time for each log.

    Args:
        storage: Where the logs are.
        threads: Where to write.
        written: Called with a log's identity when something may have been written to it.
    """

    def __init__(self, storage: Storage, threads: Executor, written: Callable[[str], None]) -> None:
        self._storage, self._threads, self._written = storage, threads, written
        self._logs: OrderedDict[str, _Log] = OrderedDict()

    async def append(self, wanted: Wanted) -> Appended:
        """Have something appended.

        Raises:
            Exception: What the storage has raised.
        """
        log = self._logs.get(wanted.study)
        if log is None:
            log = self._logs[wanted.study] = _Log(Appends(self._storage, wanted.study))
            self._forget_some()
        self._logs.move_to_end(wanted.study)
        answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        log.waiting.append((wanted, answer))
        if not log.is_busy:
            self._begin(wanted.study, log)
        return await answer

    def _begin(self, study: str, log: _Log) -> None:
        """Write all that waits."""
        log.is_busy = True
        batch, log.waiting = log.waiting, []
        loop, wanted = asyncio.get_running_loop(), [wanted for wanted, _ in batch]
        try:
            writing = loop.run_in_executor(self._threads, log.appends.write, wanted)
        except RuntimeError as error:  # the server is about to end
            self._answer(batch, [error for _ in batch])
            log.is_busy = False
            return
        writing.add_done_callback(lambda done: self._end(study, log, batch, done))

    def _end(self, study: str, log: _Log, batch: _Batch, done: asyncio.Future[list[Appended | Exception]]) -> None:
        self._answer(batch, done.result())
        self._written(study)
        log.is_busy = False
        if log.waiting:
            self._begin(study, log)

    def _answer(self, batch: _Batch, answers: Sequence[Appended | Exception]) -> None:
        for (_, answer), given in zip(batch, answers, strict=True):
            if answer.done():
                continue  # nobody waits for it any more
            if isinstance(given, Exception):
                answer.set_exception(given)
            else:
                answer.set_result(given)

    def _forget_some(self) -> None:
        idle = [study for study, log in self._logs.items() if not log.is_busy and not log.waiting]
        for study in idle[: max(0, len(self._logs) - _MOST_LOGS)]:
            del self._logs[study]


@final
class _Log:
    """Those who append to one log."""

    def __init__(self, appends: Appends) -> None:
        self.appends = appends
        self.waiting: _Batch = []
        self.is_busy = False
