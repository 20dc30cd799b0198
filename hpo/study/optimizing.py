"""A call of `Study.optimize`, checked and made into a run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from hpo.caution import warn
from hpo.checks import check_whole
from hpo.log.log import Log
from hpo.numbers import real, whole
from hpo.running.at_once import AtOnce
from hpo.running.budget import Budget
from hpo.running.callbacks import budgets
from hpo.running.executor import Threads
from hpo.running.here import Here
from hpo.running.limits import Limits
from hpo.running.participant import Participant
from hpo.running.place import Place

if TYPE_CHECKING:
    from hpo.running.away import Away

__all__ = ["away_for", "count", "here_for", "kept_back", "limits_of", "seconds"]

_LAG = 8


def count(n: Any, name: str) -> int | None:
    """A number of trials; None for no limit.

    Raises:
        TypeError, ValueError: If it is neither.
    """
    if n is None:
        return None
    number = whole(n, name)
    if number < 0:
        raise ValueError(f"{name} must be ≥ 0, or None for no limit, got {n!r}.")
    return number


def seconds(timeout: Any) -> float | None:
    """A time after which no trial begins; None for no limit.

    Raises:
        TypeError, ValueError: If it is neither.
    """
    if timeout is None:
        return None
    number = real(timeout, "timeout")
    if not number >= 0:
        raise ValueError(f"timeout must be ≥ 0 seconds, or None for no limit, got {timeout!r}.")
    return number


def kept_back(lag: Any, *, reproducible: bool) -> int | None:
    """How many trials are in flight, so that results are stored in the order of the trials; None for any order.

    Raises:
        TypeError, ValueError: If it is no such number.
    """
    if lag is not None:
        check_whole("lag", lag, 1, f", or None for {_LAG}")
    if reproducible:
        return _LAG if lag is None else lag
    if lag is not None:
        warn(f"lag={lag} does nothing without reproducible=True; give that too, or leave it out.")
    return None


def limits_of(
    n_trials: int | None,
    timeout: float | None,
    max_trials: int | None,
    catch: Any,
    callbacks: tuple[Callable[..., object], ...],
    lag: int | None,
) -> Limits:
    """When a run ends; callbacks that count trials let none begin that would be too many.

    Raises:
        TypeError: If `catch` names something else than exceptions.
    """
    counted = budgets(callbacks)
    if max_trials is not None:
        counted.append(Budget(max_trials))
    deadline = None if timeout is None else time.monotonic() + timeout
    return Limits(n_trials, deadline, tuple(counted), _exception_classes(catch), lag)


def here_for(n_jobs: int, limits: Limits, participant: Participant, objective: Callable[..., Any]) -> Place:
    """The thread or threads of this process in which a run has its objective called.

    Args:
        n_jobs: How many.
        limits: Of the run.
        participant: Of the study.
        objective: Called with a trial's data.

    Raises:
        ValueError: If there cannot be so many.
    """
    n_jobs = whole(n_jobs, "n_jobs")
    if n_jobs == -1:
        n_jobs = os.cpu_count() or 1
    if n_jobs < 1:
        raise ValueError(f"n_jobs must be ≥ 1, or -1 for one thread per core, got {n_jobs!r}.")
    if limits.lag is not None and limits.lag < n_jobs:
        raise ValueError(f"lag must be at least n_jobs={n_jobs}, so that every thread has a trial; got {limits.lag}.")
    if n_jobs == 1:
        return AtOnce(objective, participant.n_objectives, limits.catch)
    return Here(Threads(n_jobs), objective, participant.n_objectives, limits.catch)


def away_for(
    executor: Any,
    workers: int | None,
    n_jobs: int,
    limits: Limits,
    log: Log,
    participant: Participant,
    objective: Callable[..., Any],
    study_over: Callable[[Log, Participant], Any],
    collect: bool,
) -> Away:
    """The other processes in which a run has its objective called.

    Args:
        executor, workers, n_jobs, objective, collect: As `Study.optimize` got them.
        limits: Of the run.
        log, participant: Of the study.
        study_over: Makes a study in such a process.

    Raises:
        TypeError, ValueError, ImportError: If they cannot work.
    """
    from hpo.executors.choice import engine_for
    from hpo.running.away import Away
    from hpo.running.parcel import Parcel
    from hpo.running.reach import Reach

    if n_jobs != 1:
        raise ValueError(f"Say workers= or executor= for processes, or n_jobs= for threads, not both; got {n_jobs=}.")
    engine = engine_for(executor, workers)
    if limits.lag is not None and workers is not None and limits.lag < engine.slots:
        raise ValueError(f"lag must be at least workers={engine.slots}, so that each has a trial; got {limits.lag}.")
    reach = Reach.of(log.storage, engine.host)
    try:
        parcel = Parcel(objective, reach.opener, log.ledger.header, participant.plan, study_over, limits.catch, collect)
        return Away(engine, parcel.packed(), reach)
    except BaseException:
        reach.close()
        raise


def _exception_classes(catch: Any) -> tuple[type[BaseException], ...]:
    classes = tuple(catch) if isinstance(catch, Iterable) and not isinstance(catch, (str, type)) else (catch,)
    for one in classes:
        if not (isinstance(one, type) and issubclass(one, BaseException)):
            raise TypeError(f"catch must be an exception class or several of them, such as ValueError, got {one!r}.")
    return classes
