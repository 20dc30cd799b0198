"""Studies: the rich object over a log, a sampler and a pruner."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, final, overload

from hpo import logging
from hpo.arrays import JSON
from hpo.checks import whole_number
from hpo.distributions import BaseDistribution
from hpo.events import AttributeSet, Event, StudyDirection, TrialState, only
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.log.log import Log, identity_of
from hpo.protocols import Pruner, Sampler, Storage
from hpo.reading.records import record_of
from hpo.reading.states import wanted_states
from hpo.running.beginning import begin
from hpo.running.checkpoints import default_root
from hpo.running.current import current_runs
from hpo.running.finishing import end, give_up
from hpo.running.participant import Participant
from hpo.running.plan import Plan
from hpo.running.port import Port
from hpo.running.retry import RetryPolicy
from hpo.storage import get_storage
from hpo.study import editing
from hpo.study.asking import checked_distributions
from hpo.study.defaults import default_pruner, default_sampler, retry_policy
from hpo.study.plugins import (
    checked_callbacks,
    checked_objective,
    checked_pruner,
    checked_retry,
    checked_sampler,
    checked_storage,
)
from hpo.study.telling import told_number, told_outcome
from hpo.trial.frozen import FrozenTrial
from hpo.trial.trial import Trial, live_of

if TYPE_CHECKING:
    import pandas as pd

    from hpo.artifacts import ArtifactStore
    from hpo.dashboard.server import Served
    from hpo.reading.explain import Explanation
    from hpo.reading.recommended import Recommendation
    from hpo.reading.snapshot import Snapshot
    from hpo.reading.tables import Text
    from hpo.reading.verify import Difference, Verification
    from hpo.running.loop import Run
    from hpo.running.place import Place

__all__ = ["Callback", "Objective", "Study"]

Objective = Callable[[Trial], Any]
Callback = Callable[["Study", FrozenTrial], None]

logger = logging.get_logger(__name__)

_studies: weakref.WeakSet[Study] = weakref.WeakSet()


@final
class Study:
    """A search for good parameters: asks a sampler for trials, tells what came of them, remembers everything.

    Made by `create_study` and `load_study`. Threads may share one; processes open one each on the same storage.

    Args:
        study_name: Of a study that the storage has.
        storage: A URL, a storage, or None for memory, which holds no study yet.
        sampler: `AutoSampler()` by default.
        pruner: `MedianPruner()` by default.
        retry: As for `create_study`.
        checkpoints: As for `create_study`.
        identity: Of the study, where it is known; otherwise the name is looked up.

    Raises:
        UnknownStudyError: If there is no such study.

    Example:
        >>> study = hpo.create_study(direction="minimize")
        >>> study.optimize(lambda trial: trial.suggest_float("x", -10, 10) ** 2, n_trials=20)
        >>> study.best_params["x"], study.best_value, len(study.trials)
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
        storage = get_storage(checked_storage(storage))
        plan = Plan(
            default_sampler() if sampler is None else checked_sampler(sampler),
            default_pruner() if pruner is None else checked_pruner(pruner),
            retry_policy(checked_retry(retry), storage),
            default_root() if checkpoints is None else Path(checkpoints).absolute(),
        )
        log = Log(identity_of(study_name, storage) if identity is None else identity, storage)
        self._set_up(log, Participant(log, plan))
        self._log.open()

    @property
    def sampler(self) -> Sampler:
        """What proposes configurations; may be replaced at any time."""
        return self._participant.plan.sampler

    @sampler.setter
    def sampler(self, sampler: Sampler) -> None:
        self._participant.plan = replace(self._participant.plan, sampler=checked_sampler(sampler))

    @property
    def pruner(self) -> Pruner:
        """What stops trials early; may be replaced at any time."""
        return self._participant.plan.pruner

    @pruner.setter
    def pruner(self, pruner: Pruner) -> None:
        self._participant.plan = replace(self._participant.plan, pruner=checked_pruner(pruner))

    @property
    def retry(self) -> RetryPolicy | None:
        """Which failed trials are tried again; may be replaced at any time."""
        return self._participant.plan.retry

    @retry.setter
    def retry(self, retry: RetryPolicy | int | None) -> None:
        self._participant.plan = replace(self._participant.plan, retry=checked_retry(retry))

    @property
    def checkpoints(self) -> Path:
        """Directory below which trials keep their checkpoints."""
        return self._participant.plan.checkpoints

    @checkpoints.setter
    def checkpoints(self, checkpoints: str | Path) -> None:
        self._participant.plan = replace(self._participant.plan, checkpoints=Path(checkpoints).absolute())

    # ---- running

    def optimize(
        self,
        func: Objective,
        n_trials: int | None = None,
        timeout: float | None = None,
        n_jobs: int = 1,
        catch: Iterable[type[Exception]] | type[Exception] = (),
        callbacks: Iterable[Callback] | Callback | None = None,
        gc_after_trial: bool = False,
        show_progress_bar: bool = False,
        *,
        max_trials: int | None = None,
        reproducible: bool = False,
        lag: int | None = None,
        workers: int | None = None,
        executor: object = None,
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
            callbacks: Each is called with the study and the finished trial, after it is stored and before the next one
                begins, in this thread, whatever `n_jobs`. One or several. Those that end a run by what is in the log,
                such as `NoImprovement`, let none begin where that is so already.
            gc_after_trial: Collect garbage after each trial.
            show_progress_bar: With the best value so far.
            max_trials: How many finished trials the study may come to have, whoever runs them: counted in the log
                when a trial begins, so that all workers together stop there and never overshoot. None for no limit.
            reproducible: Make the log the same for any number of threads or workers: results are stored in the order of
                the trials, and each trial knows the results of those that began at least `lag` before it.
            lag: Trials in flight with `reproducible`; at least `n_jobs` or `workers`. None for 8.
            workers: Processes of this machine; -1 for one per core. The objective may be a lambda or a notebook's
                function; callbacks are called here. With `executor`, how many trials that one runs at a time, where
                it does not tell. Needs `pip install 'hpo-study[processes]'`.
            executor: Where trials run instead: an executor of `concurrent.futures`, a client of Dask's, or an engine of
                `hpo.executors`, such as `Ray(num_gpus=1)`.

        Raises:
            RuntimeError: If called from within an objective or callback of the same study.
            TypeError, ValueError: If an argument is not what it should be; then no trial begins.
            ImportError: If a package is missing that `workers` or `executor` needs.
        """
        from hpo.running.callbacks import finish, why_over
        from hpo.running.loop import Run
        from hpo.running.progress import Progress
        from hpo.study.optimizing import away_for, count, here_for, kept_back, limits_of, seconds

        if any(run.participant is self._participant for run in current_runs()):
            raise RuntimeError("`optimize` cannot be called from within an objective or a callback of the same study.")
        objective, called = checked_objective(func), checked_callbacks(callbacks)
        n_trials, timeout, max_trials = count(n_trials, "n_trials"), seconds(timeout), count(max_trials, "max_trials")
        over = why_over(called, self.history) if called else None
        if over is not None:
            logger.info(f"No trial begins: {over!r} has ended the study.")
            return
        limits = limits_of(n_trials, timeout, max_trials, catch, called, kept_back(lag, reproducible=reproducible))
        place: Place
        if workers is None and executor is None:
            place = here_for(n_jobs, limits, self._participant, lambda live: objective(Trial(self, self._port, live)))
        else:
            place = away_for(
                executor, workers, n_jobs, limits, self._log, self._participant, objective, Study.over, gc_after_trial
            )
        progress = Progress(n_trials, timeout) if show_progress_bar else None
        run = Run(
            participant=self._participant,
            place=place,
            limits=limits,
            watchers=tuple(partial(callback, self) for callback in called),
            tick=None if progress is None else lambda counts: progress.advance(self._participant.best(), counts=counts),
            collect=gc_after_trial,
        )
        self._runs.append(run)
        try:
            run.go()
        finally:
            self._runs.remove(run)
            place.close()
            if progress is not None:
                progress.close()
            finish(called, self)
            self._log.keep_checkpoint(resting=True)

    @overload
    def ask(
        self,
        fixed_distributions: Mapping[str, BaseDistribution] | None = None,
        *,
        n: None = None,
        queued: int | None = None,
    ) -> Trial: ...

    @overload
    def ask(self, fixed_distributions: Mapping[str, BaseDistribution] | None = None, *, n: int) -> list[Trial]: ...

    def ask(
        self,
        fixed_distributions: Mapping[str, BaseDistribution] | None = None,
        *,
        n: int | None = None,
        queued: int | None = None,
    ) -> Trial | list[Trial]:
        """Begin a trial, for a loop of your own; end it with `tell`.

        It may be a paused one that goes on: see `Trial.resume_step`.

        Args:
            fixed_distributions: Parameters to suggest at once. They are stored, so that another process can tell, for
                which the trial waits, also when this process has ended.
            n: Begin that many trials, or as many as the sampler has left, and return a list of them.
            queued: Begin the queued trial of this number, instead of the first one of the queue.

        Raises:
            SearchSpaceExhausted: If the sampler has nothing left to try.
            TypeError: If `fixed_distributions` are none.
            ValueError: If `n` is below 1, or there is no queued trial of that number.

        Example:
            >>> trial = study.ask()
            >>> x = trial.suggest_float("x", -10, 10)
            >>> study.tell(trial, x**2)
        """
        fixed = checked_distributions(fixed_distributions)
        queued = None if queued is None else whole_number(queued, "queued")
        if n is not None:
            n = whole_number(n, "n")
            if n < 1 or queued is not None:
                raise ValueError(f"n must be ≥ 1, and goes without `queued`, got {n!r} and {queued!r}.")
            return self._ask_several(fixed, n)
        for name, distribution in (fixed or {}).items():
            self._port.check(name, distribution)
        with self._log.lock:
            live = begin(self._participant, queued=queued)
            assert live is not None  # only a budget could refuse one
            live.is_asked = True
            trial = Trial(self, self._port, live)
            if fixed is not None:
                try:
                    for name, distribution in fixed.items():
                        trial.suggest(name, distribution)
                    self._participant.store_parameters(live)
                except BaseException as error:  # nobody else knows of the trial
                    give_up(self._participant, live.number, error)
                    raise
            return trial

    def _ask_several(self, fixed_distributions: Mapping[str, BaseDistribution] | None, n: int) -> list[Trial]:
        trials: list[Trial] = []
        try:
            for _ in range(n):
                trials.append(self.ask(fixed_distributions))
        except SearchSpaceExhausted:
            if not trials:
                raise
        except BaseException as error:
            for trial in trials:
                give_up(self._participant, trial.number, error)
            raise
        return trials

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
            TypeError: If `trial` is neither, or `state` is none.
            ValueError: If there is no such trial, it is of another study or not running, or values and state contradict
                each other.
        """
        number = told_number(trial, self)
        with self._log.lock:
            self._log.sync()
            editing.check_known(self._log, number, "tell for")
            if isinstance(trial, Trial):
                self._participant.adopt(live_of(trial))  # it may have gone on in another process
            stored = self._log.ledger.state(number)
            if stored.is_finished() and skip_if_finished:
                return self._frozen(number)
            if stored is not TrialState.RUNNING and not self._participant.leases.is_lost(number):
                raise ValueError(f"Cannot tell a {stored.name} trial.")
            outcome = told_outcome(self._participant, number, values, state)
            if end(self._participant, number, outcome) is None:
                editing.check_known(self._log, number, "tell for")  # another process may have been faster
                if not self._participant.leases.is_lost(number) and not skip_if_finished:
                    raise ValueError(f"Cannot tell a {self._log.ledger.state(number).name} trial.")
            return self._frozen(number)

    def stop(self) -> None:
        """End the running `optimize` after the trials that are under way. Only for objectives and callbacks.

        Where several threads optimise the study, the run ends whose objective or callback calls; called from another
        thread, all do.

        Raises:
            RuntimeError: Outside of `optimize`.
        """
        runs = [run for run in current_runs() if run.participant is self._participant][-1:] or list(self._runs)
        if not runs:
            raise RuntimeError("`Study.stop` is for objectives and callbacks of a running `optimize`.")
        for run in runs:
            run.stop()

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
            TypeError: If `params` is no dict.
            ValueError: If the study knows a parameter as a number and something else came.

        A value outside of the range or the choices that the study knows gives a warning: they may change.
        """
        editing.enqueue_trial(
            self._log, params, {} if user_attrs is None else user_attrs, self.get_trials if skip_if_exists else None
        )

    def add_trial(self, trial: FrozenTrial) -> None:
        """Add a trial that ran elsewhere; make it with `create_trial`."""
        self.add_trials([trial])

    def add_trials(self, trials: Iterable[FrozenTrial]) -> None:
        """Add trials that ran elsewhere, all or none of them. They get the next numbers, in their order.

        Raises:
            TypeError: If they are no trials.
            ValueError: If a trial contradicts itself or has the wrong number of values.
            DistributionMismatchError: If a parameter has another kind or scale than in this study.
        """
        editing.add_trials(self._log, self._port, trials)
        self._log.keep_checkpoint(resting=True)

    # ---- editing

    def delete_trial(self, number: int) -> None:
        """Take a trial out of the study, in whatever state; its number is not used again.

        Samplers and pruners no longer know it. The log keeps what happened, for `verify`.

        Raises:
            ValueError: If there is no such trial.
        """
        editing.delete_trial(self._log, number)

    def set_trial_user_attr(self, number: int, key: str, value: JSON) -> None:
        """Attach something to a trial, or change it, also after the trial has ended.

        Raises:
            ValueError: If there is no such trial, or it is waiting.
        """
        editing.set_trial_attribute(self._log, self._port, number, str(key), value)

    def rename(self, study_name: str) -> None:
        """Give the study another name.

        Raises:
            DuplicatedStudyError: If the storage has a study of that name.
        """
        editing.rename(self._log, study_name)

    # ---- reading

    @property
    def study_name(self) -> str:
        """Its present name within the storage."""
        with self._log.lock:
            self._log.sync()
            return self._log.name

    @property
    def identity(self) -> str:
        """What no other study has, and this one keeps when it is renamed: for trackers and for folders of files."""
        return self._log.identity

    @property
    def storage(self) -> Storage:
        """Where its log is kept."""
        return self._log.storage

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
        return only(self._log.ledger.directions, "direction")

    @property
    def seed(self) -> int:
        """What all random choices of the study derive from."""
        return self._log.ledger.header.seed

    def snapshot(self) -> Snapshot:
        """The study as it stands now: it never changes, and any thread may read it."""
        from hpo.reading.snapshot import Snapshot

        with self._log.lock:
            self._log.sync()
            return Snapshot(self._log.ledger, self._participant.live)

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
            >>> study.optimize(lambda trial: trial.suggest_float("new", 0, 1), n_trials=1)
            >>> [type(event).__name__ for event in study.events(seen)]
            ['TrialStarted', 'TrialProposed', 'SpaceDeclared', 'TrialFinished']
        """
        since, limit = whole_number(since, "since"), None if limit is None else whole_number(limit, "limit")
        if since < 0 or (limit is not None and limit < 0):
            raise ValueError(f"since and limit must be ≥ 0, got {since!r} and {limit!r}.")
        return list(self._log.read(since, limit=limit))

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
        return self.snapshot().get_trials(deepcopy, states)

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        """How many trials are in some states; None for all.

        Raises:
            TypeError: If `states` is no list of states.
        """
        meant = wanted_states(states)
        with self._log.lock:
            self._log.sync()
            return sum(map(self._log.ledger.count, meant))

    @property
    def best_trial(self) -> FrozenTrial:
        """The complete trial with the best value among those that violate no constraint; of equal ones the first.

        Raises:
            RuntimeError: If the study has several objectives.
            ValueError: If there is none yet; it says how many failed, and the last error.
        """
        only(self._log.ledger.directions, "best_trial")
        with self._log.lock:
            self._log.sync()
            if self._log.ledger.best_feasible is None:
                from hpo.reading.without_best import why_none_is_best

                raise ValueError(why_none_is_best(self._log.ledger.history()))
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
        return self.snapshot().best_trials

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
        from hpo.reading.expected import outlook
        from hpo.reading.explain import proposers_of
        from hpo.visualization.report import write

        snapshot = self.snapshot()
        proposers = proposers_of(self._log.events(), self.sampler, self.pruner)
        ahead = outlook(snapshot, time.time())
        return write(snapshot, path, sampler=self.sampler, pruner=self.pruner, proposers=proposers, ahead=ahead)

    def dashboard(self, *, port: int = 0, write: bool = False, artifact_store: ArtifactStore | None = None) -> Served:
        """Show the study in a browser, live, for as long as this process runs; in a notebook as a frame.

        It is served by a thread of this process, to this machine alone. `hpo dashboard` shows all studies of a storage.

        Args:
            port: 0 for any free one.
            write: Allow to change the study there.
            artifact_store: Where the contents of its artifacts are, which the pages then show.

        Raises:
            ImportError: Without the extra `hpo-study[dashboard]`.

        Example:
            >>> study.dashboard()
            The dashboard is at http://127.0.0.1:…/s/…
        """
        from hpo.dashboard import show

        return show(self, self._log.identity, port=port, write=write, artifacts=artifact_store)

    def verify(self) -> list[Difference]:
        """Recompute every proposal, pruning decision and promotion from the log; empty if all are as recorded.

        Each trial is checked with the sampler and the pruner that the log names: the study's own if they are described
        alike, otherwise ones that are built from the description; where that is not possible a line is logged. Trials
        of older logs, which name none, are checked with the study's own. Another version of hpo may have decided
        otherwise, which harms nothing; the changelog says where.
        """
        from hpo.reading.verify import verify

        verification: Verification = verify(self._log.events(), self.sampler, self.pruner)
        for remark in verification.remarks:
            logger.warning(remark)
        return verification.differences

    def explain(self, number: int) -> Explanation:
        """Which sampler proposed a trial, and why that one: decided again from what was known when the trial began.

        Print it for a sentence. It takes as long as to read the log up to that trial.

        Raises:
            ValueError: If no trial of that number has begun.
        """
        from hpo.reading.explain import explanation_of

        number = whole_number(number, "number")
        explanation = explanation_of(number, self._log.events(), self.sampler, self.pruner)
        if explanation is not None:
            return explanation
        raise ValueError(f"No trial {number!r} has begun in this study, which has {self.count_trials()} trials.")

    def recommend(self) -> Recommendation:
        """Which trial to rely on if the objective is noisy: the one that is expected to be the best.

        The trial with the best value is the luckiest among good ones. A Gaussian process of all trials (of at most 500)
        says what each would return without noise, whichever sampler proposed them; its options are those of the study's
        sampler if this is a `GPSampler`. It takes for noise what it cannot explain, also of an objective that is rough
        and has none: `best_trial` is the one to rely on then. Print it for a sentence; `.number` is the trial's.

        Raises:
            RuntimeError: If the study has several objectives.
            ValueError: If there is no complete and feasible trial, or fewer than 8 with finite values.

        Example:
            >>> trial = study.trials[study.recommend().number]
        """
        from hpo.reading.recommended import recommendation_of
        from hpo.samplers.gp.sampler import GPSampler

        only(self._log.ledger.directions, "recommend")
        history = self.history
        if not ((history.state == TrialState.COMPLETE) & (history.violation <= 0)).any():
            from hpo.reading.without_best import why_none_is_best

            raise ValueError(why_none_is_best(history))
        sampler = self.sampler if isinstance(self.sampler, GPSampler) else GPSampler()
        return recommendation_of(history, sampler.modelling)

    # ---- attributes

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What was attached to the study; a copy."""
        return self.snapshot().user_attrs

    @property
    def system_attrs(self) -> dict[str, JSON]:
        """What hpo itself attached to the study; a copy."""
        return self.snapshot().system_attrs

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Attach something to the study: anything that JSON can hold; a study in memory takes any object."""
        with self._log.lock:
            self._log.append([AttributeSet(str(key), self._port.stored(value))])

    @property
    def metric_names(self) -> list[str] | None:
        """The names of the objectives, if they were given."""
        return self.snapshot().metric_names

    def set_metric_names(self, metric_names: list[str]) -> None:
        """Name the objectives, for tables and plots.

        Raises:
            ValueError: Unless there is one name per objective.
        """
        editing.set_metric_names(self._log, metric_names)

    # ---- records

    def _frozen(self, number: int) -> FrozenTrial:
        return record_of(self._log.ledger, self._participant.live, number)

    @classmethod
    def over(cls, log: Log, participant: Participant) -> Study:
        """A study over a log that somebody has opened, for what runs trials."""
        study = cls.__new__(cls)
        study._set_up(log, participant)
        return study

    def _set_up(self, log: Log, participant: Participant) -> None:
        self._log = log
        self._participant = participant
        self._port = Port(participant)
        self._runs: list[Run] = []
        _studies.add(self)

    def _after_fork(self) -> None:
        """In a child process: running trials are the parent's, and a lock may be held by a thread that is not here."""
        log = self._log.reopened()
        self._set_up(log, Participant(log, self._participant.plan))

    def __getstate__(self) -> dict[str, Any]:
        return {"log": self._log, "participant": self._participant}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._set_up(state["log"], state["participant"])
        self._log.open()

    def _repr_html_(self) -> str:
        """How a notebook shows the study."""
        from hpo.reading.notebook import study_html

        return study_html(self.snapshot())

    def __repr__(self) -> str:
        return f"Study(study_name={self._log.name!r}, storage={self._log.storage!r})"


def _after_fork() -> None:
    for study in list(_studies):
        study._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
