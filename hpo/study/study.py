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
from pathlib import Path
from typing import TYPE_CHECKING, Any, final, overload

import numpy as np

from hpo import logging
from hpo.arrays import JSON
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.events import (
    AttributeSet,
    Event,
    StudyCreated,
    StudyDirection,
    TrialDeleted,
    TrialQueued,
    TrialState,
    fits,
)
from hpo.exceptions import DirectionMismatchError, DuplicatedStudyError
from hpo.history import History
from hpo.log.log import Log, identity_of
from hpo.pareto import is_pareto_optimal
from hpo.protocols import Pruner, Sampler, Storage, is_private
from hpo.reading.records import events_of, record_of
from hpo.running.checkpoints import default_root
from hpo.running.outcome import Outcome, read_values
from hpo.running.retry import RetryPolicy
from hpo.running.session import Session
from hpo.storage import get_storage
from hpo.trial import Trial
from hpo.trial.frozen import FrozenTrial, check_trial

if TYPE_CHECKING:
    import pandas as pd

    from hpo.reading.tables import Text
    from hpo.reading.verify import Difference

__all__ = ["MAX_NAME", "Callback", "Objective", "Study", "create_study", "load_study"]

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
        sampler, pruner, retry: May be replaced at any time.
        checkpoints: Directory below which trials keep their checkpoints.
    """

    def __init__(
        self,
        study_name: str,
        storage: str | Storage | None,
        sampler: Sampler | None = None,
        pruner: Pruner | None = None,
        *,
        retry: RetryPolicy | int | None = None,
        checkpoints: str | Path | None = None,
        identity: str | None = None,
    ) -> None:
        self.checkpoints = default_root() if checkpoints is None else Path(checkpoints).absolute()
        self.sampler = sampler or _default_sampler()
        self.pruner = pruner or _default_pruner()
        self.retry = RetryPolicy(max_retry=retry, failed=True) if isinstance(retry, int) else retry
        storage = get_storage(storage)
        self._set_up(Log(identity_of(study_name, storage) if identity is None else identity, storage))
        self._log.sync()

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
        from hpo.running.loop import optimize

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

        It may be a paused one that goes on: see `Trial.resume_step`.

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
            self._session.check(name, distribution)
        with self._log.lock:
            trial = self._session.begin()
            assert trial is not None  # only a budget could refuse one
            if fixed_distributions:
                for name, distribution in fixed_distributions.items():
                    trial._suggest(name, distribution)
                self._session.store_parameters(trial)
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
            state: COMPLETE, PRUNED, PAUSED or FAIL; by default COMPLETE where `values` can be used, otherwise FAIL.
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
        with self._log.lock:
            self._log.sync()
            self._check_known(number, "tell for")
            stored = self._log.ledger.state(number)
            if stored.is_finished() and skip_if_finished:
                return self._frozen(number)
            if stored is not TrialState.RUNNING and not self._session.is_lost(number):
                raise ValueError(f"Cannot tell a {stored.name} trial.")
            outcome = self._told_outcome(number, values, state)
            if not self._session.end(number, outcome) and not self._session.is_lost(number) and not skip_if_finished:
                raise ValueError(f"Cannot tell a {self._log.ledger.state(number).name} trial.")
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
        with self._log.lock:
            self._log.sync()
            for name, value in params.items():
                if name in self._log.ledger.space:
                    _check_fixed(name, value, self._log.ledger.space[name])
            if skip_if_exists and self._exists(params):
                logger.info(f"Trial with params {params} already exists. Skipping enqueue.")
                return
            self._log.append([TrialQueued(params, time.time(), dict(user_attrs or {}))])

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
            for step, value in trial.intermediate_values.items():
                report = tuple(value) if isinstance(value, Sequence) else value
                if not fits(report, len(self.directions)):
                    raise ValueError(
                        f"The trial reports {value!r} at step {step}; the study has {len(self.directions)} objectives."
                    )
            for name, distribution in trial.distributions.items():
                self._session.check(name, distribution)
        with self._log.lock:
            outcomes = None
            while outcomes is None:
                self._log.sync()
                number = self._log.ledger.n_trials
                events = [e for i, trial in enumerate(trials) for e in events_of(trial, number + i)]
                outcomes = self._log.append(events, expect=self._log.ledger.position)

    # ---- corrections

    def delete_trial(self, number: int) -> None:
        """Take a trial out of the study, in whatever state; its number is not used again.

        Samplers and pruners no longer know it. The log keeps what happened, for `verify`.

        Raises:
            ValueError: If there is no such trial.
        """
        with self._log.lock:
            self._log.sync()
            self._check_known(number, "delete")
            self._log.append([TrialDeleted(number)])

    def set_trial_user_attr(self, number: int, key: str, value: JSON) -> None:
        """Attach something to a trial, or change it, also after the trial has ended.

        Raises:
            ValueError: If there is no such trial, or it is waiting.
        """
        with self._log.lock:
            self._log.sync()
            self._check_known(number, "change")
            if number in self._session.live:
                self._session.live[number].set_user_attr(key, value)
            elif number in self._log.ledger.waiting:
                raise ValueError(f"Trial {number} is waiting; it can be changed once it runs.")
            else:
                self._log.append([AttributeSet(str(key), self._session.snapshot(value), number)])

    def rename(self, study_name: str) -> None:
        """Give the study another name.

        Raises:
            DuplicatedStudyError: If the storage has a study of that name.
        """
        _check_name(study_name)
        with self._log.lock:
            self._log.rename(study_name)

    # ---- reading

    @property
    def study_name(self) -> str:
        """Its present name within the storage."""
        with self._log.lock:
            self._log.sync()
            return self._log.name

    @property
    def directions(self) -> list[StudyDirection]:
        """One for each objective."""
        return list(self._log.ledger.directions)

    @property
    def direction(self) -> StudyDirection:
        """Of the only objective.

        Raises:
            RuntimeError: If the study has several.
        """
        self._check_single("direction")
        return self._log.ledger.directions[0]

    @property
    def seed(self) -> int:
        """What all random choices of the study derive from."""
        return self._log.ledger.header.seed

    @property
    def history(self) -> History:
        """What a sampler would know if it were asked now."""
        with self._log.lock:
            self._log.sync()
            return self._log.ledger.history()

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
        with self._log.lock:
            self._log.sync()
            return [
                self._frozen(number)
                for number in self._log.ledger.numbers
                if states is None or self._log.ledger.state(number) in states
            ]

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        """How many trials are in some states; None for all."""
        with self._log.lock:
            self._log.sync()
            return sum(self._log.ledger.count(state) for state in TrialState if states is None or state in states)

    @property
    def best_trial(self) -> FrozenTrial:
        """The complete trial with the best value among those that violate no constraint; of equal ones the first.

        Raises:
            RuntimeError: If the study has several objectives.
            ValueError: If there is none yet.
        """
        self._check_single("best_trial")
        with self._log.lock:
            self._log.sync()
            if self._log.ledger.best is None:
                raise ValueError("No trials are completed yet.")
            if self._log.ledger.best_feasible is None:
                raise ValueError("No feasible trials are completed yet.")
            return self._frozen(self._log.ledger.best_feasible)

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
        with self._log.lock:
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
        from hpo.reading.dataframe import trials_dataframe

        return trials_dataframe(self, attrs, multi_index=multi_index)

    def search_space_summary(self) -> Text:
        """The parameters with their kinds and domains, as text to print."""
        from hpo.reading.summary import search_space_summary

        return search_space_summary(self)

    def results_summary(self, n: int = 10) -> Text:
        """How the trials stand, and the n best ones, as text to print; of several objectives, of the Pareto front."""
        from hpo.reading.summary import results_summary

        return results_summary(self, n)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write one HTML file about the study, which needs no network, and return its path.

        It shows a summary, the best trials, plots, what mattered, the search space, the failures with their errors,
        and the versions at work. Open it in a browser, or mail it.
        """
        from hpo.visualization.report import write

        return write(self, path)

    def events(self, since: int = 0, *, limit: int | None = None) -> list[Event]:
        """What has happened to the study, from a position of its log on: for dashboards, trackers and other followers.

        Any thread may ask. The log only grows, so whoever remembers how many events it has seen asks for the rest.

        Args:
            since: How many events to leave out; the first one is the `StudyCreated`.
            limit: The most to return; None for all.

        Raises:
            UnknownStudyError: If the study has been deleted.

        Example:
            >>> seen = len(study.events())
            >>> study.optimize(objective, n_trials=1)
            >>> [type(event).__name__ for event in study.events(seen)]
            ['TrialStarted', 'TrialProposed', 'SpaceDeclared', 'TrialFinished']
        """
        if since < 0 or (limit is not None and limit < 0):
            raise ValueError(f"since and limit must be ≥ 0, got {since!r} and {limit!r}.")
        return list(self._log.read(since, limit=limit))

    def verify(self) -> list[Difference]:
        """Recompute every proposal, pruning decision and promotion from the log; empty if all are as recorded.

        The study must have the sampler and the pruner with which its trials ran.
        """
        from hpo.reading.verify import verify

        return verify(self._log.events(), self.sampler, self.pruner)

    # ---- attributes

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What was attached to the study; a copy."""
        with self._log.lock:
            self._log.sync()
            return copy.deepcopy(self._log.ledger.user_attrs)

    @property
    def system_attrs(self) -> dict[str, JSON]:
        """What hpo itself attached to the study; a copy."""
        with self._log.lock:
            self._log.sync()
            return copy.deepcopy(self._log.ledger.system_attrs)

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Attach something to the study: anything that JSON can hold; a study in memory takes any object."""
        with self._log.lock:
            self._log.append([AttributeSet(str(key), self._session.snapshot(value))])

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
        with self._log.lock:
            self._log.append([AttributeSet(_METRIC_NAMES, list(metric_names), system=True)])

    def _told_outcome(self, number: int, values: float | Sequence[float] | None, state: TrialState | None) -> Outcome:
        if state in (TrialState.RUNNING, TrialState.WAITING):
            raise ValueError(f"Cannot tell with state {TrialState(state).name}.")
        if state in (TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED):
            if values is not None:
                raise ValueError(f"A trial told as {TrialState(state).name} takes no values, got {values!r}.")
            if state is TrialState.PAUSED:
                return self._session.paused(number)
            return self._session.pruned(number) if state is TrialState.PRUNED else Outcome(TrialState.FAIL)
        read = read_values(values, len(self.directions))
        if not isinstance(read, str):
            return Outcome(TrialState.COMPLETE, read)
        if state is TrialState.COMPLETE:
            raise ValueError(f"Cannot tell as COMPLETE: {read}")
        warnings.warn(f"Trial {number} is stored as failed: {read}", stacklevel=3)
        return Outcome.of_return(values, len(self.directions))

    # ---- records

    def _frozen(self, number: int) -> FrozenTrial:
        return record_of(self._log.ledger, self._session.live, number)

    def _exists(self, params: dict[str, JSON]) -> bool:
        """Whether a trial was queued or run with exactly these parameters."""
        for trial in self.get_trials():
            given = trial.system_attrs.get("fixed_params", trial.params) if not trial.params else trial.params
            if given.keys() == params.keys() and all(_same(given[name], params[name]) for name in params):
                return True
        return False

    def _check_known(self, number: int, doing: str) -> None:
        if not self._log.ledger.is_known(number):
            why = "it has been deleted" if 0 <= number < self._log.ledger.n_trials else "it has not been created"
            raise ValueError(f"Cannot {doing} trial with number {number} since {why}.")

    def _check_single(self, what: str) -> None:
        if len(self._log.ledger.directions) > 1:
            raise RuntimeError(f"A study of several objectives has no single `{what}`; see `best_trials`.")

    def _set_up(self, log: Log) -> None:
        self._log = log
        self._session = Session(self, log)
        self._stop: threading.Event | None = None
        self._local = threading.local()
        _studies.add(self)

    def _after_fork(self) -> None:
        """In a child process: running trials are the parent's, and a lock may be held by a thread that is not here."""
        self._set_up(self._log.reopened())

    def __getstate__(self) -> dict[str, Any]:
        plugins = {name: self.__dict__[name] for name in ("sampler", "pruner", "retry", "checkpoints")}
        return {"name": self._log.name, "identity": self._log.identity, "storage": self._log.storage, **plugins}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state.pop("name"), state.pop("storage"), **state)

    def __repr__(self) -> str:
        return f"Study(study_name={self._log.name!r}, storage={self._log.storage!r})"


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
    checkpoints: str | Path | None = None,
) -> Study:
    """A new study.

    Args:
        storage: A URL such as "sqlite:///study.db", a storage, or None for memory.
        sampler: `TPESampler()` by default.
        pruner: `MedianPruner()` by default.
        study_name: To load it by; made up by default.
        direction: "minimize" (default) or "maximize".
        load_if_exists: Open the study of that name if there is one.
        directions: For several objectives, one each.
        seed: Of all random choices; by default the sampler's, else drawn once. It is stored with the study, so
            that a resumed study goes on exactly as an uninterrupted one.
        retry: Queue failed trials and those of lost workers again, at most that often; or a `RetryPolicy`.
        checkpoints: Directory below which trials have their `checkpoint_dir`, on a file system that all workers see;
            by default `$HPO_CHECKPOINTS`, or `hpo-checkpoints` in the working directory.

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
    seed = secrets.randbits(63) if given is None else int(given)
    header = StudyCreated(name, wanted, seed, time.time(), uuid.uuid4().hex)
    try:
        storage.create(header)
    except DuplicatedStudyError:
        if not load_if_exists:
            raise
        study = Study(name, storage, sampler, pruner, retry=retry, checkpoints=checkpoints)
        _check_header(study, wanted if direction or directions else None, given)
        logger.info(f"Using an existing study with name '{name}' instead of creating a new one.")
        return study
    where = "in memory" if is_private(storage) else f"in {type(storage).__name__.removesuffix('Storage')}"
    logger.info(f"A new study created {where} with name: {name}")
    return Study(name, storage, sampler, pruner, retry=retry, checkpoints=checkpoints, identity=header.identity)


def load_study(
    *,
    study_name: str | None = None,
    storage: str | Storage,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
    retry: RetryPolicy | int | None = None,
    checkpoints: str | Path | None = None,
) -> Study:
    """The study of a name, to be read or gone on with; give it the sampler and the pruner that it had.

    Args:
        study_name: None if the storage holds exactly one study.
        storage: A URL or a storage.
        sampler, pruner, retry, checkpoints: As for `create_study`; they are not stored.

    Raises:
        UnknownStudyError: If there is no such study.
        ValueError: If no name is given and the storage does not hold exactly one study.
    """
    storage = get_storage(storage, create=False)
    if study_name is None:
        names = list(storage.studies())
        if len(names) != 1:
            raise ValueError(f"study_name may be left out if the storage holds one study; it holds {names!r}.")
        study_name = names[0]
    return Study(study_name, storage, sampler, pruner, retry=retry, checkpoints=checkpoints)


def _default_sampler() -> Sampler:
    from hpo.samplers.tpe import TPESampler

    return TPESampler()


def _default_pruner() -> Pruner:
    from hpo.pruners.percentile import MedianPruner

    return MedianPruner()


_METRIC_NAMES = "study:metric_names"


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


def _after_fork() -> None:
    for study in list(_studies):
        study._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
