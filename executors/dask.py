"""Workers of a Dask cluster."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from typing import Any, final
from urllib.parse import urlsplit

from hpo.executors.address import LOOPBACK, outward
from hpo.executors.lost import WorkerLost

__all__ = ["Dask"]

_REMEMBERED = 1.0  # seconds for which the number of slots is taken for true, as asking costs a round trip
_PREFIX = "trial"  # of the keys of tasks, as Dask's dashboard shows them


@final
class Dask:
    """The workers of a Dask cluster: each of their threads is a slot, and those that join later, too.

    Dask would run a task again whose worker died, at work or with a result that nobody had fetched; here its trial
    fails as lost, and `retry=` says what then. A small plugin tells the scheduler so, for tasks of hpo only.

    Args:
        client: A `distributed.Client`, which stays the caller's.
        slots: How many trials are with the cluster at the same time; None for as many as it has room for. Where an
            objective takes milliseconds, workers wait longer for Dask than they work: four times the room keeps them
            busy, with twice the trials a second. What waits there counts as running.
        resources: What a trial needs of a worker's resources, such as {"GPU": 1}.
        options: More for `Client.submit`, such as workers=… or priority=….

    Raises:
        ImportError: If dask.distributed is not installed.
        RuntimeError: If the client is closed.
        TypeError: If it is an asynchronous one.
    """

    def __init__(
        self,
        client: Any,
        *,
        slots: int | None = None,
        resources: Mapping[str, float] | None = None,
        **options: Any,
    ) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            raise ImportError("Dask clusters need dask.distributed: pip install 'hpo-study[dask]'.") from None
        if not isinstance(client, Client):
            raise TypeError(f"Expected a distributed.Client, such as Client(cluster), got {client!r}.")
        if client.asynchronous:
            raise TypeError("A study waits for its trials: make the client without asynchronous=True.")
        if client.status != "running":
            raise RuntimeError(f"{client!r} is {client.status}; connect a new one.")
        self._client = client
        self._killed = KilledWorker
        self._given_slots = slots
        self._resources = dict(resources or {})
        self._options = {**options, **({"resources": self._resources} if resources else {})}
        self._under_way: set[Any] = set()
        self._slots, self._asked = 0, -_REMEMBERED
        client.register_plugin(_called_once())

    @property
    def slots(self) -> int:
        """Threads of the workers, or trials for which they have resources; it is asked once a second."""
        if self._given_slots is not None:
            return self._given_slots
        if time.monotonic() - self._asked >= _REMEMBERED:
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
            self._slots, self._asked = sum(map(self._room, workers)), time.monotonic()
        return self._slots

    @property
    def host(self) -> str:
        """How workers reach this machine: by the way that leads from here to the scheduler."""
        scheduler = urlsplit(str(self._client.scheduler.address))
        if scheduler.scheme == "inproc" or scheduler.hostname in (LOOPBACK, "localhost", "::1"):
            return LOOPBACK
        return outward(scheduler.hostname or "")

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        task = self._client.submit(fn, *args, key=f"{_PREFIX}-{uuid.uuid4().hex}", pure=False, **self._options)
        self._under_way.add(task)
        return asyncio.run_coroutine_threadsafe(self._result(task), self._client.loop.asyncio_loop)

    def is_loss(self, error: BaseException) -> bool:
        return isinstance(error, WorkerLost)

    def close(self) -> None:
        """Cancel what has not begun; calls that run in threads of workers cannot be ended."""
        if self._under_way:
            self._client.cancel(list(self._under_way))

    def _room(self, worker: Mapping[str, Any]) -> int:
        room = [int(worker["resources"].get(name, 0) // need) for name, need in self._resources.items() if need > 0]
        return min([int(worker["nthreads"]), *room])

    async def _result(self, task: Any) -> Any:
        """What came of a task, in the client's event loop."""
        try:
            return await self._client.gather(task, asynchronous=True)
        except self._killed as error:
            raise WorkerLost(f"the Dask worker {error.last_worker.address} is gone") from None
        except CancelledError:
            if self._client.status == "running":
                raise WorkerLost("the Dask worker is gone with the result, or someone has cancelled the task") from None
            raise asyncio.CancelledError from None
        finally:
            self._under_way.discard(task)


def _called_once() -> Any:
    """A plugin of the scheduler that has no trial run a second time after its worker died."""
    from distributed import SchedulerPlugin

    prefix = f"{_PREFIX}-"

    class CalledOnce(SchedulerPlugin):  # type: ignore[misc]  # defined here, it travels by value: no hpo is needed there
        name = "hpo-called-once"
        idempotent = True

        async def start(self, scheduler: Any) -> None:
            self.scheduler = scheduler

        def transition(self, key: Any, start: str, finish: str, *args: Any, **options: Any) -> None:
            if not isinstance(key, str) or not key.startswith(prefix):
                return
            if finish == "processing":
                self.scheduler.tasks[key].suspicious = self.scheduler.allowed_failures
            elif finish == "memory":  # data like any other from now on, not to be computed again
                self.scheduler.tasks[key].run_spec = None

    return CalledOnce()
