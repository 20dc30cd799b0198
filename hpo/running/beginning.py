"""How trials begin: which one is next, and what it gets as its proposal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo import logging
from hpo.events import Event, RunLimits, TrialDeleted, TrialProposed, TrialStarted, TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.log.soon import flush_soon
from hpo.protocols import PausingPruner
from hpo.running.finishing import end_unwritten, give_up
from hpo.running.participant import Participant
from hpo.running.wish import Wish
from hpo.trial.live import LiveTrial

if TYPE_CHECKING:
    from hpo.running.budget import Budget

__all__ = ["begin", "begin_some", "propose", "withdraw"]

logger = logging.get_logger(__name__)

_PAUSED = TrialState.PAUSED
_LONG = 0.01  # seconds in which several trials are begun in one go, while the first of them waits for the others
_ANY = Wish()

_Attempt = tuple[int, History, tuple[float, ...]]
"""A trial that has begun if what is being written comes to be written: its number, what it knows, its proposal."""


def begin(part: Participant, *, budgets: Sequence[Budget] = (), queued: int | None = None) -> LiveTrial | None:
    """Begin a trial: a queued one if there is one, else a paused one that the pruner promotes, else a new one.

    The log gets its start and its proposal together, unless the sampler is so slow that others had to wait.

    Args:
        part: Of this process.
        budgets: They must have room, except for a trial that goes on.
        queued: Begin the queued trial of this number, and no other.

    Returns:
        None if a budget has no room now.

    Raises:
        SearchSpaceExhausted: If the sampler has nothing left to try.
        ValueError: If the trial of that number is not queued.
    """
    wish = Wish(False, budgets, queued=queued) if budgets or queued is not None else _ANY
    begun = begin_some(part, 1, wish)
    return begun[0] if begun else None


def begin_some(part: Participant, n: int, wish: Wish) -> list[LiveTrial]:
    """As `begin`, at most `n` trials, together with the ends that wait to be written.

    They are fewer if that would take long. From afar, proposals may be written a moment later.

    Args:
        part: Of this process.
        n: At least 1.
        wish: What kind of trials. Those that do not get a proposal here await it: see `propose`.

    Returns:
        An empty list if a budget has no room now, or no trial is promoted and a new one is not wanted.
    """
    log = part.log
    with log.lock:
        part.leases.give_up_lost()
        for number in list(part.unwritten) if part.unwritten else ():
            end_unwritten(part, number)
            logger.info(f"The result of trial {number}, which could not be written before, is stored.")
        if part.pace.is_slow:
            log.sync()
        elif not (wish.waits and log.is_far and log.has_posted):
            attempts: list[_Attempt] = []
            if log.append_after(partial(_starts_and_proposals, part, n, wish, attempts)):
                return [part.begun(*one) for one in attempts]
        # The sampler is slow, or others wrote meanwhile: do not race again.
        trial = _begin_start_first(part, wish)
        return [] if trial is None else [trial]


def propose(part: Participant, trial: LiveTrial) -> float:
    """Give a trial the proposal that it awaits: the very one that it would have got where it began.

    Returns:
        Seconds that the sampler took.

    Raises:
        SearchSpaceExhausted: If the sampler has nothing left to try.
    """
    with part.log.lock:
        proposal = _proposal(part, part.at_start(trial), trial.number)
        trial.propose(proposal)
        part.log.append([TrialProposed(trial.number, proposal)])
        return part.pace.took


def withdraw(part: Participant, trial: LiveTrial) -> None:
    """Let a trial never have begun, for which the sampler had nothing left."""
    with part.log.lock:
        part.log.append([TrialDeleted(trial.number)])
        part.forget(trial)


# ---- start and proposal together


def _starts_and_proposals(part: Participant, n: int, wish: Wish, attempts: list[_Attempt]) -> Iterable[Sequence[Event]]:
    """For each of some trials the events that begin it, asked for when the ledger has folded those before."""
    attempts.clear()
    first = _start_and_proposal(part, wish, attempts)
    return (first,) if n == 1 or not first else _more_of_them(part, n, wish, attempts, first)


def _more_of_them(
    part: Participant, n: int, wish: Wish, attempts: list[_Attempt], events: Sequence[Event]
) -> Iterator[Sequence[Event]]:
    yield events
    until = time.perf_counter() + _LONG
    while events and len(attempts) < n and time.perf_counter() < until:
        try:
            events = _start_and_proposal(part, wish, attempts)
        except Exception:  # which will come again when no other trial has begun before
            return
        if events:
            yield events


def _start_and_proposal(part: Participant, wish: Wish, attempts: list[_Attempt]) -> list[Event]:
    """The two events that begin a trial, or one for a trial that goes on, or none."""
    ledger = part.log.ledger
    history = ledger.history()
    may_begin, claims = _next(part, history, wish)
    if not may_begin:
        return []
    start = _start(part, claims, wish.deferred, None if attempts else wish.run)
    if claims is not None and claims not in ledger.waiting:
        parameters = ledger.finished(claims).parameters
        continued = _continued(part, history, claims, parameters)
        attempts.append((claims, history.with_given(parameters), continued))
        return start
    number = ledger.n_trials if claims is None else claims
    if claims is not None:
        history = history.with_given(ledger.waiting[claims].parameters)
    proposal = _proposal(part, history, number, is_queued=claims is not None)
    attempts.append((number, history, proposal))
    return [*start, TrialProposed(number, proposal)]


# ---- start first


def _begin_start_first(part: Participant, wish: Wish) -> LiveTrial | None:
    """Begin a trial with its start first, and its proposal later, so that others may write meanwhile."""
    log = part.log
    if part.plan.pausing is not None:
        log.flush()  # whether one is promoted may depend on it
    while True:
        ledger = log.ledger
        may_begin, claims = _next(part, ledger.history(), wish)
        if not may_begin:
            return None
        start = _start(part, claims, wish.deferred, wish.run)
        expect = room = None  # what was decided on must still be so
        if claims is not None and claims not in ledger.waiting:
            expect = ledger.position
        elif wish.budgets and log.is_far:
            room = min(budget.room(ledger) for budget in wish.budgets) - 1
        elif wish.budgets:
            expect = ledger.position
        written = log.append_and_recall(start, expect=expect, room=room)
        if written is None:
            continue
        before, (*_, number) = written
        if number is None:
            continue  # another worker claimed the queued trial first
        record = log.ledger.running[number]
        history = before.with_given(record.fixed)
        if record.resumed:
            return part.begun(number, history, _continued(part, history, number, record.fixed))
        if not wish.proposes and part.pace.is_slow and claims is None:
            trial = part.begun(number, history, ())
            trial.awaits_proposal = True
            return trial
        proposal = _proposal_of_started(part, history, number, is_queued=claims is not None)
        if wish.waits and log.is_far and not part.pace.is_slow:
            log.post([TrialProposed(number, proposal)], _ignore)
            flush_soon(log)
        else:
            log.append([TrialProposed(number, proposal)])
        if number in log.ledger.running:  # else someone has deleted it meanwhile, or given it up
            return part.begun(number, history, proposal)


def _proposal_of_started(part: Participant, history: History, number: int, *, is_queued: bool) -> tuple[float, ...]:
    """As `_proposal`, for a trial whose start is in the log, which ends if there is none."""
    try:
        return _proposal(part, history, number, is_queued=is_queued)
    except SearchSpaceExhausted:
        part.log.append([TrialDeleted(number)])  # there was nothing to begin
        raise
    except BaseException as error:
        give_up(part, number, error)
        raise


# ---- in both cases


def _start(part: Participant, claims: int | None, deferred: bool, run: RunLimits | None) -> list[Event]:
    """The start of a trial; before the first one the log learns by which plan."""
    plan = part.plan.declared
    start = TrialStarted(time.time(), claims, deferred, part.leases.worker, plan.digest, run)
    return [start] if plan.digest in part.log.ledger.plans else [plan, start]


def _next(part: Participant, history: History, wish: Wish) -> tuple[bool, int | None]:
    """Whether a trial may begin now; and the number of the queued or paused one that is due, None for a new one."""
    ledger = part.log.ledger
    if wish.queued is not None:
        return True, _waiting(part, wish.queued)
    claims = next(iter(ledger.waiting)) if wish.new and ledger.waiting else None
    if claims is None and part.plan.pausing is not None:
        promoted = _promoted(part, part.plan.pausing, history)
        if promoted is not None:
            return True, promoted
    has_room = not wish.budgets or all(budget.has_room(ledger) for budget in wish.budgets)
    return wish.new and has_room, claims


def _waiting(part: Participant, number: int) -> int:
    if number not in part.log.ledger.waiting:
        raise ValueError(f"Trial {number} is not queued, so it cannot begin; another process may have been faster.")
    return number


def _promoted(part: Participant, pruner: PausingPruner, history: History) -> int | None:
    """The number of the paused trial that the pruner lets go on."""
    ledger = part.log.ledger
    if not ledger.count(_PAUSED):
        return None
    number = pruner.promote(history)
    if number is None or (ledger.is_known(number) and ledger.state(number) is _PAUSED):
        return number
    raise ValueError(f"{part.plan.pruner!r} promotes trial {number}, which is not paused.")


def _continued(part: Participant, history: History, number: int, parameters: Mapping[str, Any]) -> tuple[float, ...]:
    """In the place of a proposal, for a trial that goes on: its parameters, and the prior's for others."""
    coded = history.space.encode(parameters)
    prior = history.space.uniform(part.key(number))
    return tuple(np.where(np.isnan(coded), prior, coded).tolist())


def _proposal(part: Participant, history: History, number: int, *, is_queued: bool = False) -> tuple[float, ...]:
    key = part.key(number)
    try:
        return part.pace.timed(partial(part.plan.proposal, history, key))
    except SearchSpaceExhausted:
        if not is_queued:
            raise
        return part.plan.unproposed(history, key)  # whoever queued it wants it all the same


def _ignore(outcomes: Sequence[int | None]) -> None:
    """A proposal is in the log, or its trial is no more; nobody asks."""
