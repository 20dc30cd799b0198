"""How trials end: what is written of them, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hpo import logging
from hpo.caution import warn
from hpo.events import AttributeSet, Event, TrialState
from hpo.log.codec import encode
from hpo.reading.records import record_of
from hpo.running import checkpoints
from hpo.running.end_events import clash, constraints_of, end_of, end_of_asked, failure, pruned, retry_of, unasked
from hpo.running.outcome import Outcome
from hpo.running.participant import Participant
from hpo.trial.live import LiveTrial

__all__ = ["as_paused", "as_pruned", "end", "end_soon", "end_unwritten", "flush", "give_up", "reached"]

_PAUSED = TrialState.PAUSED

logger = logging.get_logger(__name__)


def end(part: Participant, number: int, outcome: Outcome) -> Outcome | None:
    """Write the end of a trial, which is durable when this returns.

    Returns:
        How it ended: as `outcome` says, or failed if that cannot be written or contradicts what other trials
        wrote meanwhile. None if the trial had already ended.
    """
    log = part.log
    with log.lock:
        trial, is_loss = part.live.get(number), outcome.is_loss
        if is_loss:
            log.sync()  # who was lost may have written its proposal, which a retry is to have
        constraints = _constraints_of(part, number, outcome)
        written, outcomes = None, None
        while outcomes is None:  # others have written in between, where that matters
            expect = None if trial is None else _expected(part, trial)
            try:
                written, events = _end_of(part, trial, number, outcome, constraints)
                retry = retry_of(part.plan.retry, log.ledger, events, lost=is_loss)
                outcomes = log.append([*events, *retry] if retry else events, expect=expect)
            except (OverflowError, TypeError, ValueError) as error:
                written, events, retry = Outcome.of_error(error), [failure(number, error)], []
                outcomes = log.append(events)  # something in the trial cannot be written
        assert written is not None
        may_have_checkpoint = trial is not None and (trial.has_checkpoint or is_loss)
        if trial is not None and may_have_checkpoint and written.state is not _PAUSED and not retry:
            checkpoints.remove(part.checkpoint(trial))
        if trial is not None:  # only now: where the storage failed, the result can be told again
            part.forget(trial)
        is_first = outcomes[len(events) - 1] is not None
        return _ended(part, trial, number, written if is_first else outcome, is_first=is_first)


def end_soon(part: Participant, number: int, outcome: Outcome, stored: Callable[[Outcome | None], None]) -> None:
    """As `end`, but with the next trials that begin here, or by `flush`.

    Args:
        part, number, outcome: As for `end`.
        stored: Called with what `end` returns, when it is durable, and before anyone can change the trial.
    """
    with part.log.lock:
        trial = part.live.get(number)
        events = None if trial is None or part.is_private else _plain_end(part, trial, outcome)
        if trial is None or events is None:  # in memory, to write costs less than to wait
            stored(end(part, number, outcome))
            return
        part.behind.add(number)
        part.log.post(events, partial(_has_ended, part, trial, outcome, stored))


def flush(part: Participant) -> None:
    """Write the ends that wait for trials that begin."""
    with part.log.lock:
        if part.behind:
            part.log.flush()


def end_unwritten(part: Participant, number: int) -> None:
    """Write the end of a trial that could not be written when it came, or try to."""
    with part.log.lock:
        if number in part.live:
            end(part, number, reached(part, number, part.unwritten[number]))
        del part.unwritten[number]


def reached(part: Participant, number: int, outcome: Outcome) -> Outcome:
    """The outcome of a trial, with what it has reached if it was pruned or paused."""
    if outcome.state is TrialState.PRUNED:
        return as_pruned(part, number)
    return as_paused(part, number) if outcome.state is _PAUSED else outcome


def give_up(part: Participant, number: int, error: BaseException) -> None:
    """End a trial that an error has ended; where not even that can be written, its lease expires."""
    with part.log.lock:
        try:
            end(part, number, Outcome.of_error(error))
        except Exception as another:
            error.add_note(f"Trial {number} could not be ended: {type(another).__name__}: {another}")
            if number in part.live:
                part.forget(part.live[number])


def as_pruned(part: Participant, number: int) -> Outcome:
    """PRUNED, with the report at the largest step as its value if there is one that is a number."""
    with part.log.lock:
        part.log.sync()  # it may have reported in another process
        record = part.log.ledger.running.get(number)
        trial = record if record is not None and not record.deferred else part.live.get(number) or record
        return Outcome(TrialState.PRUNED) if trial is None else pruned(trial.reports)


def as_paused(part: Participant, number: int) -> Outcome:
    """PAUSED with what it has reached; PRUNED if the pruner would never let it go on."""
    if part.plan.pausing is not None:
        return as_pruned(part, number)._replace(state=_PAUSED)
    warn(
        f"Trial {number} was paused, but {part.plan.pruner!r} promotes no paused trials, so it ends as PRUNED. "
        'Give the study a pruner that does, such as SuccessiveHalvingPruner(mode="promote").'
    )
    return as_pruned(part, number)


def _constraints_of(part: Participant, number: int, outcome: Outcome) -> dict[str, float] | None:
    """What the sampler's function says of the constraints of a trial; if it raises, the trial has failed."""
    if part.plan.constraints_func is None:
        return None
    if number not in part.log.ledger.running or outcome.state > TrialState.PRUNED:
        return {}
    try:
        return constraints_of(part.plan.constraints_func, record_of(part.log.ledger, part.live, number), outcome)
    except Exception as error:
        give_up(part, number, error)
        raise


