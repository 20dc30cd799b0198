"""Logs to write, and those who write them."""

from __future__ import annotations

import itertools
import math
import pickle
import threading
from collections.abc import Callable
from typing import TypeVar

from hpo.distributions import CategoricalDistribution
from hpo.events import (
    ASKED,
    AttributeSet,
    Event,
    RunLimits,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.protocols import CheckpointingStorage, Storage, is_private
from hpo.space import Space
from hpo.testing.studies import DISTRIBUTIONS

__all__ = ["checkpointing_views", "created", "events", "in_threads", "long_log", "new_header", "views"]

T = TypeVar("T")

_identities = (f"{i:032x}" for i in itertools.count())


def new_header(name: str, *, seed: int = 0) -> StudyCreated:
    """A header of its own identity, also where the name and the seed are the same."""
    return StudyCreated(name, (StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE), seed, 12.5, next(_identities))


def created(storage: Storage, name: str, *, seed: int = 0) -> StudyCreated:
    """The header of a log that has just begun."""
    header = new_header(name, seed=seed)
    storage.create(header)
    return header


def views(storage: Storage) -> list[Storage]:
    """What workers may look at one place through: the same storage, and, where others can see it, one of their own."""
    return [storage] if is_private(storage) else [storage, pickle.loads(pickle.dumps(storage))]


def checkpointing_views(storage: Storage) -> list[CheckpointingStorage]:
    return [view for view in views(storage) if isinstance(view, CheckpointingStorage)]


def long_log(storage: Storage, name: str, n: int) -> tuple[str, list[Event]]:
    """The identity of a log and what it holds."""
    header = created(storage, name)
    log: list[Event] = [header]
    for number in range(n // 3):
        log += [
            TrialStarted(float(number)),
            TrialProposed(number, (0.5, 1.0)),
            TrialFinished(number, TrialState.COMPLETE, 1.5, (float(number),), "digest", {"x": 0.5, "k": "a"}),
        ]
    storage.append(header.identity, log[1:])
    return header.identity, log


def events() -> list[Event]:
    strange = {"$float": "x", "$": [math.nan, -math.inf, {"\x00\ud800é": None}], "deep": [[[]], {}, 1e300, -0.0]}
    tuples = [(), (1, (2.5, None)), [1, {"k": ("$tuple", math.inf)}], {"$tuple": [1]}]
    return [
        SpaceDeclared(Space(DISTRIBUTIONS)),
        SpaceDeclared(Space({"": CategoricalDistribution([math.nan, "$float", {"$float": [1]}])})),
        SpaceDeclared(Space({"t": CategoricalDistribution(tuples)})),
        TrialQueued({"t": tuples[0], "list": [1]}, 2.0),
        TrialFinished(1, TrialState.COMPLETE, 7.0, (0.1,), "digest", dict(zip("abcd", tuples, strict=True))),
        AttributeSet(ASKED, {"space": "digest", "parameters": {"t": tuples[1]}}, 3, True),
        TrialQueued({}, 1.0),
        TrialQueued({"x": math.nan, "y": [1, {"a": True}]}, 2.0, strange, {"b": 1}),
        TrialQueued({}, 2.0, reports={0: math.inf, 2**40: 0.5}, retries=3),
        TrialStarted(3.0),
        TrialStarted(4.25, 7, True),
        TrialStarted(4.5, None, False, "worker \ud800"),
        TrialStarted(4.75, None, False, None, "digest", RunLimits()),
        TrialStarted(4.75, run=RunLimits(2**40, math.inf, ((9, ()), (8, (TrialState.COMPLETE, TrialState.FAIL))))),
        TrialProposed(0, ()),
        TrialProposed(1, (0.1, math.nan, 2.0)),
        TrialReported(1, 0, 0.1, 5.0),
        TrialReported(1, 2**40, math.nan, 6.0, True),
        TrialReported(1, 3, -math.inf, 6.0, False),
        TrialFinished(1, TrialState.COMPLETE, 7.0, (0.1,)),
        TrialFinished(2, TrialState.COMPLETE, 7.0, (math.inf,), "digest", strange),
        TrialFinished(3, TrialState.PRUNED, 7.0, (1.0, -2.0), "digest", {"x": 1}, {"c": math.inf}, strange, strange),
        TrialFinished(4, TrialState.FAIL, 7.0, error=TrialError("E", "message \ud800", "trace\n"), pruned=True),
        AttributeSet("key", None),
        AttributeSet("$float", strange, 3, True),
        TrialDeleted(3),
    ]


def in_threads(work: Callable[[int], T], n: int) -> list[T]:
    """What `work(0)` … `work(n - 1)` return when they are called at the same time; the first error is raised."""
    results: dict[int, T] = {}
    errors: list[BaseException] = []
    start = threading.Barrier(n)

    def run(i: int) -> None:
        try:
            start.wait()
            results[i] = work(i)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[i] for i in range(n)]
