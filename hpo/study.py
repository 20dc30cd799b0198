"""Studies: the rich object over a log, a sampler and a pruner."""

from __future__ import annotations

import copy
import os
import secrets
import threading
import time
import uuid
import warnings
import weakref
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, final, overload

import numpy as np

from hpo import leases, logging
from hpo.arrays import JSON
from hpo.budget import Budget
from hpo.callbacks import MaxTrialsCallback
from hpo.codec import dumps, loads
from hpo.distributions import BaseDistribution, CategoricalDistribution, check_distribution_compatibility
from hpo.events import (
    AttributeSet,
    Event,
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
from hpo.exceptions import (
    DirectionMismatchError,
    DuplicatedStudyError,
)
from hpo.frozen import FrozenTrial, check_trial
from hpo.history import History
from hpo.key import Key
from hpo.leases import LeasePolicy, Observer
from hpo.ledger import Ledger
from hpo.outcome import Outcome, read_values
from hpo.pareto import is_pareto_optimal
from hpo.protocols import Pruner, Sampler, Storage
from hpo.retry import RetryPolicy
from hpo.space import Space
from hpo.storage import get_storage
from hpo.trial import Trial
from hpo.worker import Worker

if TYPE_CHECKING:
    import pandas as pd

    from hpo.verify import Difference

__all__ = [
    "MAX_NAME",
    "Callback",
    "MaxTrialsCallback",
    "Objective",
    "RetryPolicy",
    "Study",
    "StudyDirection",
    "StudySummary",
    "copy_study",
    "create_study",
    "delete_study",
    "get_all_study_names",
    "get_all_study_summaries",
    "load_study",
    "sampled",
]

_PAGE = 8192  # events that are read at a time
_OPTIMISTIC_ASKS = 8  # proposals that may be wasted on other writers before a start is claimed first
_SLOW = 0.02  # seconds; a proposal that took longer is not wasted twice

Objective = Callable[[Trial], Any]
Callback = Callable[["Study", FrozenTrial], None]

MAX_NAME = 512

logger = logging.get_logger(__name__)
_studies: weakref.WeakSet[Study] = weakref.WeakSet()


@final
class Study:
    """A search for good parameters: asks a sampler for trials, tells what came of them, remembers everything.

    Made by `create_study` and `load_study`. Threads may share one; processes open one each on the same storage.

    Attributes:
        study_name: Its name within the storage.
        sampler, pruner, retry: May be replaced at any time.
    """

    def __init__(
        self,
        study_name: str,
        storage: str | Storage | None,
        sampler: Sampler | None = None,
        pruner: Pruner | None = None,
        *,
        retry: RetryPolicy | int | None = None,
    ) -> None:
        self.study_name = study_name
        self.sampler = sampler or _default_sampler()
        self.pruner = pruner or _default_pruner()
        self.retry = RetryPolicy(max_retry=retry, failed=True) if isinstance(retry, int) else retry
        self._kept = False  # whether the thread that renews leases knows this study
        self._beaten: set[int] = set()  # trials whose leases it has renewed
        self._storage = get_storage(storage)
        self._set_up()
        self._sync()

    # ---- running

    def optimize(
        self,
        func: Objective,
        n_trials: int | None = None,
        timeout: float | None = None,
        n_jobs: int = 1,
        catch: Iterable[type[Exception]] | type[Exception] = (),
        callbacks: Iterable[Callback] | None = None,
        gc_after_trial: bool = False,
        show_progress_bar: bool = False,
        *,
        max_trials: int | None = None,
        reproducible: bool = False,
        lag: int = 8,
    ) -> None:
        """Run trials until a limit is reached, `stop()` is called, or Ctrl-C or SIGTERM arrives.

        An exception that `catch` does not name ends the run after the trial is stored as failed. Return values
        that are no numbers make their trial fail and the run go on.

        Args:
            func: Takes a trial and returns a number, or one number per objective.
            n_trials: How many to run in this call; None for no limit.
            timeout: Seconds after which no further trial starts; None for no limit.
            n_jobs: Threads; -1 for one per core.
            catch: Exceptions that make a trial fail without ending the run.
            callbacks: Each is called with the study and the finished trial, after it is stored.
            gc_after_trial: Collect garbage after each trial.
            show_progress_bar: With the best value so far.
            max_trials: How many finished trials the study may come to have, whoever runs them: counted in the log
                when a trial begins, so that all workers together stop there and never overshoot. None for no limit.
            reproducible: Make the log the same for any number of threads: results are stored in the order of
                the trials, and each trial knows the results of those that began at least `lag` before it.
            lag: Trials in flight with `reproducible`; at least `n_jobs`.

        Raises:
            RuntimeError: If called from within an objective or callback of the same study.
        """
        from hpo.optimize import optimize

        optimize(
            self,
            func,
            n_trials=n_trials,
            timeout=timeout,
            n_jobs=n_jobs,
            catch=catch,
            callbacks=callbacks,
            gc_after_trial=gc_after_trial,
            show_progress_bar=show_progress_bar,
            max_trials=max_trials,
            lag=lag if reproducible else None,
        )

    @overload
    def ask(self, fixed_distributions: Mapping[str, BaseDistribution] | None = None, *, n: None = None) -> Trial: ...

    @overload
    def ask(self, fixed_distributions: Mapping[str, BaseDistribution] | None = None, *, n: int) -> list[Trial]: ...

    def ask(
        self, fixed_distributions: Mapping[str, BaseDistribution] | None = None, *, n: int | None = None
    ) -> Trial | list[Trial]:
        """Begin a trial, for a loop of your own; end it with `tell`.

        Args:
            fixed_distributions: Parameters to suggest at once; they are stored, so that another process can tell.
            n: Begin that many trials and return a list of them.

        Raises:
            SearchSpaceExhausted: If the sampler has nothing left to try.

        Example:
            >>> trial = study.ask()
            >>> x = trial.suggest_float("x", -10, 10)
            >>> study.tell(trial, x**2)
        """
        if n is not None:
            if n < 1:
                raise ValueError(f"n must be ≥ 1, got {n!r}.")
            return [self.ask(fixed_distributions) for _ in range(n)]
        for name, distribution in (fixed_distributions or {}).items():
            self._check_suggestion(name, distribution)
        with self._lock:
            trial = self._ask()
            assert trial is not None  # only a budget could refuse one
            if fixed_distributions:
                for name, distribution in fixed_distributions.items():
                    trial._suggest(name, distribution)
                self._store_parameters(trial)
            return trial

    def tell(
        self,
        trial: Trial | int,
        values: float | Sequence[float] | None = None,
        state: TrialState | None = None,
        skip_if_finished: bool = False,
    ) -> FrozenTrial:
        """End a trial that `ask` began. When this returns, the result is stored.

        Args:
            trial: The trial or its number.
            values: The objective's value, or one per objective.
            state: COMPLETE, PRUNED or FAIL; by default COMPLETE where `values` can be used, otherwise FAIL.
            skip_if_finished: Return the stored trial, unchanged, if it has already ended.

        Raises:
            TypeError: If `trial` is neither.
            ValueError: If there is no such trial, it is not running, or values and state contradict each other.
        """
        if isinstance(trial, Trial):
            number = trial.number
        elif isinstance(trial, int) and not isinstance(trial, bool):
            number = trial
        else:
            raise TypeError(f"Trial must be a trial object or trial number, got {trial!r}.")
        with self._lock:
            self._sync()
            self._check_known(number, "tell for")
            stored = self._ledger.state(number)
            if stored.is_finished() and skip_if_finished:
                return self._frozen(number)
            if stored is not TrialState.RUNNING and not self._is_lost(number):
                raise ValueError(f"Cannot tell a {stored.name} trial.")
            outcome = self._told_outcome(number, values, state)
            if not self._finish(number, outcome) and not self._is_lost(number) and not skip_if_finished:
                raise ValueError(f"Cannot tell a {self._ledger.state(number).name} trial.")
            return self._frozen(number)

    def stop(self) -> None:
        """End the running `optimize` after the trials that are under way. Only for objectives and callbacks.

        Raises:
            RuntimeError: Outside of `optimize`.
        """
        if self._stop is None:
            raise RuntimeError("`Study.stop` is for objectives and callbacks of a running `optimize`.")
        self._stop.set()

    # ---- trials from outside

    def enqueue_trial(
        self,
        params: dict[str, JSON],
        user_attrs: dict[str, JSON] | None = None,
        skip_if_exists: bool = False,
    ) -> None:
        """Have these parameters tried before anything that the sampler proposes; others are sampled.

        Args:
            params: Values by name.
            user_attrs: Attached to the trial.
            skip_if_exists: Do nothing if a trial with these parameters exists, in whatever state.

        Raises:
            TypeError: If `params` is no dict, or a number was expected and something else came.
            ValueError: If the study knows a parameter as a number and something else came.

        A value outside of the range or the choices that the study knows gives a warning: they may change.
        """
        if not isinstance(params, dict):
            raise TypeError(f"params must be a dict, got {params!r} of type {type(params).__name__}.")
        with self._lock:
            self._sync()
            for name, value in params.items():
                if name in self._ledger.space:
                    _check_fixed(name, value, self._ledger.space[name])
            if skip_if_exists and self._exists(params):
                logger.info(f"Trial with params {params} already exists. Skipping enqueue.")
                return
            self._append([TrialQueued(params, time.time(), dict(user_attrs or {}))])

    def add_trial(self, trial: FrozenTrial) -> None:
        """Add a trial that ran elsewhere; make it with `create_trial`."""
        self.add_trials([trial])

    def add_trials(self, trials: Iterable[FrozenTrial]) -> None:
        """Add trials that ran elsewhere, all or none of them. They get the next numbers, in their order.

        Raises:
            ValueError: If a trial contradicts itself or has the wrong number of values.
            DistributionMismatchError: If a parameter has another kind or scale than in this study.
        """
        trials = list(trials)
        for trial in trials:
            check_trial(trial)
            if trial.values is not None and len(trial.values) != len(self.directions):
                raise ValueError(
                    f"The trial has {len(trial.values)} values and the study {len(self.directions)} objectives."
                )
            for name, distribution in trial.distributions.items():
                self._check_suggestion(name, distribution)
        with self._lock:
            outcomes = None
            while outcomes is None:
                self._sync()
                number = self._ledger.n_trials
                events = [e for i, trial in enumerate(trials) for e in _events_of(trial, number + i)]
                outcomes = self._append(events, expect=self._ledger.position)

    # ---- corrections

    def delete_trial(self, number: int) -> None:
        """Take a trial out of the study, in whatever state; its number is not used again.

        Samplers and pruners no longer know it. The log keeps what happened, for `verify`.

        Raises:
            ValueError: If there is no such trial.
        """
        with self._lock:
            self._sync()
            self._check_known(number, "delete")
            self._append([TrialDeleted(number)])

    def set_trial_user_attr(self, number: int, key: str, value: JSON) -> None:
        """Attach something to a trial, or change it, also after the trial has ended.

        Raises:
            ValueError: If there is no such trial, or it is waiting.
        """
        if self._storage.shared:
            value = loads(dumps(value))
        with self._lock:
            self._sync()
            self._check_known(number, "change")
            if number in self._live:
                self._live[number].set_user_attr(key, value)
            elif number in self._ledger.waiting:
                raise ValueError(f"Trial {number} is waiting; it can be changed once it runs.")
            else:
                self._append([AttributeSet(str(key), value, number)])

    def rename(self, study_name: str) -> None:
        """Give the study another name.

        Raises:
            DuplicatedStudyError: If the storage has a study of that name.
        """
        _check_name(study_name)
        with self._lock:
            self._storage.rename(self.study_name, study_name)
            self.study_name = study_name
            self._sync()

    # ---- reading

    @property
    def directions(self) -> list[StudyDirection]:
        """One for each objective."""
        return list(self._ledger.directions)

    @property
    def direction(self) -> StudyDirection:
        """Of the only objective.

        Raises:
            RuntimeError: If the study has several.
        """
        self._check_single("direction")
        return self._ledger.directions[0]

    @property
    def seed(self) -> int:
        """What all random choices of the study derive from."""
        return self._ledger.header.seed

    @property
    def history(self) -> History:
        """What a sampler would know if it were asked now."""
        with self._lock:
            self._sync()
            return self._ledger.history()

    @property
    def trials(self) -> list[FrozenTrial]:
        """All trials, by number. They are copies."""
        return self.get_trials()

    def get_trials(self, deepcopy: bool = True, states: Container[TrialState] | None = None) -> list[FrozenTrial]:
        """The trials in some states, by number.

        Args:
            deepcopy: Accepted for old scripts; trials are always copies, and cost nothing until looked at.
            states: None for all.
        """
        del deepcopy
        with self._lock:
            self._sync()
            return [
                self._frozen(number)
                for number in self._ledger.numbers
                if states is None or self._ledger.state(number) in states
            ]

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        """How many trials are in some states; None for all."""
        with self._lock:
            self._sync()
            return sum(self._ledger.count(state) for state in TrialState if states is None or state in states)

    @property
    def best_trial(self) -> FrozenTrial:
        """The complete trial with the best value among those that violate no constraint; of equal ones the first.

        Raises:
            RuntimeError: If the study has several objectives.
            ValueError: If there is none yet.
        """
        self._check_single("best_trial")
        with self._lock:
            self._sync()
            if self._ledger.best is None:
                raise ValueError("No trials are completed yet.")
            if self._ledger.best_feasible is None:
                raise ValueError("No feasible trials are completed yet.")
            return self._frozen(self._ledger.best_feasible)

    @property
    def best_params(self) -> dict[str, Any]:
        """The parameters of the best trial."""
        return self.best_trial.params

    @property
    def best_value(self) -> float:
        """The value of the best trial."""
        value = self.best_trial.value
        assert value is not None
        return value

    @property
    def best_trials(self) -> list[FrozenTrial]:
        """The complete, feasible trials that no other one is better than in all objectives, by number."""
        history = self.history
        feasible = history.where((history.state == TrialState.COMPLETE) & (history.violation == 0.0))
        numbers = np.sort(feasible.number[is_pareto_optimal(feasible.losses)])
        with self._lock:
            return [self._frozen(number) for number in numbers.tolist()]

    def trials_dataframe(
        self,
        attrs: tuple[str, ...] = (
            "number",
            "value",
            "datetime_start",
            "datetime_complete",
            "duration",
            "params",
            "user_attrs",
            "system_attrs",
            "state",
        ),
        multi_index: bool = False,
    ) -> pd.DataFrame:
        """The trials as a table, one row each.

        Args:
            attrs: Columns; `params` and the like become one column per name, such as `params_x`.
            multi_index: Two levels of column names instead of joined ones.

        Raises:
            ImportError: If pandas is not installed.
        """
        from hpo.dataframe import trials_dataframe

        return trials_dataframe(self, attrs, multi_index=multi_index)

    def verify(self) -> list[Difference]:
        """Recompute every proposal and every pruning decision from the log; empty if all are as recorded.

        The study must have the sampler and the pruner with which its trials ran.
        """
        from hpo.verify import verify

        events: list[Event] = []
        while page := self._storage.read(self.study_name, len(events), limit=_PAGE):
            events += page
        return verify(events, self.sampler, self.pruner)

    # ---- attributes

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What was attached to the study; a copy."""
        with self._lock:
            self._sync()
            return copy.deepcopy(self._ledger.user_attrs)

    @property
    def system_attrs(self) -> dict[str, JSON]:
        """What hpo itself attached to the study; a copy."""
        with self._lock:
            self._sync()
            return copy.deepcopy(self._ledger.system_attrs)

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Attach something to the study: anything that JSON can hold; a study in memory takes any object."""
        if self._storage.shared:
            value = loads(dumps(value))
        with self._lock:
            self._append([AttributeSet(str(key), value)])

    @property
    def metric_names(self) -> list[str] | None:
        """The names of the objectives, if they were given."""
        names: list[str] | None = self.system_attrs.get(_METRIC_NAMES)
        return names

    def set_metric_names(self, metric_names: list[str]) -> None:
        """Name the objectives, for tables and plots.

        Raises:
            ValueError: Unless there is one name per objective.
        """
        if len(metric_names) != len(self.directions):
            raise ValueError(f"Expected {len(self.directions)} names, one per objective, got {metric_names!r}.")
        with self._lock:
            self._append([AttributeSet(_METRIC_NAMES, list(metric_names), system=True)])

    # ---- what Trial and optimize call

    def _ask(self, *, deferred: bool = False, budgets: Sequence[Budget] = ()) -> Trial | None:
        """Begin a trial. The log gets its start and its proposal together where nobody else writes meanwhile.

        Returns:
            None if the budgets have no room now.
        """
        with self._lock:
            if not self._alone or budgets:
                self._sync()
            self._reap()
            for _ in range(_OPTIMISTIC_ASKS):
                ledger = self._ledger
                if not all(budget.has_room(ledger) for budget in budgets):
                    return None
                claims = next(iter(ledger.waiting), None)
                number = ledger.n_trials if claims is None else claims
                history = ledger.history()
                if claims is not None:
                    history = history.with_given(ledger.waiting[claims].parameters)
                began = time.perf_counter()
                proposal = self._propose(history, number)
                slow = time.perf_counter() - began > _SLOW
                start = TrialStarted(time.time(), claims, deferred, self._worker())
                events: list[Event] = [start, TrialProposed(number, proposal)]
                if self._append(events, expect=ledger.position) is not None:
                    return self._begin(number, start, history, proposal)
                self._sync()
                if slow:
                    break
            return self._ask_in_turn(deferred, budgets)

    def _ask_in_turn(self, deferred: bool, budgets: Sequence[Budget]) -> Trial | None:
        """Begin a trial when others write so often that a start and its proposal do not get in together."""
        while True:
            if not all(budget.has_room(self._ledger) for budget in budgets):
                return None
            claims = next(iter(self._ledger.waiting), None)
            start = TrialStarted(time.time(), claims, deferred, self._worker())
            expect = self._ledger.position if budgets else None  # what was counted must still be so
            head = self._storage.append(self.study_name, [start], expect=expect)
            if head is None:
                self._sync()
                continue
            self._read_until(head - 1)
            history = self._ledger.history()
            (number,) = self._ledger.apply([start])
            if number is None:
                continue  # another worker claimed the queued trial first
            history = history.with_given(self._ledger.running[number].fixed)
            try:
                proposal = self._propose(history, number)
            except BaseException as error:
                self._append([TrialFinished(number, TrialState.FAIL, time.time(), error=Outcome.of_error(error).error)])
                raise
            self._append([TrialProposed(number, proposal)])
            return self._begin(number, start, history, proposal)

    def _begin(self, number: int, start: TrialStarted, history: History, proposal: tuple[float, ...]) -> Trial:
        record = self._ledger.running[number]
        trial = Trial(
            self,
            number,
            start.time,
            history,
            proposal,
            record.fixed,
            dict(record.user_attrs) if record.user_attrs else {},
            deferred=start.deferred,
        )
        for step, value in zip(record.steps, record.values, strict=True):  # a retry may inherit reports
            trial._reported(step, value)
        self._live[number] = trial
        if self.lease_policy is not None and not self._kept:
            leases.keep(self)
            self._kept = True
        return trial

    def _finish(self, number: int, outcome: Outcome) -> bool:
        """Append the end of a trial; False if it had already ended."""
        with self._lock:
            trial = self._live.get(number)
            events = self._ending(number, trial, outcome)
            outcomes = self._append(events)
            if trial is not None:  # only now: where the storage failed, the result can be told again
                trial._told = True
                del self._live[number]
            (end,) = (event for event in events if isinstance(event, TrialFinished))
            if outcomes is not None and outcomes[events.index(end)] is not None:
                if outcome.state is TrialState.FAIL and self.retry is not None:
                    self._retry(number, lost=False)
                return True
            if self._is_lost(number):
                self._keep_late_result(number, outcome)
            return False

    def _ending(self, number: int, trial: Trial | None, outcome: Outcome) -> list[Event]:
        now = time.time()
        if trial is None:
            return self._ending_from_log(number, outcome, now)
        space = self._space_of(trial._distributions)
        events: list[Event] = []
        if space.digest not in self._ledger.spaces:
            events.append(SpaceDeclared(space))
        if trial._deferred:
            events += [
                TrialReported(number, step, value, now, pruned)
                for step, value, pruned in zip(trial._steps, trial._values, trial._answers, strict=True)
            ]
        events.append(
            TrialFinished(
                number,
                outcome.state,
                now,
                outcome.values,
                space.digest if trial._parameters else "",
                trial._parameters,
                trial._constraints,
                trial._attributes,
                {},
                outcome.error,
                trial._pruned,
            )
        )
        return events

    def _ending_from_log(self, number: int, outcome: Outcome, now: float) -> list[Event]:
        """The end of a trial that another process asked for, with the parameters that it stored."""
        record = self._ledger.running.get(number)
        asked = {} if record is None else record.system_attrs.get(_ASKED, {})
        return [
            TrialFinished(
                number,
                outcome.state,
                now,
                outcome.values,
                asked.get("space", ""),
                asked.get("parameters", {}),
                error=outcome.error,
            )
        ]

    def _is_lost(self, number: int) -> bool:
        """Whether a trial failed because its worker was taken for lost."""
        if not self._ledger.is_known(number) or not self._ledger.is_finished(number):
            return False
        error = self._ledger.finished(number).error
        return error is not None and error.type == _LOST

    def _keep_late_result(self, number: int, outcome: Outcome) -> None:
        """A worker that was taken for lost has come back: the trial stays failed, and shows the result."""
        values = None if outcome.values is None else list(outcome.values)
        result = {"state": outcome.state.name, "values": values}
        self._append([AttributeSet("late_result", result, number, system=True)])
        logger.warning(
            f"Trial {number} had been given up, because its lease had expired; it stays failed, and its result "
            f"{values} is kept as its system attribute 'late_result'."
        )

    def _reap(self) -> None:
        """Fail the trials whose workers are gone."""
        if self._observer is None or len(self._ledger.running) == len(self._live):
            return
        others = [trial for number, trial in self._ledger.running.items() if number not in self._live]
        for trial in self._observer.lost(others, lambda: self._storage.beats(self.study_name)):
            worker = None if trial.worker is None else Worker.parse(trial.worker)
            who = "unknown" if worker is None else f"process {worker.pid} on {worker.host}"
            error = TrialError(_LOST, f"worker lost: {who} ended or stopped renewing its lease")
            self._append([TrialFinished(trial.number, TrialState.FAIL, time.time(), error=error)])
            logger.warning(f"Trial {trial.number} failed: {error.message}.")
            if self.retry is not None and self._is_lost(trial.number):
                self._retry(trial.number, lost=True, fixed=trial.known())

    def _retry(self, number: int, *, lost: bool, fixed: Mapping[str, Any] | None = None) -> None:
        assert self.retry is not None
        retry = self.retry.retry_of(self._ledger.finished(number), dict(fixed or {}), lost=lost)
        if retry is not None:
            self._append([retry])

    @property
    def lease_policy(self) -> LeasePolicy | None:
        """How leases of running trials are kept; None where no other process can see the study."""
        return self._storage.lease_policy

    def renew_leases(self) -> None:
        """Show the other workers that this one is alive. Called by a thread, now and then."""
        with self._lock:
            alive, name = list(self._live), self.study_name
            ended = [number for number in self._beaten if number not in self._live]
        if alive or ended:
            self._storage.beat(name, alive, ended)
            self._beaten = set(alive)

    def _worker(self) -> str | None:
        return None if self.lease_policy is None else str(Worker.here())

    def _report(self, trial: Trial, step: int, value: float) -> None:
        with self._lock:
            if not trial._deferred:
                outcomes = self._append([TrialReported(trial.number, step, value, time.time(), trial._pruned)])
                assert outcomes is not None
                trial._known = self._ledger.history()
            trial._reported(step, value)

    def _should_prune(self, trial: Trial) -> bool:
        with self._lock:
            trial._pruned = bool(self.pruner.prune(trial._known, trial.curve()))
            return trial._pruned

    def _sample(self, trial: Trial, name: str, distribution: BaseDistribution) -> Any:
        """A value for a parameter for which the trial has no proposal that fits."""
        with self._lock:
            space = Space({name: distribution})
            history = trial._history.with_given({**trial._fixed, **trial._parameters})
            (coded,) = sampled(self.sampler, space, history, Key(self.seed, trial.number))
        return distribution.decode(coded)

    def _check_suggestion(self, name: str, distribution: BaseDistribution) -> None:
        """Raise if a name may not be suggested like this in this study and its storage."""
        if not isinstance(name, str):
            raise TypeError(f"A parameter's name must be a string, got {name!r}.")
        known = self._ledger.space
        if name in known and known[name] is not distribution:
            check_distribution_compatibility(known[name], distribution, name)
        if isinstance(distribution, CategoricalDistribution) and distribution.opaque:
            if self._storage.shared:
                raise TypeError(
                    f"The choices of {name!r} must be things that JSON can hold, to be stored; got "
                    f"{', '.join(distribution.opaque)}. Suggest their names and look the objects up in a dict."
                )
            warnings.warn(
                f"The choices {', '.join(distribution.opaque)} of {name!r} are nothing that JSON can hold, so the "
                "study cannot be stored; better suggest their names and look the objects up in a dict.",
                stacklevel=6,
            )

    def _told_outcome(self, number: int, values: float | Sequence[float] | None, state: TrialState | None) -> Outcome:
        if state in (TrialState.RUNNING, TrialState.WAITING):
            raise ValueError(f"Cannot tell with state {TrialState(state).name}.")
        if state in (TrialState.PRUNED, TrialState.FAIL):
            if values is not None:
                raise ValueError(f"A trial told as {TrialState(state).name} takes no values, got {values!r}.")
            return self._pruned_outcome(number) if state is TrialState.PRUNED else Outcome(TrialState.FAIL)
        read = read_values(values, len(self.directions))
        if not isinstance(read, str):
            return Outcome(TrialState.COMPLETE, read)
        if state is TrialState.COMPLETE:
            raise ValueError(f"Cannot tell as COMPLETE: {read}")
        warnings.warn(f"Trial {number} is stored as failed: {read}", stacklevel=3)
        return Outcome.of_return(values, len(self.directions))

    def _pruned_outcome(self, number: int) -> Outcome:
        """PRUNED, with the report at the largest step as its value if there is one that is a number."""
        trial, record = self._live.get(number), self._ledger.running.get(number)
        reports: dict[int, float] = {}
        if trial is not None:
            reports = dict(zip(trial._steps, trial._values, strict=True))
        elif record is not None:
            reports = dict(zip(record.steps, record.values, strict=True))
        if len(self.directions) > 1 or not reports:
            return Outcome(TrialState.PRUNED)
        value = reports[max(reports)]
        return Outcome(TrialState.PRUNED, None if value != value else (value,))

    # ---- the log

    def _append(self, events: Sequence[Event], *, expect: int | None = None) -> list[int | None] | None:
        """Write events and fold them, after what others wrote before them; None if `expect` did not hold."""
        head = self._storage.append(self.study_name, events, expect=expect)
        if head is None:
            return None
        if head - len(events) != self._ledger.position:
            self._alone = False
            self._read_until(head - len(events))
        return self._ledger.apply(events)

    def _sync(self) -> None:
        """Fold what others have written."""
        ledger, before = self._ledger, self._ledger.position
        while True:
            page = self._storage.read(self.study_name, ledger.position, limit=_PAGE)
            ledger.apply(page)
            if len(page) < _PAGE:
                break
        self._alone = ledger.position == before

    def _read_until(self, position: int) -> None:
        while self._ledger.position < position:
            missing = min(_PAGE, position - self._ledger.position)
            self._ledger.apply(self._storage.read(self.study_name, self._ledger.position, limit=missing))

    def _propose(self, history: History, number: int) -> tuple[float, ...]:
        return tuple(sampled(self.sampler, history.space, history, Key(self.seed, number)))

    def _store_parameters(self, trial: Trial) -> None:
        space = self._space_of(trial._distributions)
        asked = {"space": space.digest, "parameters": trial._parameters}
        self._append([SpaceDeclared(space), AttributeSet(_ASKED, asked, trial.number, system=True)])

    def _space_of(self, distributions: dict[str, BaseDistribution]) -> Space:
        """The one space of these distributions, so that equal ones are kept once."""
        names = tuple(distributions)
        space = self._spaces.get(names)
        if space is None or not space.consists_of(distributions):
            space = Space(distributions)
            space = self._spaces[names] = self._ledger.spaces.get(space.digest, space)
            if not space.consists_of(distributions):  # equal ones, as read from the log; prefer the objects in use
                space = self._spaces[names] = Space(distributions)
        return space

    # ---- records

    def _frozen(self, number: int) -> FrozenTrial:
        ledger = self._ledger
        if ledger.is_finished(number):
            return FrozenTrial.of_row(ledger.columns, ledger.row(number), number)
        if number in ledger.waiting:
            queued = ledger.waiting[number]
            return FrozenTrial(
                number,
                TrialState.WAITING,
                None,
                None,
                None,
                {},
                {},
                copy.deepcopy(dict(queued.user_attrs)),
                {"fixed_params": dict(queued.parameters), **queued.system_attrs},
                {},
            )
        record = ledger.running[number]
        trial = self._live.get(number)
        system = {key: value for key, value in record.system_attrs.items() if key != _ASKED}
        if record.fixed:
            system["fixed_params"] = dict(record.fixed)
        return FrozenTrial(
            number,
            TrialState.RUNNING,
            None,
            datetime.fromtimestamp(record.time),
            None,
            {} if trial is None else trial.params,
            {} if trial is None else trial.distributions,
            copy.deepcopy(record.user_attrs if trial is None else trial.user_attrs),
            system,
            dict(zip(record.steps, record.values, strict=True)),
            constraints=None if trial is None else trial.constraints,
        )

    def _exists(self, params: dict[str, JSON]) -> bool:
        """Whether a trial was queued or run with exactly these parameters."""
        for trial in self.get_trials():
            given = trial.system_attrs.get("fixed_params", trial.params) if not trial.params else trial.params
            if given.keys() == params.keys() and all(_same(given[name], params[name]) for name in params):
                return True
        return False

    def _check_known(self, number: int, doing: str) -> None:
        if not self._ledger.is_known(number):
            why = "it has been deleted" if 0 <= number < self._ledger.n_trials else "it has not been created"
            raise ValueError(f"Cannot {doing} trial with number {number} since {why}.")

    def _check_single(self, what: str) -> None:
        if len(self._ledger.directions) > 1:
            raise RuntimeError(f"A study of several objectives has no single `{what}`; see `best_trials`.")

    @property
    def _signs(self) -> Any:
        return self._ledger.columns.signs

    def _set_up(self) -> None:
        self._lock = threading.RLock()
        self._ledger = Ledger()
        self._live: dict[int, Trial] = {}
        self._spaces: dict[tuple[str, ...], Space] = {}
        self._alone = False
        self._stop: threading.Event | None = None
        self._local = threading.local()
        self._kept = False
        self._beaten = set()
        policy = self._storage.lease_policy
        self._observer = None if policy is None else Observer(policy)
        _studies.add(self)

    def _after_fork(self) -> None:
        """In a child process: running trials are the parent's, and a lock may be held by a thread that is not here."""
        self._set_up()

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in ("study_name", "sampler", "pruner", "retry", "_storage")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._set_up()
        self._sync()

    def __repr__(self) -> str:
        return f"Study(study_name={self.study_name!r}, storage={self._storage!r})"


@dataclass(frozen=True)
class StudySummary:
    """What `get_all_study_summaries` tells about one study.

    Attributes:
        study_name, user_attrs, system_attrs: As in the study.
        directions: One per objective.
        best_trial: None for several objectives, or without a feasible trial.
        n_trials: Trials of every state.
        datetime_start: Local time of the first trial's start; None without one.
    """

    study_name: str
    directions: list[StudyDirection]
    best_trial: FrozenTrial | None
    user_attrs: dict[str, JSON]
    system_attrs: dict[str, JSON]
    n_trials: int
    datetime_start: datetime | None

    @property
    def direction(self) -> StudyDirection:
        """Of the only objective."""
        if len(self.directions) > 1:
            raise RuntimeError("This study has several objectives; see `directions`.")
        return self.directions[0]


def create_study(
    *,
    storage: str | Storage | None = None,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
    study_name: str | None = None,
    direction: str | StudyDirection | None = None,
    load_if_exists: bool = False,
    directions: Sequence[str | StudyDirection] | None = None,
    seed: int | None = None,
    retry: RetryPolicy | int | None = None,
) -> Study:
    """A new study.

    Args:
        storage: A URL such as "sqlite:///study.db", a storage, or None for memory.
        sampler: Random search by default.
        pruner: `MedianPruner()` by default.
        study_name: To load it by; made up by default.
        direction: "minimize" (default) or "maximize".
        load_if_exists: Open the study of that name if there is one.
        directions: For several objectives, one each.
        seed: Of all random choices; by default the sampler's, else drawn once. It is stored with the study, so
            that a resumed study goes on exactly as an uninterrupted one.
        retry: Queue failed trials and those of lost workers again, at most that often; or a `RetryPolicy`.

    Raises:
        DuplicatedStudyError: If the name is taken and `load_if_exists` is False.
        DirectionMismatchError: If the stored study has other directions.
        ValueError: If a direction is unknown or both arguments are given.

    Example:
        >>> study = hpo.create_study(study_name="svm", storage="sqlite:///study.db", load_if_exists=True)
    """
    wanted = _read_directions(direction, directions)
    storage = get_storage(storage)
    name = f"no-name-{uuid.uuid4()}" if study_name is None else study_name
    _check_name(name)
    given = getattr(sampler, "seed", None) if seed is None else seed
    header = StudyCreated(name, wanted, secrets.randbits(63) if given is None else int(given), time.time())
    try:
        storage.create(header)
    except DuplicatedStudyError:
        if not load_if_exists:
            raise
        logger.info(f"Using an existing study with name '{name}' instead of creating a new one.")
        study = Study(name, storage, sampler, pruner, retry=retry)
        _check_header(study, wanted if direction or directions else None, given)
        return study
    where = "in memory" if not storage.shared else f"in {type(storage).__name__.removesuffix('Storage')}"
    logger.info(f"A new study created {where} with name: {name}")
    return Study(name, storage, sampler, pruner, retry=retry)


def load_study(
    *,
    study_name: str | None = None,
    storage: str | Storage,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
    retry: RetryPolicy | int | None = None,
) -> Study:
    """The study of a name, to be read or gone on with; give it the sampler and the pruner that it had.

    Args:
        study_name: None if the storage holds exactly one study.
        storage: A URL or a storage.
        sampler, pruner, retry: As for `create_study`; they are not stored.

    Raises:
        UnknownStudyError: If there is no such study.
        ValueError: If no name is given and the storage does not hold exactly one study.
    """
    storage = get_storage(storage)
    if study_name is None:
        names = storage.studies()
        if len(names) != 1:
            raise ValueError(f"study_name may be left out if the storage holds one study; it holds {list(names)!r}.")
        study_name = names[0]
    return Study(study_name, storage, sampler, pruner, retry=retry)


def delete_study(*, study_name: str, storage: str | Storage) -> None:
    """Remove a study and all of its trials.

    Raises:
        UnknownStudyError: If there is no such study.
    """
    get_storage(storage).delete(study_name)


def copy_study(
    *,
    from_study_name: str,
    from_storage: str | Storage,
    to_storage: str | Storage,
    to_study_name: str | None = None,
) -> None:
    """Copy a study with all of its trials, attributes and history, so that the copy goes on as the original would.

    Raises:
        UnknownStudyError: If there is no such study.
        DuplicatedStudyError: If the target has a study of that name.
    """
    source, target = get_storage(from_storage), get_storage(to_storage)
    name = from_study_name if to_study_name is None else to_study_name
    (header,) = source.read(from_study_name, 0, limit=1)
    assert isinstance(header, StudyCreated)
    target.create(StudyCreated(name, header.directions, header.seed, header.time))
    position = 1
    try:
        while events := source.read(from_study_name, position, limit=_PAGE):
            target.append(name, events)
            position += len(events)
    except BaseException:
        target.delete(name)  # rather no copy than half of one
        raise


def get_all_study_names(storage: str | Storage) -> list[str]:
    """The names of all studies in a storage, in the order of their creation."""
    return list(get_storage(storage).studies())


def get_all_study_summaries(storage: str | Storage, include_best_trial: bool = True) -> list[StudySummary]:
    """A summary of each study in a storage, in the order of their creation."""
    storage = get_storage(storage)
    return [_summary(Study(name, storage), include_best_trial) for name in storage.studies()]


def _summary(study: Study, include_best_trial: bool) -> StudySummary:
    ledger = study._ledger
    best = ledger.best_feasible
    starts = [trial.time for trial in ledger.running.values()]
    starts += ledger.columns.start(ledger.columns.size).tolist()
    return StudySummary(
        study.study_name,
        study.directions,
        study._frozen(best) if include_best_trial and best is not None else None,
        study.user_attrs,
        study.system_attrs,
        ledger.n_trials,
        datetime.fromtimestamp(min(starts)) if starts else None,
    )


def sampled(sampler: Sampler, space: Space, history: History, key: Key) -> list[float]:
    """The sampler's coded values, with the prior's where it left the choice open.

    Raises:
        ValueError: If the sampler's answer has another shape than the space.
    """
    row = sampler.sample(space, history, key)
    values: list[float] = row.tolist()
    if row.shape != (len(space),):
        raise ValueError(
            f"{sampler!r} must return an array of shape ({len(space)},) for {list(space)!r}, got {row.shape}."
        )
    if any(value != value for value in values):
        prior = space.uniform(key).tolist()
        return [drawn if value != value else value for value, drawn in zip(values, prior, strict=True)]
    return values


def _default_sampler() -> Sampler:
    from hpo.samplers.random import RandomSampler

    return RandomSampler()


def _default_pruner() -> Pruner:
    from hpo.pruners.percentile import MedianPruner

    return MedianPruner()


_LOST = "WorkerLost"
_METRIC_NAMES = "study:metric_names"
_ASKED = "hpo:asked"


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"study_name must be a string, got {name!r}.")
    if len(name) > MAX_NAME:
        raise ValueError(f"A study's name has at most {MAX_NAME} characters, got {len(name)}.")
    if "\0" in name or any("\ud800" <= character <= "\udfff" for character in name):
        raise ValueError(f"A study's name must be text without NUL and lone surrogates, got {name!r}.")


