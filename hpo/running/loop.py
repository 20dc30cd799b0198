"""The run loop: asks for trials, calls the objective, tells the results, in one thread or in several."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from hpo import logging
from hpo.events import TrialState
from hpo.exceptions import SearchSpaceExhausted, TrialPaused, TrialPruned
from hpo.protocols import pausing
from hpo.running.budget import Budget
from hpo.running.callbacks import budgets, finish
from hpo.running.interrupts import Interrupts
from hpo.running.outcome import Outcome
from hpo.running.progress import Progress

if TYPE_CHECKING:
    from hpo.log.ledger import Ledger
    from hpo.study import Study
    from hpo.trial import Trial
    from hpo.trial.frozen import FrozenTrial

__all__ = ["optimize"]

logger = logging.get_logger(__name__)

_POLL = 0.2  # seconds between two looks at a budget that other workers' running trials may use up


def optimize(
    study: Study,
    func: Callable[[Trial], Any],
    *,
    n_trials: int | None,
    timeout: float | None,
    n_jobs: int,
    catch: Iterable[type[Exception]] | type[Exception],
    callbacks: Iterable[Callable[[Study, FrozenTrial], None]] | None,
    gc_after_trial: bool,
    show_progress_bar: bool,
    max_trials: int | None,
    lag: int | None,
) -> None:
    """See `Study.optimize`; with `lag`, reproducibly."""
    if getattr(study._local, "optimizing", False):
        raise RuntimeError("`optimize` cannot be called from within an objective or a callback of the same study.")
    if not callable(func):
        raise TypeError(f"The objective must be something to call with a trial, got {func!r}.")
    n_jobs = _threads(n_jobs)
    if lag is not None and lag < n_jobs:
        raise ValueError(f"lag must be at least n_jobs={n_jobs}, so that every thread has a trial; got {lag}.")
    deadline = None if timeout is None else time.monotonic() + timeout
    progress = Progress(n_trials, timeout) if show_progress_bar else None
    callbacks = tuple(callbacks or ())
    run = _Run(
        study=study,
        func=func,
        budgets=(*budgets(callbacks), *(() if max_trials is None else (Budget(max_trials),))),
        n_trials=n_trials,
        deadline=deadline,
        catch=_exception_classes(catch),
        callbacks=callbacks,
        gc_after_trial=gc_after_trial,
        lag=lag,
        progress=progress,
    )
    previous, study._stop = study._stop, run.stopped
    try:
        with run.interrupts:
            if n_jobs == 1:
                run.work()
            else:
                run.work_in_threads(n_jobs)
    finally:
        study._stop = previous
        if progress is not None:
            progress.close()
        run.abandon()
        finish(callbacks, study)
    run.raise_error()


@final
@dataclass(eq=False)
class _Run:
    """One call of `optimize`.

    A trial goes through three steps: it is begun, executed, and committed. Without `lag` a thread takes a trial
    through all of them. With it, trial k + lag begins right after trial k is committed, and commits are made in
    the order of the trials, by whichever thread comes by; so the log does not depend on the threads.
    """

    study: Study
    func: Callable[[Trial], Any]
    budgets: tuple[Budget, ...]
    n_trials: int | None
    deadline: float | None
    catch: tuple[type[Exception], ...]
    callbacks: tuple[Callable[[Study, FrozenTrial], None], ...]
    gc_after_trial: bool
    lag: int | None
    progress: Progress | None
    interrupts: Interrupts = field(default_factory=Interrupts)
    stopped: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)
    _n_begun: int = 0
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _ready: list[Trial] = field(default_factory=list)  # begun, and not yet taken by a thread
    _order: list[Trial] = field(default_factory=list)  # begun, and not yet committed
    _ended: dict[int, tuple[Outcome, BaseException | None]] = field(default_factory=dict)

    def work(self) -> None:
        """Run trials until none is left; errors end the run and wait in `errors`."""
        self.study._local.optimizing = True
        try:
            while (trial := self._take()) is not None:
                outcome, error = self._execute(trial)
                self._commit(trial, outcome, error)
                if self.gc_after_trial:
                    gc.collect()
        except BaseException as error:
            self._fail(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self.study._local.optimizing = False

    def work_in_threads(self, n: int) -> None:
        """Have n threads work; the calling one waits, and is the one that signals reach."""
        # Daemons: after Ctrl-C the program may end although an objective is still running.
        threads = [threading.Thread(target=self._work_quietly, name=f"hpo-{i}", daemon=True) for i in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.5)  # a join without a timeout would keep signals waiting on some platforms

    def abandon(self) -> None:
        """Let the trials that are still running fail: the run has been interrupted."""
        self._stop()
        reason = self.errors[0] if self.errors else KeyboardInterrupt("The run was interrupted.")
        with self.study._log.lock:
            for trial in self._order:
                self.study._session.end(trial.number, Outcome.of_error(reason))
            self._order.clear()

    def raise_error(self) -> None:
        """Raise the first error, which mentions the others."""
        if not self.errors:
            return
        first, *others = self.errors
        for other in others:
            first.add_note(f"Another thread failed as well: {type(other).__name__}: {other}")
        raise first

    def _work_quietly(self) -> None:
        try:
            self.work()
        except BaseException:  # it waits in `errors` for the calling thread
            return

    def _take(self) -> Trial | None:
        """A trial to execute; None when there will be no more."""
        with self._turn:
            while True:
                self._begin()
                if self._ready:
                    return self._ready.pop(0)
                if self.lag is None or not self._order or not self._may_begin():
                    return None
                self._turn.wait()  # all trials within the lag are under way; the next may begin after a commit

    def _begin(self) -> None:
        """Begin the trials that are due: one, or with `lag` all that it allows."""
        while (not self._ready if self.lag is None else len(self._order) < self.lag) and self._may_begin():
            new = self._wants_new()
            with self.interrupts.shield():
                try:
                    trial = self.study._session.begin(deferred=self.lag is not None, budgets=self.budgets, new=new)
                except SearchSpaceExhausted as exhausted:
                    logger.info(f"The study ends: {exhausted}")
                    self._stop()
                    return
                if trial is not None:
                    self._n_begun += not trial._resumed
                    self._ready.append(trial)
                    self._order.append(trial)
            if trial is None:
                if not new:
                    return
                if any(budget.is_spent(self.study._log.ledger) for budget in self.budgets):
                    self._stop()
                elif self._order:
                    return  # room may come when one of this run's own trials has ended
                else:
                    self.stopped.wait(_POLL)  # or when one of another worker's has

    def _may_begin(self) -> bool:
        return (
            not self.stopped.is_set()
            and (self._wants_new() or pausing(self.study.pruner) is not None)
            and (self.deadline is None or time.monotonic() < self.deadline)
        )

    def _wants_new(self) -> bool:
        """Whether there are new trials to begin; paused ones go on until none is promoted any more."""
        return self.n_trials is None or self._n_begun < self.n_trials

    def _execute(self, trial: Trial) -> tuple[Outcome, BaseException | None]:
        """Call the objective: how the trial ends, and the error that ends the run."""
        try:
            returned = self.func(trial)
            return Outcome.of_return(returned, len(self.study._log.ledger.directions)), None
        except TrialPruned:
            return self.study._session.pruned(trial.number), None
        except TrialPaused:
            return self.study._session.paused(trial.number), None
        except self.catch as error:
            return Outcome.of_error(error), None
        except BaseException as error:
            return Outcome.of_error(error), error

    def _commit(self, trial: Trial, outcome: Outcome, error: BaseException | None) -> None:
        if self.lag is None:
            self._settle(trial, outcome, error)
            return
        with self._turn:
            self._ended[trial.number] = outcome, error
            if error is not None and not isinstance(error, Exception):
                raise error
            try:
                while self._order and self._order[0].number in self._ended:
                    first = self._order[0]
                    self._settle(first, *self._ended.pop(first.number))
                    self._begin()
            finally:
                self._turn.notify_all()

    def _settle(self, trial: Trial, outcome: Outcome, error: BaseException | None) -> None:
        """Store the end of a trial, tell about it, and call the callbacks."""
        with self.interrupts.shield():
            accepted = self.study._session.end(trial.number, outcome)
            self._order.remove(trial)
        if not accepted:
            logger.warning(f"Trial {trial.number} had already been ended by someone else; its result is ignored.")
            return
        if outcome.state is not TrialState.COMPLETE or logger.isEnabledFor(logging.INFO):
            _log(self.study, trial, outcome, error)
        if self.progress is not None:
            with self.study._log.lock:
                self.progress.advance(_best(self.study._log.ledger), counts=not trial._resumed)
        if error is not None:
            if self.lag is not None:
                self._fail(error)
                return
            raise error
        if self.callbacks:
            for callback in self.callbacks:
                with self.study._log.lock:
                    frozen = self.study._frozen(trial.number)
                callback(self.study, frozen)

    def _fail(self, error: BaseException) -> None:
        if error not in self.errors:
            self.errors.append(error)
        self._stop()

    def _stop(self) -> None:
        self.stopped.set()
        with self._turn:
            self._turn.notify_all()


def _log(study: Study, trial: Trial, outcome: Outcome, error: BaseException | None) -> None:
    """One line, in the words that scripts written for Optuna look for."""
    number, parameters = trial.number, trial._parameters
    if outcome.state in (TrialState.PRUNED, TrialState.PAUSED):
        logger.info(f"Trial {number} {outcome.state.name.lower()}. ")
    elif outcome.state is TrialState.FAIL:
        reason = "" if outcome.error is None else outcome.error.message.rstrip(".")
        if outcome.error is not None and outcome.error.traceback:
            reason = f"{outcome.error.type}({reason!r})"
        logger.warning(
            f"Trial {number} failed with parameters: {parameters} because of the following error: {reason}."
            + (f"\n{outcome.error.traceback}" if outcome.error and outcome.error.traceback and error is None else "")
        )
    elif outcome.values is None:
        return
    elif len(outcome.values) > 1:
        logger.info(f"Trial {number} finished with values: {list(outcome.values)} and parameters: {parameters}.")
    else:
        best = _best(study._log.ledger)
        suffix = "" if best is None else f" Best is trial {best[0]} with value: {best[1][0]}."
        logger.info(f"Trial {number} finished with value: {outcome.values[0]} and parameters: {parameters}.{suffix}")


def _best(ledger: Ledger) -> tuple[int, tuple[float, ...]] | None:
    """The best feasible trial and its values."""
    number = ledger.best_feasible
    values = None if number is None else ledger.finished(number).values
    return None if number is None or values is None else (number, values)


def _threads(n_jobs: int) -> int:
    if n_jobs == -1:
        return os.cpu_count() or 1
    if n_jobs < 1:
        raise ValueError(f"n_jobs must be ≥ 1, or -1 for one thread per core, got {n_jobs!r}.")
    return n_jobs


def _exception_classes(catch: Any) -> tuple[type[Exception], ...]:
    classes = (catch,) if isinstance(catch, type) else tuple(catch)
    for one in classes:
        if not (isinstance(one, type) and issubclass(one, BaseException)):
            raise TypeError(f"catch must be an exception class or several of them, got {one!r}.")
    return classes
