"""One process's part in a study: the trials that it runs, from their begin to their end, and their leases."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo import logging
from hpo.arrays import JSON, Report
from hpo.distributions import BaseDistribution, CategoricalDistribution, check_distribution_compatibility
from hpo.events import (
    ASKED,
    AttributeSet,
    Event,
    SpaceDeclared,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialProposed,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.history.columns import RunningTrial, finished
from hpo.key import Key
from hpo.log import leases
from hpo.log.codec import dumps, loads
from hpo.log.leases import Observer
from hpo.log.log import Log
from hpo.log.worker import Worker
from hpo.protocols import LeasePolicy, cohort, is_private, leasing, pausing, sampled
from hpo.running import checkpoints
from hpo.running.budget import Budget
from hpo.running.outcome import Outcome
from hpo.space import Space
from hpo.trial import Trial

if TYPE_CHECKING:
    from hpo.study import Study

__all__ = ["MAX_ATTRIBUTE", "Session"]

MAX_ATTRIBUTE = 4 * 2**20
"""Characters of an attribute, written as JSON, that a storage takes."""

_LOST = "WorkerLost"
_PAUSED = TrialState.PAUSED
_SLOW = 0.02  # seconds; other writers are not kept out while a slow sampler thinks

logger = logging.get_logger(__name__)


@final
class Session:
    """Begins and ends trials of a study.

    Args:
        study: Whose sampler, pruner and retry policy count, whatever they are at the moment.
        log: The study's.

    Attributes:
        live: The trials that this process runs, by number.
    """

    def __init__(self, study: Study, log: Log) -> None:
        self._study = study
        self._log = log
        self.live: dict[int, Trial] = {}
        self._spaces: dict[tuple[str, ...], Space] = {}
        self._is_slow = False  # whether the sampler took long for its last proposal
        self._is_kept = False  # whether the thread that renews leases knows this session
        self._beaten: set[int] = set()  # trials whose leases have been renewed
        self._is_private = is_private(log.storage)
        self._leasing = leasing(log.storage)
        self._observer = None if self.lease_policy is None else Observer(self.lease_policy)

    # ---- beginning

    def begin(self, *, deferred: bool = False, budgets: Sequence[Budget] = (), new: bool = True) -> Trial | None:
        """Begin a trial: a queued one if there is one, else a paused one that the pruner promotes, else a new one.

        The log gets its start and its proposal together, unless the sampler is so slow that others had to wait.

        Args:
            deferred: As in `TrialStarted`.
            budgets: They must have room, except for a trial that goes on.
            new: Otherwise only a paused one.

        Returns:
            None if a budget has no room now, or no trial is promoted and a new one is not wanted.

        Raises:
            SearchSpaceExhausted: If the sampler has nothing left to try.
        """
        with self._log.lock:
            self._reap()
            if self._is_slow:
                self._log.sync()
                return self._begin_in_turn(deferred, budgets, new)
            begun: tuple[int, History, tuple[float, ...]] | None = None

            def start_and_proposal() -> list[Event]:
                nonlocal begun
                begun = None  # of an attempt that failed
                ledger = self._log.ledger
                history = ledger.history()
                may_begin, claims = self._next(history, budgets, new)
                if not may_begin:
                    return []
                if claims is not None and claims not in ledger.waiting:
                    parameters = ledger.finished(claims).parameters
                    begun = claims, history.with_given(parameters), self._continued(history, claims, parameters)
                    return [TrialStarted(time.time(), claims, deferred, self._worker())]
                number = ledger.n_trials if claims is None else claims
                if claims is not None:
                    history = history.with_given(ledger.waiting[claims].parameters)
                begun = number, history, self._propose(history, number)
                return [TrialStarted(time.time(), claims, deferred, self._worker()), TrialProposed(number, begun[2])]

            if not self._log.append_after(start_and_proposal):
                self._log.sync()
                return self._begin_in_turn(deferred, budgets, new)  # one proposal was in vain; do not race again
            return None if begun is None else self._begun(*begun)

    def _begin_in_turn(self, deferred: bool, budgets: Sequence[Budget], new: bool) -> Trial | None:
        """Begin a trial with its start first, and its proposal later, so that others may write meanwhile."""
        while True:
            ledger = self._log.ledger
            may_begin, claims = self._next(ledger.history(), budgets, new)
            if not may_begin:
                return None
            start = TrialStarted(time.time(), claims, deferred, self._worker())
            is_promoted = claims is not None and claims not in ledger.waiting
            expect = ledger.position if budgets or is_promoted else None  # what was decided on must still be so
            history = self._log.append_and_stop_before([start], expect=expect)
            if history is None:
                self._log.sync()
                continue
            (number,) = ledger.apply([start])
            if number is None:
                continue  # another worker claimed the queued trial first
            record = ledger.running[number]
            history = history.with_given(record.fixed)
            if record.resumed:
                return self._begun(number, history, self._continued(history, number, record.fixed))
            try:
                proposal = self._propose(history, number)
            except SearchSpaceExhausted:
                self._log.append([TrialDeleted(number)])  # there was nothing to begin
                raise
            except BaseException as error:
                self.end(number, Outcome.of_error(error))
                raise
            self._log.append([TrialProposed(number, proposal)])
            return self._begun(number, history, proposal)

    def _begun(self, number: int, history: History, proposal: tuple[float, ...]) -> Trial:
        trial = Trial(self._study, self, self._log.ledger.running[number], history, proposal)
        self.live[number] = trial
        if self.lease_policy is not None and not self._is_kept:
            leases.keep(self)
            self._is_kept = True
        return trial

    def _next(self, history: History, budgets: Sequence[Budget], new: bool) -> tuple[bool, int | None]:
        """Whether a trial may begin now; and the number of the queued or paused one that is due, None for a new one."""
        ledger = self._log.ledger
        claims = next(iter(ledger.waiting), None) if new else None
        promoted = self._promoted(history) if claims is None else None
        if promoted is not None:
            return True, promoted
        return new and all(budget.has_room(ledger) for budget in budgets), claims

    def _promoted(self, history: History) -> int | None:
        """The number of the paused trial that the pruner lets go on."""
        ledger = self._log.ledger
        pruner = pausing(self._study.pruner) if ledger.count(_PAUSED) else None
        if pruner is None:
            return None
        number = pruner.promote(history)
        if number is None or (ledger.is_known(number) and ledger.state(number) is TrialState.PAUSED):
            return number
        raise ValueError(f"{pruner!r} promotes trial {number}, which is not paused.")

    def _continued(self, history: History, number: int, parameters: Mapping[str, Any]) -> tuple[float, ...]:
        """In the place of a proposal, for a trial that goes on: its parameters, and the prior's for others."""
        coded = history.space.encode(parameters)
        prior = history.space.uniform(self._key(number))
        return tuple(np.where(np.isnan(coded), prior, coded).tolist())

    def store_parameters(self, trial: Trial) -> None:
        """Write what a trial has suggested so far, so that another process can end it."""
        space = self._space_of(trial._distributions)
        asked = {"space": space.digest, "parameters": trial._parameters}
        self._log.append([SpaceDeclared(space), AttributeSet(ASKED, asked, trial.number, system=True)])

    # ---- while it runs

    def sample(self, trial: Trial, name: str, distribution: BaseDistribution) -> Any:
        """A value for a parameter for which the trial has no proposal that fits."""
        with self._log.lock:
            space = Space({name: distribution})
            history = cohort(self._study.pruner, trial._history, trial.number)
            history = history.with_given({**trial._fixed, **trial._parameters})
            (coded,) = sampled(self._study.sampler, space, history, self._key(trial.number))
        return distribution.decode(coded)

    def report(self, trial: Trial, step: int, value: Report) -> None:
        """Take a trial's report; it is in the log when this returns, unless the trial's are deferred to its end."""
        with self._log.lock:
            if not trial._deferred:
                self._log.append([TrialReported(trial.number, step, value, time.time(), trial._pruned)])
                trial._known = self._log.ledger.history()
            trial._reported(step, value)

    def should_prune(self, trial: Trial) -> bool:
        """What the pruner says of a trial that has reported."""
        if pausing(self._study.pruner) is None:
            return self._is_stopped(trial)
        warnings.warn(
            f"{self._study.pruner!r} lets trials wait instead of ending them: ask trial.should_pause(), and raise "
            "hpo.TrialPaused if it says so. should_prune() is always False.",
            stacklevel=4,
        )
        return False

    def should_pause(self, trial: Trial) -> bool:
        """The same for a pruner that lets trials wait."""
        return pausing(self._study.pruner) is not None and self._is_stopped(trial)

    def _is_stopped(self, trial: Trial) -> bool:
        with self._log.lock:
            trial._pruned = bool(self._study.pruner.prune(trial._known, trial.curve()))
            return trial._pruned

    def checkpoint(self, number: int) -> Path:
        """Where a trial keeps its checkpoint."""
        with self._log.lock:
            ledger = self._log.ledger
            attributes = ledger.running[number].system_attrs if number in ledger.running else {}
            return checkpoints.directory(self._study.checkpoints, ledger.header, number, attributes)

    def snapshot(self, value: JSON) -> JSON:
        """An attribute's value as the storage will give it back; in memory the very object.

        Raises:
            TypeError: If the storage cannot hold it.
            ValueError: If it is larger than `MAX_ATTRIBUTE`.
        """
        if self._is_private:
            return value
        text = dumps(value)
        if len(text) > MAX_ATTRIBUTE:
            raise ValueError(
                f"An attribute has at most {MAX_ATTRIBUTE} characters as JSON, got {len(text)}; store it in a file "
                "and its path here."
            )
        return loads(text)

    def check(self, name: str, distribution: BaseDistribution) -> None:
        """Raise if a name may not be suggested like this in this study and its storage."""
        if not isinstance(name, str):
            raise TypeError(f"A parameter's name must be a string, got {name!r}.")
        known = self._log.ledger.space
        if name in known and known[name] is not distribution:
            check_distribution_compatibility(known[name], distribution, name)
        if isinstance(distribution, CategoricalDistribution) and distribution.opaque:
            if not self._is_private:
                raise TypeError(
                    f"The choices of {name!r} must be things that JSON can hold, to be stored; got "
                    f"{', '.join(distribution.opaque)}. Suggest their names and look the objects up in a dict."
                )
            warnings.warn(
                f"The choices {', '.join(distribution.opaque)} of {name!r} are nothing that JSON can hold, so the "
                "study cannot be stored; better suggest their names and look the objects up in a dict.",
                stacklevel=6,
            )

    # ---- ending

    def end(self, number: int, outcome: Outcome) -> bool:
        """Write the end of a trial, which is durable when this returns; False if the trial had already ended."""
        with self._log.lock:
            trial = self.live.get(number)
            events = self._end_from_log(number, outcome) if trial is None else self._end_of(trial, outcome)
            has_checkpoint = trial is not None and trial._has_checkpoint and outcome.state is not _PAUSED
            checkpoint = self.checkpoint(number) if has_checkpoint else None
            try:
                retry = self._retry(number, events, lost=False)
                outcomes = self._log.append([*events, *retry])
                if checkpoint is not None and not retry:
                    checkpoints.remove(checkpoint)
            except (OverflowError, TypeError, ValueError) as error:
                # Something in the trial cannot be written. The trial must end all the same, so without it.
                failure = Outcome.of_error(error)
                events = [TrialFinished(number, failure.state, time.time(), error=failure.error)]
                outcomes = self._log.append(events)
            if trial is not None:  # only now: where the storage failed, the result can be told again
                trial._told = True
                del self.live[number]
            assert outcomes is not None
            if outcomes[len(events) - 1] is not None:
                return True
            if self.is_lost(number):
                self._keep_late_result(number, outcome)
            return False

    def paused(self, number: int) -> Outcome:
        """PAUSED with what it has reached; PRUNED if the pruner would never let it go on."""
        if pausing(self._study.pruner) is not None:
            return self.pruned(number)._replace(state=_PAUSED)
        warnings.warn(
            f"Trial {number} was paused, but {self._study.pruner!r} promotes no paused trials, so it ends as PRUNED. "
            'Give the study a pruner that does, such as SuccessiveHalvingPruner(mode="promote").',
            stacklevel=3,
        )
        return self.pruned(number)

    def pruned(self, number: int) -> Outcome:
        """PRUNED, with the report at the largest step as its value if there is one that is a number."""
        trial, record = self.live.get(number), self._log.ledger.running.get(number)
        reports: dict[int, Report] = {}
        if trial is not None:
            reports = dict(zip(trial._steps, trial._values, strict=True))
        elif record is not None:
            reports = dict(zip(record.steps, record.values, strict=True))
        if not reports:
            return Outcome(TrialState.PRUNED)
        last = reports[max(reports)]
        values = last if isinstance(last, tuple) else (last,)
        return Outcome(TrialState.PRUNED, None if any(value != value for value in values) else values)

    def is_lost(self, number: int) -> bool:
        """Whether a trial failed because its worker was taken for lost."""
        ledger = self._log.ledger
        if not ledger.is_known(number) or not ledger.has_row(number):
            return False
        error = ledger.finished(number).error
        return error is not None and error.type == _LOST

    def _end_of(self, trial: Trial, outcome: Outcome) -> list[Event]:
        now = time.time()
        space = self._space_of(trial._distributions)
        events: list[Event] = []
        if space.digest not in self._log.ledger.spaces:
            events.append(SpaceDeclared(space))
        if trial._deferred:
            events += [
                TrialReported(trial.number, step, value, now, pruned)
                for step, value, pruned in zip(trial._steps, trial._values, trial._answers, strict=True)
            ]
        events.append(
            TrialFinished(
                trial.number,
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

    def _end_from_log(self, number: int, outcome: Outcome) -> list[Event]:
        """The end of a trial that another process asked for, with the parameters that it stored."""
        record = self._log.ledger.running.get(number)
        asked = {} if record is None else record.system_attrs.get(ASKED, {})
        space, parameters = asked.get("space", ""), asked.get("parameters", {})
        end = TrialFinished(number, outcome.state, time.time(), outcome.values, space, parameters, error=outcome.error)
        return [end]

    def _retry(self, number: int, events: Sequence[Event], *, lost: bool) -> list[Event]:
        """The retry of the trial that `events` end, if it failed and gets one; void if it had already ended."""
        end, record = events[-1], self._log.ledger.running.get(number)
        policy = self._study.retry
        if policy is None or record is None or not isinstance(end, TrialFinished) or end.state is not TrialState.FAIL:
            return []
        space = self._log.ledger.spaces.get(end.space, Space())
        retry = policy.retry_of(finished(record, end, space), record.known() if lost else dict(record.fixed), lost=lost)
        return [] if retry is None else [retry]

    def _keep_late_result(self, number: int, outcome: Outcome) -> None:
        """A worker that was taken for lost has come back: the trial stays failed, and shows the result."""
        values = None if outcome.values is None else list(outcome.values)
        result = {"state": outcome.state.name, "values": values}
        self._log.append([AttributeSet("late_result", result, number, system=True)])
        logger.warning(
            f"Trial {number} had been given up, because its lease had expired; it stays failed, and its result "
            f"{values} is kept as its system attribute 'late_result'."
        )

    # ---- leases

    @property
    def lease_policy(self) -> LeasePolicy | None:
        """How leases of running trials are kept; None where no other process can see the study."""
        return None if self._leasing is None else self._leasing.lease_policy

    def renew_leases(self) -> None:
        """Show the other workers that this one is alive. Called by a thread, now and then."""
        with self._log.lock:
            alive = list(self.live)
            ended = [number for number in self._beaten if number not in self.live]
        if self._leasing is not None and (alive or ended):
            self._leasing.beat(self._log.identity, alive, ended)
            self._beaten = set(alive)

    def _reap(self) -> None:
        """Fail the trials whose workers are gone, if it is time to look for them."""
        storage, observer = self._leasing, self._observer
        if storage is None or observer is None or not observer.is_due:
            return
        self._log.sync()
        running = self._log.ledger.running
        others = [trial for number, trial in running.items() if number not in self.live and not _is_handed_out(trial)]
        for trial in observer.lost(others, lambda: storage.beats(self._log.identity)):
            worker = None if trial.worker is None else Worker.parse(trial.worker)
            who = "unknown" if worker is None else f"process {worker.pid} on {worker.host}"
            error = TrialError(_LOST, f"worker lost: {who} ended or stopped renewing its lease")
            end = TrialFinished(trial.number, TrialState.FAIL, time.time(), error=error)
            checkpoint = self.checkpoint(trial.number)
            retry = self._retry(trial.number, [end], lost=True)
            self._log.append([end, *retry])
            if not retry:
                checkpoints.remove(checkpoint)
            logger.warning(f"Trial {trial.number} failed: {error.message}.")

    def _worker(self) -> str | None:
        return None if self.lease_policy is None else str(Worker.here())

    # ---- sampling

    def _key(self, number: int) -> Key:
        return Key(self._log.ledger.header.seed, number)

    def _propose(self, history: History, number: int) -> tuple[float, ...]:
        began = time.perf_counter()
        known = cohort(self._study.pruner, history, number)
        proposal = tuple(sampled(self._study.sampler, known.space, known, self._key(number)))
        self._is_slow = time.perf_counter() - began > _SLOW
        return proposal

    def _space_of(self, distributions: dict[str, BaseDistribution]) -> Space:
        """The one space of these distributions, so that equal ones are kept once."""
        names = tuple(distributions)
        space = self._spaces.get(names)
        if space is None or not space.consists_of(distributions):
            space = Space(distributions)
            known = self._log.ledger.spaces.get(space.digest)
            if known is not None and known.consists_of(distributions):
                space = known
            self._spaces[names] = space
        return space


def _is_handed_out(trial: RunningTrial) -> bool:
    """Whether a process without leases asked it for someone else to run, who will tell what came of it."""
    return trial.worker is None and ASKED in trial.system_attrs