def _read_directions(
    direction: str | StudyDirection | None, directions: Sequence[str | StudyDirection] | None
) -> tuple[StudyDirection, ...]:
    if direction is not None and directions is not None:
        raise ValueError("Give direction or directions, not both.")
    if directions is not None:
        if isinstance(directions, str) or not isinstance(directions, Sequence) or len(directions) == 0:
            raise ValueError(f"directions must be a list with one entry per objective, got {directions!r}.")
        return tuple(_read_direction(one) for one in directions)
    return (_read_direction("minimize" if direction is None else direction),)


def _read_direction(direction: Any) -> StudyDirection:
    if isinstance(direction, StudyDirection) and direction is not StudyDirection.NOT_SET:
        return direction
    if direction == "minimize" and isinstance(direction, str):
        return StudyDirection.MINIMIZE
    if direction == "maximize" and isinstance(direction, str):
        return StudyDirection.MAXIMIZE
    raise ValueError(f'A direction is "minimize" or "maximize", got {direction!r}.')


def _check_header(study: Study, wanted: tuple[StudyDirection, ...] | None, seed: int | None) -> None:
    if wanted is not None and tuple(study.directions) != wanted:
        raise DirectionMismatchError(
            f"The stored study {study.study_name!r} has the directions {[d.name for d in study.directions]}, not "
            f"{[d.name for d in wanted]}. Use another name, or leave the direction out to load it as it is."
        )
    if seed is not None and seed != study.seed:
        warnings.warn(
            f"The stored study {study.study_name!r} keeps its seed {study.seed}; {seed} is ignored.", stacklevel=3
        )


