"""The run loop: begins trials, has an executor call the objective, and stores the results."""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, final

from hpo import logging
from hpo.events import TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.running.away import Away, raised_there
from hpo.running.budget import Budget
from hpo.running.current import enter, leave
from hpo.running.executor import Executor
from hpo.running.host import Returned
from hpo.running.interrupts import Interrupts
from hpo.running.lines import announce
from hpo.running.outcome import Outcome, outcome_of
from hpo.running.participant import Participant
from hpo.trial.frozen import FrozenTrial
from hpo.trial.live import LiveTrial

__all__ = ["Limits", "Run", "Watcher"]

logger = logging.get_logger(__name__)

_NOW_AND_THEN = 64  # trials between two looks whether a checkpoint of the log is due
_PRUNED, _PAUSED = TrialState.PRUNED, TrialState.PAUSED
_POLL = 0.2  # seconds between two looks at a budget that other workers' running trials may use up


@final
@dataclass(frozen=True)
class Limits:
    """When a run ends, and how its results are committed.

    Args:
        n_trials: New trials that it begins; None for no limit.
        deadline: By the monotonic clock, when the last one begins; None for no limit.
        budgets: What all workers together may do.
        catch: Exceptions that make a trial fail and the run go on.
        lag: Results are stored in the order of the trials, of which so many are in flight; None for any order.
    """

    n_trials: int | None = None
    deadline: float | None = None
    budgets: tuple[Budget, ...] = ()
    catch: tuple[type[BaseException], ...] = ()
    lag: int | None = None


class Watcher(Protocol):
    """What is told about each trial after its end is stored: how the trial stood then."""

    def __call__(self, trial: FrozenTrial) -> None: ...