def _expected(part: Participant, trial: LiveTrial) -> int | None:
    """The length that the log must still have when a trial ends; None for any, if all its parameters are known.

    Others may give a new one another kind meanwhile, so what they have written is read first.
    """
    if trial.distributions.keys() <= part.log.ledger.space.index.keys():
        return None
    part.log.sync()
    return part.log.ledger.position


def _end_of(
    part: Participant, trial: LiveTrial | None, number: int, outcome: Outcome, constraints: Mapping[str, float] | None
) -> tuple[Outcome, list[Event]]:
    """How a trial ends, and the events that say so."""
    ledger = part.log.ledger
    if trial is None:
        return outcome, end_of_asked(number, outcome, ledger.running.get(number), constraints or {})
    try:
        if constraints:
            trial.constraints.update(constraints)
        space = part.space_of(trial.distributions)
        error = None if space is part.settled else clash(trial, ledger.space)  # as a rule it is
        if error is not None:
            sound = {name: one for name, one in space.items() if ledger.space.get(name, one).kind == one.kind}
            parameters = {name: trial.parameters[name] for name in sound}
            failed = outcome if outcome.state is TrialState.FAIL else Outcome.of_error(error)
            return failed, end_of(trial, failed, part.space_of(sound), parameters, ledger)
        if space is not part.settled and space.index.keys() <= ledger.space.index.keys():
            part.settled = space
        return outcome, end_of(trial, outcome, space, trial.parameters, ledger)
    except Exception as error:  # of a choice of the user's own type
        return Outcome.of_error(error), [failure(number, error)]


def _plain_end(part: Participant, trial: LiveTrial, outcome: Outcome) -> list[Event] | None:
    """The events that end a trial, if nothing depends on what others have written before them; else None."""
    plan, ledger = part.plan, part.log.ledger
    is_retried = plan.retry is not None and outcome.state is TrialState.FAIL
    if is_retried or outcome.is_loss or trial.has_checkpoint or plan.constraints_func is not None:
        return None
    space = part.space_of(trial.distributions)
    if space.digest not in ledger.spaces or not space.index.keys() <= ledger.space.index.keys():
        return None
    written, events = _end_of(part, trial, trial.number, outcome, None)
    if written is not outcome:
        return None
    try:
        list(map(encode, events))
    except (OverflowError, TypeError, ValueError):
        return None
    return events


def _has_ended(
    part: Participant,
    trial: LiveTrial,
    outcome: Outcome,
    stored: Callable[[Outcome | None], None],
    outcomes: Sequence[int | None],
) -> None:
    """The end of a trial that was posted has been written."""
    part.behind.discard(trial.number)
    part.forget(trial)
    stored(_ended(part, trial, trial.number, outcome, is_first=outcomes[-1] is not None))


def _ended(
    part: Participant, trial: LiveTrial | None, number: int, outcome: Outcome, *, is_first: bool
) -> Outcome | None:
    """How a trial has ended, whose end is in the log; None if another one came before."""
    if not is_first:
        if part.leases.is_lost(number):
            _keep_late_result(part, number, outcome)
        return None
    if trial is not None and trial.record.fixed and outcome.state is TrialState.COMPLETE:
        sentence = unasked(trial, part.log.ledger.space)
        if sentence is not None:
            warn(sentence)
    return outcome


def _keep_late_result(part: Participant, number: int, outcome: Outcome) -> None:
    """A worker that was taken for lost has come back: the trial stays failed, and shows the result."""
    values = None if outcome.values is None else list(outcome.values)
    result = {"state": outcome.state.name, "values": values}
    part.log.append([AttributeSet("late_result", result, number, system=True)])
    logger.warning(
        f"Trial {number} had been given up, because its lease had expired; it stays failed, and its result "
        f"{values} is kept as its system attribute 'late_result'."
    )