def _check_fixed(name: str, value: Any, distribution: BaseDistribution) -> None:
    """Raise if a value can never be used for a known parameter; out of range is allowed, ranges may change."""
    try:
        distribution.to_internal_repr(value)
    except ValueError as error:
        if isinstance(distribution, CategoricalDistribution):
            warnings.warn(f"{name!r}: {error} It will be an error unless the choices change.", stacklevel=4)
            return
        raise ValueError(f"{name!r} must be a number as in {distribution!r}, got {value!r}.") from None
    except TypeError:
        raise TypeError(f"{name!r} must be a number as in {distribution!r}, got {value!r}.") from None
    if not distribution.contains(value):
        warnings.warn(f"{name}={value!r} does not lie in {distribution!r}, where it was last suggested.", stacklevel=4)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, atol=0.0, equal_nan=True))
    return type(one) is type(other) and one == other


def _events_of(trial: FrozenTrial, number: int) -> list[Event]:
    """The events that make a record part of a log, as the trial of that number."""
    now = time.time()
    start = now if trial.datetime_start is None else trial.datetime_start.timestamp()
    system = {key: value for key, value in trial.system_attrs.items() if key != "fixed_params"}
    if not trial.state.is_finished():
        fixed = trial.params or trial.system_attrs.get("fixed_params", {})
        queued = TrialQueued(fixed, now, trial.user_attrs, system)
        reports = [TrialReported(number, step, value, start) for step, value in trial.intermediate_values.items()]
        if trial.state is TrialState.WAITING:
            return [queued]
        return [queued, TrialStarted(start, number), *reports]
    end = now if trial.datetime_complete is None else trial.datetime_complete.timestamp()
    space = Space(trial.distributions)
    return [
        SpaceDeclared(space),
        TrialStarted(start),
        *(TrialReported(number, step, value, end) for step, value in trial.intermediate_values.items()),
        TrialFinished(
            number,
            trial.state,
            end,
            None if trial.values is None else tuple(map(float, trial.values)),
            space.digest if trial.params else "",
            trial.params,
            trial.constraints,
            trial.user_attrs,
            system,
            trial.error,
        ),
    ]


def _after_fork() -> None:
    for study in list(_studies):
        study._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