@final
@dataclass(eq=False)
class Run:
    """One call of `optimize`.

    A trial goes through three steps: the thread that runs the loop begins it, the executor executes it and commits it.
    If other processes call the objective, they execute it only, and the thread that runs the loop commits it, too.
    With a lag, trial k + lag begins right after trial k is committed, and commits are made in the order of the trials,
    by whoever comes by; so the log does not depend on the executor.

    Args:
        participant: Begins and ends the trials.
        objective: Called with each trial.
        limits: When to end.
        executor: Where the objective is called.
        away: Has the objective called in other processes instead.
        watchers: Told about each trial that has ended and whose error does not end the run.
        tick: Called after each stored trial, in any case, with whether it counts as a new one.
        collect: Whether to collect garbage after each trial.
    """

    participant: Participant
    objective: Callable[[LiveTrial], Any]
    limits: Limits
    executor: Executor
    away: Away | None = None
    watchers: tuple[Watcher, ...] = ()
    tick: Callable[[bool], None] | None = None
    collect: bool = False
    interrupts: Interrupts = field(default_factory=Interrupts)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _errors: list[BaseException] = field(default_factory=list)
    _n_begun: int = 0
    _n_flying: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _n_waiting: int = 0
    _n_exhausting: int = 0  # trials under way when the sampler had nothing left
    _ready: deque[LiveTrial] = field(default_factory=deque)  # begun, and not yet given to the executor
    _order: list[LiveTrial] = field(default_factory=list)  # begun, and not yet committed
    _ended: dict[int, tuple[Outcome, BaseException | None]] = field(default_factory=dict)
    _landed: deque[tuple[LiveTrial, Future[Any]]] = field(default_factory=deque)  # back from other processes
    _has_landed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._changed = threading.Condition(self._lock)
        self._n_objectives = self.participant.n_objectives

    def stop(self) -> None:
        """Begin no more trials."""
        self._stopped.set()
        self._has_landed.set()
        with self._lock:
            self._changed.notify_all()

    def go(self) -> None:
        """Run trials until a limit is reached, and raise the first error that ended the run."""
        try:
            with self.interrupts:
                try:
                    while (trial := self._next()) is not None:
                        self._hand_out(trial)
                    self._wait_for_all()
                except BaseException as error:
                    self._fail(error)
                    if not isinstance(error, Exception):
                        raise
        finally:
            self._abandon()
        if self._errors:
            first, *others = self._errors
            for other in others:
                first.add_note(f"Another thread failed as well: {type(other).__name__}: {other}")
            raise first

    # ---- beginning

    def _next(self) -> LiveTrial | None:
        """The next trial, as soon as there is a slot for it; None when there will be no more."""
        while True:
            self._take_in()
            slots = self.executor.slots if self.away is None else self.away.slots
            with self._lock:
                if self.limits.lag is not None:
                    self._begin_all(self.limits.lag)
                elif self._n_flying < slots and self._may_begin():
                    self._begin()
                if self._ready and (self.away is None or self._n_flying < slots):
                    self._n_flying += 1
                    return self._ready.popleft()
                if not self._ready and not self._may_begin():
                    return None
                is_busy = bool(self._order or self._n_flying)
                if is_busy and self.away is None:
                    self._wait()
                    continue
            if is_busy:
                self._wait_for_landing()
                continue
            self._stopped.wait(_POLL)  # other workers' trials use a budget up; room may come when one of them has ended

    def _begin_all(self, lag: int) -> None:
        """Begin all the trials that a lag allows."""
        while len(self._order) < lag and self._may_begin() and self._begin():
            pass

    def _begin(self) -> bool:
        """Begin a trial; False if none may begin just now, or ever: see `_may_begin`."""
        if self._order and len(self._order) == self._n_exhausting:
            return False
        new = self._wants_new()
        with self.interrupts.shield():
            try:
                trial = self.participant.begin(
                    deferred=self.limits.lag is not None,
                    budgets=self.limits.budgets,
                    new=new,
                    proposes=self.away is None or self.limits.lag is not None,
                )
            except SearchSpaceExhausted as exhausted:
                self._n_exhausting = len(self._order)
                if self._order:
                    return False  # they may show that there is more to try: ask again when one of them has ended
                logger.info(f"The study ends: {exhausted}")
                self.stop()
                return False
            self._n_exhausting = 0
            if trial is not None:
                self._n_begun += not trial.record.resumed
                self._ready.append(trial)
                self._order.append(trial)
                return True
        if (not new and not self._order) or (new and self.participant.is_spent(self.limits.budgets)):
            self.stop()  # no trial is promoted any more, or none may ever begin
        return False

    def _may_begin(self) -> bool:
        return (
            not self._stopped.is_set()
            and (self._wants_new() or self.participant.plan.pausing is not None)
            and (self.limits.deadline is None or time.monotonic() < self.limits.deadline)
        )

    def _wants_new(self) -> bool:
        """Whether there are new trials to begin; paused ones go on until none is promoted any more."""
        return self.limits.n_trials is None or self._n_begun < self.limits.n_trials

    def _wait_for_all(self) -> None:
        if self.away is None:
            with self._lock:
                while self._n_flying:
                    self._wait()
            return
        while self._n_flying:
            self._wait_for_landing()
            self._take_in()

    def _wait(self) -> None:
        """Wait under the lock until something has changed, or for a while."""
        self._n_waiting += 1
        self._changed.wait(0.5)  # without a timeout signals would have to wait too on some platforms
        self._n_waiting -= 1

    # ---- in other processes

    def _hand_out(self, trial: LiveTrial) -> None:
        if self.away is None:
            self.executor.submit(self._execute, trial, self._call)
            return
        with self.interrupts.shield():
            self.away.send(trial, self._land)

    def _land(self, trial: LiveTrial, future: Future[Any]) -> None:
        """Note that a trial is back; called in a thread of the engine, which must not wait for anything here."""
        self._landed.append((trial, future))
        self._has_landed.set()

    def _wait_for_landing(self) -> None:
        """Wait until a trial is back, or for a while."""
        self._has_landed.wait(0.5)
        self._has_landed.clear()

    def _take_in(self) -> None:
        """Commit the trials that are back, in the order in which they came."""
        while self._landed:
            trial, future = self._landed.popleft()
            self._execute(trial, partial(self._receive, future))

    def _receive(self, future: Future[Any], trial: LiveTrial) -> tuple[Outcome, BaseException | None] | None:
        """What an objective has come to in another process; None if the trial is away again, or has never begun."""
        assert self.away is not None
        returned = self.away.read(future)
        if returned is None:
            with self._lock:
                self._n_flying += 1
            self.away.send(trial, self._land, parcel=True)
            return None
        returned.give_to(trial)
        if returned.proposing is not None:
            self.participant.note_proposing(returned.proposing)
        if returned.stops:
            self.stop()
        if returned.outcome is None:
            self._withdraw(trial)
            return None
        return returned.outcome, _error_of(returned)

    def _withdraw(self, trial: LiveTrial) -> None:
        """The sampler, asked in another process, had nothing left for a trial."""
        with self._lock:
            self._order.remove(trial)
            self._n_begun -= 1
            self.participant.withdraw(trial)
            if self._order:
                self._n_exhausting = len(self._order)
                return
        logger.info("The study ends: the sampler has nothing left to try.")
        self.stop()

    # ---- executing and committing, wherever the executor calls

    def _execute(
        self, trial: LiveTrial, call: Callable[[LiveTrial], tuple[Outcome, BaseException | None] | None]
    ) -> None:
        outer = enter(self)
        try:
            called = call(trial)
            if called is None:
                return
            outcome, error = called
            if outcome.state is _PRUNED:
                outcome = self.participant.pruned(trial.number)
            elif outcome.state is _PAUSED:
                outcome = self.participant.paused(trial.number)
            self._commit(trial, outcome, error)
            if trial.number % _NOW_AND_THEN == 0:
                self.participant.keep_checkpoint()
            if self.collect:
                gc.collect()
        except BaseException as error:
            self._fail(error)
            if not isinstance(error, Exception):
                raise
        finally:
            leave(outer)
            with self._lock:
                self._n_flying -= 1
                if self._n_waiting:
                    self._changed.notify_all()

    def _call(self, trial: LiveTrial) -> tuple[Outcome, BaseException | None]:
        """Call the objective: how the trial ends, and the error that ends the run."""
        return outcome_of(self.objective, trial, self._n_objectives, self.limits.catch)

    def _commit(self, trial: LiveTrial, outcome: Outcome, error: BaseException | None) -> None:
        if self.limits.lag is None:
            self._settle(trial, outcome, error)
            return
        with self._lock:
            self._ended[trial.number] = outcome, error
            if error is not None and not isinstance(error, Exception):
                raise error
            try:
                while self._order and self._order[0].number in self._ended:
                    first = self._order[0]
                    self._settle(first, *self._ended.pop(first.number))
                    self._begin_all(self.limits.lag)
            finally:
                self._changed.notify_all()

    def _settle(self, trial: LiveTrial, outcome: Outcome, error: BaseException | None) -> None:
        """Store the end of a trial, and tell about it."""
        with self.interrupts.shield():
            record: FrozenTrial | None = None
            if self.watchers:
                written, record = self.participant.end_and_read(trial.number, outcome)
            else:
                written = self.participant.end(trial.number, outcome)
            self._order.remove(trial)
        if written is None:
            logger.warning(f"Trial {trial.number} had already been ended by someone else; its result is ignored.")
            return
        if written.state is not TrialState.COMPLETE or logger.isEnabledFor(logging.INFO):
            announce(trial, written, error, self.participant.best())
        if self.tick is not None:
            with self._lock:
                self.tick(not trial.record.resumed)
        if error is not None:
            if self.limits.lag is None:
                raise error
            self._fail(error)
            return
        if record is not None:
            for watcher in self.watchers:
                watcher(record)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if error not in self._errors:
                self._errors.append(error)
        self.stop()

    def _abandon(self) -> None:
        """Let the trials that are still running fail: the run has been interrupted."""
        self.stop()
        if self.away is not None:
            with self.interrupts.shield():
                self.away.close()
        reason = self._errors[0] if self._errors else KeyboardInterrupt("The run was interrupted.")
        with self._lock:
            left = list(self._order)
            self._order.clear()
            self._ready.clear()
        for trial in left:
            self.participant.end(trial.number, Outcome.of_error(reason))


def _error_of(returned: Returned) -> BaseException | None:
    if returned.error is None or returned.outcome is None:
        return None
    return raised_there(returned.error, returned.outcome.error)
