"""One process's part in a study: the trials that it runs, from their begin to their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo import logging
from hpo.arrays import JSON, Report
from hpo.caution import warn
from hpo.distributions import BaseDistribution, CategoricalDistribution, check_distribution_compatibility
from hpo.events import (
    ASKED,
    AttributeSet,
    Event,
    RunLimits,
    SpaceDeclared,
    TrialDeleted,
    TrialFinished,
    TrialProposed,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.history.finished import finished
from hpo.key import Key
from hpo.log.codec import dumps, encode, loads
from hpo.log.log import Log
from hpo.log.soon import flush_soon
from hpo.protocols import PausingPruner, is_private
from hpo.reading.records import record_of
from hpo.running import checkpoints
from hpo.running.ending import clash, constraints_of, end_of, end_of_asked, failure, pruned, unasked
from hpo.running.lost import Leases
from hpo.running.outcome import Outcome
from hpo.running.pace import Pace
from hpo.running.plan import Plan
from hpo.running.recall import recalled
from hpo.running.wish import Wish
from hpo.space import Space
from hpo.trial.frozen import FrozenTrial
from hpo.trial.live import LiveTrial

if TYPE_CHECKING:
    from hpo.running.budget import Budget

__all__ = ["MAX_ATTRIBUTE", "Participant"]

MAX_ATTRIBUTE = 4 * 2**20
"""Characters of an attribute, written as JSON, that a storage takes."""

_PAUSED = TrialState.PAUSED
_LONG = 0.01  # seconds in which several trials are begun in one go, while the first of them waits for the others

_Attempt = tuple[int, History, tuple[float, ...]]
"""A trial that has begun if what is being written comes to be written: its number, what it knows, its proposal."""

logger = logging.get_logger(__name__)


@final
class Participant:
    """Begins and ends trials of a study, and is the port of those that run in this process.

    Args:
        log: The study's.
        plan: How it is done; may be replaced at any time.

    Attributes:
        live: The trials that this process runs, by number.
        n_behind: How many ends wait for trials that begin.
        pace: Whether the sampler is slow.
    """

    def __init__(self, log: Log, plan: Plan) -> None:
        self.plan = plan
        self.live: dict[int, LiveTrial] = {}
        self._log = log
        self._known: dict[int, History] = {}  # at the starts of the live ones
        self._heard: dict[int, History] = {}  # at the last reports of those that have made one here
        self._spaces: dict[tuple[str, ...], Space] = {}
        self._is_private = is_private(log.storage)
        self._warned: set[str] = set()  # names of parameters whose values were outside of their domains
        self._settled: Space | None = None  # one whose parameters have been finished with, so that their kinds stay
        self.n_behind = 0
        self.pace = Pace()
        self._leases = Leases(log, self)

    # ---- beginning

    def begin(self, *, budgets: Sequence[Budget] = (), queued: int | None = None) -> LiveTrial | None:
        """Begin a trial: a queued one if there is one, else a paused one that the pruner promotes, else a new one.

        The log gets its start and its proposal together, unless the sampler is so slow that others had to wait.

        Args:
            budgets: They must have room, except for a trial that goes on.
            queued: Begin the queued trial of this number, and no other.

        Returns:
            None if a budget has no room now.

        Raises:
            SearchSpaceExhausted: If the sampler has nothing left to try.
            ValueError: If the trial of that number is not queued.
        """
        wish = Wish(False, budgets, queued=queued) if budgets or queued is not None else _ANY
        begun = self.begin_some(1, wish)
        return begun[0] if begun else None

    def begin_some(self, n: int, wish: Wish) -> list[LiveTrial]:
        """As `begin`, at most `n` trials, together with the ends that wait to be written.

        They are fewer if that would take long. From afar, proposals may be written a moment later.

        Args:
            n: At least 1.
            wish: What kind of trials. Those that do not get a proposal here await it: see `propose`.

        Returns:
            None at all if a budget has no room now, or no trial is promoted and a new one is not wanted.
        """
        with self._log.lock:
            self._leases.give_up_lost()
            if self.pace.is_slow:
                self._log.sync()
            elif not (wish.waits and self._log.is_far and self._log.has_posted):
                attempts: list[_Attempt] = []
                if self._log.append_after(partial(self._starts_and_proposals, n, wish, attempts)):
                    return [self._begun(*one) for one in attempts]
            # The sampler is slow, or others wrote meanwhile: do not race again.
            trial = self._begin_start_first(wish)
            return [] if trial is None else [trial]

    def _starts_and_proposals(self, n: int, wish: Wish, attempts: list[_Attempt]) -> Iterable[Sequence[Event]]:
        """For each of some trials the events that begin it, asked for when the ledger has folded those before."""
        attempts.clear()
        first = self._start_and_proposal(wish, attempts)
        return (first,) if n == 1 or not first else self._more_of_them(n, wish, attempts, first)

    def _more_of_them(
        self, n: int, wish: Wish, attempts: list[_Attempt], events: Sequence[Event]
    ) -> Iterator[Sequence[Event]]:
        yield events
        until = time.perf_counter() + _LONG
        while events and len(attempts) < n and time.perf_counter() < until:
            try:
                events = self._start_and_proposal(wish, attempts)
            except Exception:  # which will come again when no other trial has begun before
                return
            if events:
                yield events

    def _start_and_proposal(self, wish: Wish, attempts: list[_Attempt]) -> list[Event]:
        """The two events that begin a trial, or one for a trial that goes on, or none."""
        ledger = self._log.ledger
        history = ledger.history()
        may_begin, claims = self._next(history, wish)
        if not may_begin:
            return []
        start = self._start(claims, wish.deferred, None if attempts else wish.run)
        if claims is not None and claims not in ledger.waiting:
            parameters = ledger.finished(claims).parameters
            continued = self._continued(history, claims, parameters)
            attempts.append((claims, history.with_given(parameters), continued))
            return start
        number = ledger.n_trials if claims is None else claims
        if claims is not None:
            history = history.with_given(ledger.waiting[claims].parameters)
        proposal = self._propose(history, number, is_queued=claims is not None)
        attempts.append((number, history, proposal))
        return [*start, TrialProposed(number, proposal)]

    def _start(self, claims: int | None, deferred: bool, run: RunLimits | None) -> list[Event]:
        """The start of a trial; before the first one the log learns by which plan."""
        plan = self.plan.declared
        start = TrialStarted(time.time(), claims, deferred, self._leases.worker, plan.digest, run)
        return [start] if plan.digest in self._log.ledger.plans else [plan, start]

    def _begin_start_first(self, wish: Wish) -> LiveTrial | None:
        """Begin a trial with its start first, and its proposal later, so that others may write meanwhile."""
        if self.plan.pausing is not None:
            self._log.flush()  # whether one is promoted may depend on it
        while True:
            ledger = self._log.ledger
            history = ledger.history()
            may_begin, claims = self._next(history, wish)
            if not may_begin:
                return None
            start = self._start(claims, wish.deferred, wish.run)
            expect = room = None  # what was decided on must still be so
            if claims is not None and claims not in ledger.waiting:
                expect = ledger.position
            elif wish.budgets and self._log.is_far:
                room = min(budget.room(ledger) for budget in wish.budgets) - 1
            elif wish.budgets:
                expect = ledger.position
            written = self._log.append_and_recall(start, expect=expect, room=room)
            if written is None:
                continue
            before, (*_, number) = written
            if number is None:
                continue  # another worker claimed the queued trial first
            record = self._log.ledger.running[number]
            history = before.with_given(record.fixed)
            if record.resumed:
                return self._begun(number, history, self._continued(history, number, record.fixed))
            if not wish.proposes and self.pace.is_slow and claims is None:
                trial = self._begun(number, history, ())
                trial.awaits_proposal = True
                return trial
            try:
                proposal = self._propose(history, number, is_queued=claims is not None)
            except SearchSpaceExhausted:
                self._log.append([TrialDeleted(number)])  # there was nothing to begin
                raise
            except BaseException as error:
                self.give_up(number, error)
                raise
            if wish.waits and self._log.is_far and not self.pace.is_slow:
                self._log.post([TrialProposed(number, proposal)], _ignore)
                flush_soon(self._log)
            else:
                self._log.append([TrialProposed(number, proposal)])
            if number in self._log.ledger.running:  # else someone has deleted it meanwhile, or given it up
                return self._begun(number, history, proposal)

    def _begun(self, number: int, history: History, proposal: tuple[float, ...]) -> LiveTrial:
        trial = LiveTrial.of(self._log.ledger.running[number], proposal, history.position)
        self.live[number] = trial
        self._known[number] = history
        self._leases.keep()
        return trial

    def _next(self, history: History, wish: Wish) -> tuple[bool, int | None]:
        """Whether a trial may begin now; and the number of the queued or paused one that is due, None for a new one."""
        ledger = self._log.ledger
        if wish.queued is not None:
            return True, self._waiting(wish.queued)
        claims = next(iter(ledger.waiting)) if wish.new and ledger.waiting else None
        if claims is None and self.plan.pausing is not None:
            promoted = self._promoted(self.plan.pausing, history)
            if promoted is not None:
                return True, promoted
        has_room = not wish.budgets or all(budget.has_room(ledger) for budget in wish.budgets)
        return wish.new and has_room, claims

    def _waiting(self, number: int) -> int:
        if number not in self._log.ledger.waiting:
            raise ValueError(f"Trial {number} is not queued, so it cannot begin; another process may have been faster.")
        return number

    def _promoted(self, pruner: PausingPruner, history: History) -> int | None:
        """The number of the paused trial that the pruner lets go on."""
        ledger = self._log.ledger
        if not ledger.count(_PAUSED):
            return None
        number = pruner.promote(history)
        if number is None or (ledger.is_known(number) and ledger.state(number) is _PAUSED):
            return number
        raise ValueError(f"{self.plan.pruner!r} promotes trial {number}, which is not paused.")

    def _continued(self, history: History, number: int, parameters: Mapping[str, Any]) -> tuple[float, ...]:
        """In the place of a proposal, for a trial that goes on: its parameters, and the prior's for others."""
        coded = history.space.encode(parameters)
        prior = history.space.uniform(self._key(number))
        return tuple(np.where(np.isnan(coded), prior, coded).tolist())

    def _propose(self, history: History, number: int, *, is_queued: bool = False) -> tuple[float, ...]:
        key = self._key(number)
        try:
            return self.pace.timed(partial(self.plan.proposal, history, key))
        except SearchSpaceExhausted:
            if not is_queued:
                raise
            return self.plan.unproposed(history, key)  # whoever queued it wants it all the same

    # ---- trials of another process, which it will end

    def host(self, trial: LiveTrial) -> None:
        """Be the port of a trial that another process has begun; that one shows that it is alive."""
        with self._log.lock:
            self.live[trial.number] = trial

    def propose(self, trial: LiveTrial) -> float:
        """Give a trial the proposal that it awaits: the very one that it would have got where it began.

        Returns:
            Seconds that the sampler took.

        Raises:
            SearchSpaceExhausted: If the sampler has nothing left to try.
        """
        with self._log.lock:
            proposal = self._propose(self._at_start(trial), trial.number)
            trial.propose(proposal)
            self._log.append([TrialProposed(trial.number, proposal)])
            return self.pace.took

    def leave(self, trial: LiveTrial) -> None:
        """Be its port no more."""
        with self._log.lock:
            self._forget(trial)

    def withdraw(self, trial: LiveTrial) -> None:
        """Let a trial never have begun, for which the sampler had nothing left."""
        with self._log.lock:
            self._log.append([TrialDeleted(trial.number)])
            self._forget(trial)

    def store_parameters(self, trial: LiveTrial) -> None:
        """Write what a trial has suggested so far, so that another process can end it."""
        with self._log.lock:
            space = self._space_of(trial.distributions)
            asked = {"space": space.digest, "parameters": trial.parameters}
            self._log.append([SpaceDeclared(space), AttributeSet(ASKED, asked, trial.number, system=True)])

    def adopt(self, trial: LiveTrial) -> bool:
        with self._log.lock:
            if self.live.get(trial.number) is not trial:
                self._log.sync()
                record = self._log.ledger.running.get(trial.number)
                if record is None or record.time != trial.record.time:  # it has ended, or is of another study
                    return False
                trial.record, trial.reports = record, trial.reports if record.deferred else record.reports
                self.live[trial.number] = trial
                self._known.pop(trial.number, None)
                self._heard.pop(trial.number, None)
                self._leases.keep()
            return True

    def _at_start(self, trial: LiveTrial) -> History:
        """What could be known at the start of a live trial."""
        known = self._known.get(trial.number)
        if known is None:  # it began in another process
            at_start = self._log.history_at(trial.started_at)
            (known,) = recalled(self._log.events(), trial.started_at) if at_start is None else (at_start,)
            known = self._known[trial.number] = known.with_given(trial.record.fixed)
        return known

    def _at_report(self, trial: LiveTrial) -> History:
        """What could be known at the last report of a live trial."""
        if trial.reported_at == trial.started_at:
            return self._at_start(trial)
        heard = self._heard.get(trial.number)
        if heard is None:  # it reported in another process
            (heard,) = recalled(self._log.events(), trial.reported_at)
            self._heard[trial.number] = heard
        return heard

    # ---- while it runs

    def check(self, name: str, distribution: BaseDistribution) -> None:
        if not isinstance(name, str):
            raise TypeError(f"A parameter's name must be a string, got {name!r}.")
        known = self._log.ledger.space.get(name) or self._suggested(name)
        if known is not None and known is not distribution:
            check_distribution_compatibility(known, distribution, name)
        if isinstance(distribution, CategoricalDistribution) and distribution.opaque:
            if not self._is_private:
                raise TypeError(
                    f"The choices of {name!r} must be things that JSON can hold, to be stored; got "
                    f"{', '.join(distribution.opaque)}. Suggest their names and look the objects up in a dict."
                )
            warn(
                f"The choices {', '.join(distribution.opaque)} of {name!r} are nothing that JSON can hold, so the "
                "study cannot be stored; better suggest their names and look the objects up in a dict."
            )

    def _suggested(self, name: str) -> BaseDistribution | None:
        """What a parameter is in a trial that runs here; None if none has suggested it yet."""
        given = (trial.distributions.get(name) for trial in list(self.live.values()))
        return next((distribution for distribution in given if distribution is not None), None)

    def sample(self, trial: LiveTrial, name: str, distribution: BaseDistribution) -> Any:
        with self._log.lock:
            history = self._at_start(trial).with_given({**trial.record.fixed, **trial.parameters})
            value = self.plan.value(name, distribution, history, self._key(trial.number))
        if name not in self._warned and not distribution.contains(value):
            self._warned.add(name)
            warn(
                f"{self.plan.sampler!r} gives {name!r} the value {value!r}, which does not lie in {distribution!r}; it "
                "is used all the same."
            )
        return value

    def report(self, trial: LiveTrial, step: int, value: Report) -> None:
        with self._log.lock:
            asked = len(trial.reports)
            if trial.record.deferred:
                trial.reports.add(step, value)
                trial.answers.append(trial.pruned)
            else:
                self._log.append([TrialReported(trial.number, step, value, time.time(), trial.pruned)])
                record = self._log.ledger.running.get(trial.number)
                if record is not None:  # else someone else has ended it
                    trial.record, trial.reports = record, record.reports
                trial.reported_at = self._log.ledger.position
                if trial.number in self.live:
                    self._heard[trial.number] = self._log.ledger.history()
            if trial.pruned is not None:
                trial.asked = asked
            trial.pruned = None

    def should_prune(self, trial: LiveTrial) -> bool:
        if self.plan.pausing is None:
            return self._is_stopped(trial)
        warn(
            f"{self.plan.pruner!r} lets trials wait instead of ending them: ask trial.should_pause(), and raise "
            "hpo.TrialPaused if it says so. should_prune() is always False."
        )
        return False

    def should_pause(self, trial: LiveTrial) -> bool:
        return self.plan.pausing is not None and self._is_stopped(trial)

    def _is_stopped(self, trial: LiveTrial) -> bool:
        with self._log.lock:
            curve = trial.reports.curve(trial.number, asked=trial.asked)
            trial.pruned = bool(self.plan.pruner.prune(self._at_report(trial), curve))
            return trial.pruned

    def checkpoint(self, trial: LiveTrial) -> Path:
        with self._log.lock:
            header = self._log.ledger.header
            return checkpoints.directory(self.plan.checkpoints, header, trial.number, trial.record.system_attrs)

    def stored(self, value: JSON) -> JSON:
        if self._is_private:
            return value
        text = dumps(value)
        if len(text) > MAX_ATTRIBUTE:
            raise ValueError(
                f"An attribute has at most {MAX_ATTRIBUTE} characters as JSON, got {len(text)}; store it in a file "
                "and its path here."
            )
        return loads(text)

    # ---- ending

    def end(self, number: int, outcome: Outcome) -> Outcome | None:
        """Write the end of a trial, which is durable when this returns.

        Returns:
            How it ended: as `outcome` says, or failed if that cannot be written or contradicts what other trials
            wrote meanwhile. None if the trial had already ended.
        """
        with self._log.lock:
            trial, is_loss = self.live.get(number), outcome.is_loss
            if is_loss:
                self._log.sync()  # who was lost may have written its proposal, which a retry is to have
            constraints = None if self.plan.constraints_func is None else self._constraints_of(number, outcome)
            written, outcomes = None, None
            while outcomes is None:  # others have written in between, where that matters
                expect = None if trial is None else self._expected(trial)
                try:
                    written, events = self._end_of(trial, number, outcome, constraints)
                    retry = [] if self.plan.retry is None else self.retry(number, events, lost=is_loss)
                    outcomes = self._log.append([*events, *retry] if retry else events, expect=expect)
                except (OverflowError, TypeError, ValueError) as error:
                    written, events, retry = Outcome.of_error(error), [failure(number, error)], []
                    outcomes = self._log.append(events)  # something in the trial cannot be written
            assert written is not None
            may_have_checkpoint = trial is not None and (trial.has_checkpoint or is_loss)
            if trial is not None and may_have_checkpoint and written.state is not _PAUSED and not retry:
                checkpoints.remove(self.checkpoint(trial))
            if trial is not None:  # only now: where the storage failed, the result can be told again
                self._forget(trial)
            is_first = outcomes[len(events) - 1] is not None
            return self._ended(trial, number, written if is_first else outcome, is_first=is_first)

    def _constraints_of(self, number: int, outcome: Outcome) -> dict[str, float]:
        """What the sampler's function says of the constraints of a trial; if it raises, the trial has failed."""
        if self.plan.constraints_func is None or number not in self._log.ledger.running:
            return {}
        if outcome.state > TrialState.PRUNED:
            return {}
        try:
            return constraints_of(self.plan.constraints_func, record_of(self._log.ledger, self.live, number), outcome)
        except Exception as error:
            self.give_up(number, error)
            raise

    def end_soon(self, number: int, outcome: Outcome, stored: Callable[[Outcome | None], None]) -> None:
        """As `end`, but with the next trials that begin here, or by `flush`.

        Args:
            number, outcome: As for `end`.
            stored: Called with what `end` returns, when it is durable, and before anyone can change the trial.
        """
        with self._log.lock:
            trial = self.live.get(number)
            events = None if trial is None or self._is_private else self._plain_end(trial, outcome)
            if trial is None or events is None:  # in memory, to write costs less than to wait
                stored(self.end(number, outcome))
                return
            self.n_behind += 1
            self._log.post(events, partial(self._has_ended, trial, outcome, stored))

    def flush(self) -> None:
        """Write the ends that wait for trials that begin."""
        with self._log.lock:
            if self.n_behind:
                self._log.flush()

    def record(self, number: int) -> FrozenTrial:
        """How a trial stands now, as far as it is known here."""
        with self._log.lock:
            return record_of(self._log.ledger, self.live, number)

    def _plain_end(self, trial: LiveTrial, outcome: Outcome) -> list[Event] | None:
        """The events that end a trial, if nothing depends on what others have written before them; else None."""
        plan, ledger = self.plan, self._log.ledger
        is_retried = plan.retry is not None and outcome.state is TrialState.FAIL
        if is_retried or outcome.is_loss or trial.has_checkpoint or plan.constraints_func is not None:
            return None
        space = self._space_of(trial.distributions)
        if space.digest not in ledger.spaces or not space.index.keys() <= ledger.space.index.keys():
            return None
        written, events = self._end_of(trial, trial.number, outcome, None)
        if written is not outcome:
            return None
        try:
            list(map(encode, events))
        except (OverflowError, TypeError, ValueError):
            return None
        return events

    def _has_ended(
        self,
        trial: LiveTrial,
        outcome: Outcome,
        stored: Callable[[Outcome | None], None],
        outcomes: Sequence[int | None],
    ) -> None:
        """The end of a trial that was posted has been written."""
        self.n_behind -= 1
        self._forget(trial)
        stored(self._ended(trial, trial.number, outcome, is_first=outcomes[-1] is not None))

    def _ended(self, trial: LiveTrial | None, number: int, outcome: Outcome, *, is_first: bool) -> Outcome | None:
        """How a trial has ended, whose end is in the log; None if another one came before."""
        if not is_first:
            if self.is_lost(number):
                self._keep_late_result(number, outcome)
            return None
        if trial is not None and trial.record.fixed and outcome.state is TrialState.COMPLETE:
            sentence = unasked(trial, self._log.ledger.space)
            if sentence is not None:
                warn(sentence)
        return outcome

    def _expected(self, trial: LiveTrial) -> int | None:
        """The length that the log must still have when a trial ends; None for any, if all its parameters are known.

        Others may give a new one another kind meanwhile, so what they have written is read first.
        """
        if trial.distributions.keys() <= self._log.ledger.space.index.keys():
            return None
        self._log.sync()
        return self._log.ledger.position

    def _end_of(
        self, trial: LiveTrial | None, number: int, outcome: Outcome, constraints: Mapping[str, float] | None
    ) -> tuple[Outcome, list[Event]]:
        """How a trial ends, and the events that say so."""
        ledger = self._log.ledger
        if trial is None:
            return outcome, end_of_asked(number, outcome, ledger.running.get(number), constraints or {})
        try:
            if constraints:
                trial.constraints.update(constraints)
            space = self._space_of(trial.distributions)
            error = None if space is self._settled else clash(trial, ledger.space)  # as a rule it is
            if error is not None:
                sound = {name: one for name, one in space.items() if ledger.space.get(name, one).kind == one.kind}
                parameters = {name: trial.parameters[name] for name in sound}
                failed = outcome if outcome.state is TrialState.FAIL else Outcome.of_error(error)
                return failed, end_of(trial, failed, self._space_of(sound), parameters, ledger)
            if space is not self._settled and space.index.keys() <= ledger.space.index.keys():
                self._settled = space
            return outcome, end_of(trial, outcome, space, trial.parameters, ledger)
        except Exception as error:  # of a choice of the user's own type
            return Outcome.of_error(error), [failure(number, error)]

    def give_up(self, number: int, error: BaseException) -> None:
        """End a trial that an error has ended; where not even that can be written, its lease expires."""
        with self._log.lock:
            try:
                self.end(number, Outcome.of_error(error))
            except Exception as another:
                error.add_note(f"Trial {number} could not be ended: {type(another).__name__}: {another}")
                if number in self.live:
                    self._forget(self.live[number])

    def _forget(self, trial: LiveTrial) -> None:
        trial.has_ended = True
        del self.live[trial.number]
        self._known.pop(trial.number, None)
        self._heard.pop(trial.number, None)

    def paused(self, number: int) -> Outcome:
        """PAUSED with what it has reached; PRUNED if the pruner would never let it go on."""
        if self.plan.pausing is not None:
            return self.pruned(number)._replace(state=_PAUSED)
        warn(
            f"Trial {number} was paused, but {self.plan.pruner!r} promotes no paused trials, so it ends as PRUNED. "
            'Give the study a pruner that does, such as SuccessiveHalvingPruner(mode="promote").'
        )
        return self.pruned(number)

    def pruned(self, number: int) -> Outcome:
        """PRUNED, with the report at the largest step as its value if there is one that is a number."""
        with self._log.lock:
            self._log.sync()  # it may have reported in another process
            record = self._log.ledger.running.get(number)
            trial = record if record is not None and not record.deferred else self.live.get(number) or record
            return Outcome(TrialState.PRUNED) if trial is None else pruned(trial.reports)

    def is_lost(self, number: int) -> bool:
        """Whether a trial failed because its worker was taken for lost."""
        return self._leases.is_lost(number)

    def renew_leases(self) -> None:
        """Show the other workers now that the trials of this one are alive; a thread does it now and then."""
        self._leases.renew_leases()

    def retry(self, number: int, events: Sequence[Event], *, lost: bool) -> list[Event]:
        """The retry of the trial that `events` end, if it failed and gets one; void if it had already ended."""
        end, record = events[-1], self._log.ledger.running.get(number)
        policy = self.plan.retry
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

    # ---- what a run may ask

    @property
    def n_objectives(self) -> int:
        return len(self._log.ledger.directions)

    def keep_checkpoint(self) -> None:
        """Let the storage keep what is known of the study, now and then, so that it is opened fast."""
        self._log.keep_checkpoint()

    def is_spent(self, budgets: Sequence[Budget]) -> bool:
        """Whether one of the budgets lets no trial start any more."""
        with self._log.lock:
            return any(budget.is_spent(self._log.ledger) for budget in budgets)

    def best(self) -> tuple[int, tuple[float, ...]] | None:
        """Number and values of the best feasible trial that is known here; None without one."""
        with self._log.lock:
            number = self._log.ledger.best_feasible
            values = None if number is None else self._log.ledger.finished(number).values
            return None if number is None or values is None else (number, values)

    # ----

    def __reduce__(self) -> tuple[Any, ...]:
        return Participant, (self._log, self.plan)

    def _key(self, number: int) -> Key:
        return Key(self._log.ledger.header.seed, number)

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


_ANY = Wish()


def _ignore(outcomes: Sequence[int | None]) -> None:
    """A proposal is in the log, or its trial is no more; nobody asks."""
