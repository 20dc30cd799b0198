"""Tasks of a Ray cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, final

from hpo.executors.address import LOOPBACK

__all__ = ["Ray"]

_REMEMBERED = 1.0  # seconds for which the number of slots is taken for true, as asking costs a round trip


@final
class Ray:
    """Tasks of a Ray cluster, one for each trial. Ray is initialised here if the program has not done so.

    Ray would run a task again whose worker died; here its trial fails as lost, and `retry=` says what then. When a run
    is interrupted, the workers of its trials are killed.

    Args:
        num_cpus, num_gpus, resources: What a trial needs, as for `ray.remote`; resources by name.
        slots: How many trials run at the same time; None for as many as the cluster has room for.
        options: More for `ray.remote`, such as runtime_env=… or scheduling_strategy=….

    Raises:
        ImportError: If ray is not installed.
        ValueError: If a trial needs nothing, and `slots` does not say how many run either.
    """

    def __init__(
        self,
        *,
        num_cpus: float = 1,
        num_gpus: float = 0,
        resources: Mapping[str, float] | None = None,
        slots: int | None = None,
        **options: Any,
    ) -> None:
        try:
            import ray
        except ImportError:
            raise ImportError("Ray clusters need ray: pip install 'hpo-study[ray]'.") from None
        needs = {"CPU": num_cpus, "GPU": num_gpus, **(resources or {})}
        self._needs = {name: need for name, need in needs.items() if need > 0}
        if slots is None and not self._needs:
            raise ValueError("Trials that need no CPU and nothing else have room without end; say slots=8.")
        if not ray.is_initialized():
            ray.init(log_to_driver=True, include_dashboard=False)
        self._ray = ray
        self._given_slots = slots
        self._options = {
            "max_retries": 0,
            **options,
            "num_cpus": num_cpus,
            "num_gpus": num_gpus,
            "resources": dict(resources or {}),
        }
        self._tasks: dict[Any, Any] = {}  # under way
        self._remote: dict[Any, Any] = {}  # functions, as Ray knows them
        self._slots, self._asked = 0, -_REMEMBERED
        self._losses = (
            ray.exceptions.WorkerCrashedError,
            ray.exceptions.NodeDiedError,
            ray.exceptions.OutOfMemoryError,
            ray.exceptions.LocalRayletDiedError,
        )

    @property
    def slots(self) -> int:
        """For how many trials the cluster has room; it is asked once a second."""
        if self._given_slots is not None:
            return self._given_slots
        if time.monotonic() - self._asked >= _REMEMBERED:
            there = self._ray.cluster_resources()
            self._slots = min(int(there.get(name, 0) // need) for name, need in self._needs.items())
            self._asked = time.monotonic()
        return self._slots

    @property
    def host(self) -> str:
        """Loopback if this machine is the only node, else the address that Ray knows it by."""
        here: str = self._ray.util.get_node_ip_address()
        nodes = {node["NodeManagerAddress"] for node in self._ray.nodes() if node["Alive"]}
        return LOOPBACK if nodes <= {here, LOOPBACK} else here

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        if fn not in self._remote:
            self._remote[fn] = self._ray.remote(fn).options(name="trial", **self._options)
        task = self._remote[fn].remote(*args)
        future: Future[Any] = task.future()
        self._tasks[future] = task
        future.add_done_callback(lambda done: self._tasks.pop(done, None))
        return future

    def is_loss(self, error: BaseException) -> bool:
        return isinstance(error, self._losses)

    def close(self) -> None:
        """Kill what is under way."""
        for task in list(self._tasks.values()):
            self._ray.cancel(task, force=True)
