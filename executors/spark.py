"""Jobs of a Spark cluster."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, final

from hpo.executors.address import LOOPBACK, outward
from hpo.executors.lost import WorkerLost

__all__ = ["Spark"]

_LOSSES = ("exited unexpectedly", "ExecutorLostFailure", "Connection reset", "EOFException")
"""What Spark's errors say if a process is gone; errors of the calls themselves come back as values."""


@final
class Spark:
    """Jobs of a Spark cluster, one of one task for each trial, so that its scheduler and its page show them.

    Its Python must be one that has hpo: say PYSPARK_PYTHON before the session is made.

    Spark would run a task again whose worker died; here its trial fails as lost, and `retry=` says what then.

    Args:
        spark: A SparkSession, or its SparkContext; it stays the caller's.
        slots: How many trials run at the same time; None for as many as the cluster runs tasks.
        resources: A `pyspark.resource.ResourceProfile` of what a trial needs, where the cluster has such.

    Raises:
        ImportError: If pyspark is not installed.
        TypeError: If it is neither.
        RuntimeError: If it has been stopped.
    """

    def __init__(self, spark: Any, *, slots: int | None = None, resources: Any = None) -> None:
        try:
            from pyspark import SparkContext
        except ImportError:
            raise ImportError("Spark clusters need pyspark: pip install 'hpo-study[spark]'.") from None
        context = spark if isinstance(spark, SparkContext) else getattr(spark, "sparkContext", None)
        if not isinstance(context, SparkContext):
            raise TypeError(f"Expected a SparkSession or a SparkContext, got {spark!r} of type {type(spark).__name__}.")
        try:
            n_tasks = context.defaultParallelism // int(context.getConf().get("spark.task.cpus", "1"))
        except Exception as error:
            raise RuntimeError(f"{spark!r} has been stopped; make a new session.") from error
        self.slots: int = n_tasks if slots is None else slots
        self.host = _host(context)
        self._context = context
        self._resources = resources
        self._group = f"hpo-{uuid.uuid4().hex}"
        self._threads = ThreadPoolExecutor(max(1, self.slots), thread_name_prefix="hpo-spark")

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        return self._threads.submit(self._run, fn, args)

    def is_loss(self, error: BaseException) -> bool:
        from py4j.protocol import Py4JJavaError

        if isinstance(error, Py4JJavaError):
            return any(sign in str(error) for sign in _LOSSES)
        return isinstance(error, WorkerLost)

    def close(self) -> None:
        """Cancel the jobs, and what runs in their tasks if Spark can."""
        if self._context._jsc is not None:
            self._context.cancelJobGroup(self._group)

    def _run(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Run a job of one task, in a thread that waits for it."""
        self._context.setJobGroup(self._group, "a trial of hpo", interruptOnCancel=True)
        rdd = self._context.parallelize([pickle.dumps((fn, args))], 1)
        if self._resources is not None:
            rdd = rdd.withResources(self._resources)
        ((kind, result),) = rdd.mapPartitions(_call_once).collect()
        if kind == "lost":
            raise WorkerLost("a Spark executor or its Python worker is gone")
        if kind == "error":
            error: BaseException = pickle.loads(result)
            raise error
        return result


def _call_once(calls: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """The result of each call, or its error; but Spark's second attempt at a task does nothing."""
    from pyspark import TaskContext

    task = TaskContext.get()
    for call in calls:
        if task is not None and task.attemptNumber() > 0:
            yield "lost", None
            continue
        fn, args = pickle.loads(call)
        try:
            yield "result", fn(*args)
        except Exception as error:
            yield "error", pickle.dumps(error)


def _host(context: Any) -> str:
    """How executors reach this machine: as they reach Spark's driver."""
    if context.master.startswith("local"):
        return LOOPBACK
    host: str | None = context.getConf().get("spark.driver.host")
    return host or outward()
