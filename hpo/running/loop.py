"""The run loop: begins trials, has the objective called, and stores the results."""

from __future__ import annotations

import gc
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, final

from hpo import logging
from hpo.events import TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.running.beginning import begin_some, withdraw
from hpo.running.current import enter, leave
from hpo.running.finishing import end_soon, end_unwritten, flush, reached
from hpo.running.interrupts import Interrupts
from hpo.running.limits import Limits
from hpo.running.lines import announce
from hpo.running.outcome import Outcome
from hpo.running.participant import Participant
from hpo.running.place import Place, Result
from hpo.running.wish import Wish
from hpo.trial.frozen import FrozenTrial
from hpo.trial.live import LiveTrial

__all__ = ["Run", "Watcher"]

logger = logging.get_logger(__name__)

_NOW_AND_THEN = 64  # trials between two looks whether a checkpoint of the log is due
_PRUNED, _PAUSED = TrialState.PRUNED, TrialState.PAUSED
_POLL = 0.2  # seconds between two looks at a budget that other workers' running trials may use up
_PATIENCE = 0.5  # seconds after which to look around though nothing has come


class Watcher(Protocol):
    """What is told about each trial after its end is stored: how the trial stood then."""

    def __call__(self, trial: FrozenTrial) -> None: ...


_Stored = tuple[LiveTrial, BaseException | None, Outcome | None, FrozenTrial | None]
"""A trial whose end is in the log, what ends the run, how the trial ended, None if someone else had ended it before;
and how it stood then, if somebody wants to know it."""


@final
@dataclass(eq=False)
class Run:
    """One call of `optimize`.

    The thread that calls `go` begins the trials, sends them to a place, and stores what comes back. What has come back
    goes into the log together with the starts of the next trials, unless a callback must be told in between. With a
    lag, trial k + lag begins right after the end of trial k, and trials end in their order; so the log does not depend
    on the place.

    Args:
        participant: This process in the study.
        place: Where the objective is called.
        limits: When to end.
        watchers: Told about each trial that has ended and whose error does not end the run.
        tick: Called after each stored trial, in any case, with whether it counts as a new one.
        collect: Whether to collect garbage after each trial.
    """

    participant: Participant
    place: Place
    limits: Limits
    watchers: tuple[Watcher, ...] = ()
    tick: Callable[[bool], None] | None = None
    collect: bool = False
    interrupts: Interrupts = field(default_factory=Interrupts)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _errors: list[BaseException] = field(default_factory=list)
    _n_begun: int = 0
    _is_told: bool = False  # whether the log knows that it goes on, and how far
    _n_flying: int = 0
    _waits_for: set[int] = field(default_factory=set)  # trials of `ask` of which that was said
    _is_deserted: bool = False  # whether it was seen last that there are no slots
    _n_exhausting: int = 0  # trials under way when the sampler had nothing left
    _ready: deque[LiveTrial] = field(default_factory=deque)  # begun, and not yet sent
    _order: list[LiveTrial] = field(default_factory=list)  # begun, and not yet ended
    _ended: dict[int, tuple[Outcome, BaseException | None]] = field(default_factory=dict)  # before it was their turn
    _stored: deque[_Stored] = field(default_factory=deque)  # of which nobody has been told
    _landed: queue.SimpleQueue[tuple[LiveTrial, Callable[[], Result | None]] | None] = field(
        default_factory=queue.SimpleQueue
    )

    def stop(self) -> None:
        """Begin no more trials."""
        self._stopped.set()
        self._landed.put(None)

    def go(self) -> None:
        """Run trials until a limit is reached, and raise the first error that ended the run."""
        outer = enter(self)
        try:
            with self.interrupts:
                try:
                    while self._step():
                        pass
                except Exception as error:
                    self._fail(error)
                    self._land_all(error)
                except BaseException as error:
                    self._fail(error)
                    raise
        finally:
            leave(outer)
            self._abandon()
        if self._errors:
            first, *others = self._errors
            for other in dict.fromkeys(f"{type(other).__name__}: {other}" for other in others):
                if other != f"{type(first).__name__}: {first}":
                    first.add_note(f"Another error came as well: {other}")
            raise first

    def _step(self) -> bool:
        """Do what can be done now, or wait for something to do; False at the end."""
        self._take_in()
        moves = self._begin()
        moves = self._tell() or moves
        self._hand_out()
        if moves:
            return True  # more may begin now
        if not self._n_flying and not self._ready and not self._may_begin(new=self._wants_new()):
            return False
        self._look_for_slots()
        if self._n_flying or self._ready:
            self._take_in(_PATIENCE)
            return True
        self._look_for_asked()
        self._stopped.wait(_POLL)  # other workers' trials use a budget up; room may come when one of them has ended
        return True

    def _look_for_slots(self) -> None:
        """Say it, once, if there is nothing left to run a trial."""
        is_deserted = not self._n_flying and self.place.slots < 1
        if is_deserted and not self._is_deserted:
            logger.warning("No worker is left to run a trial. The run waits for one; interrupt it to end it.")
        self._is_deserted = is_deserted

    def _look_for_asked(self) -> None:
        """Say it, once for each, if the run waits for trials that `ask` has begun here, and that nobody has told."""
        for number, trial in list(self.participant.live.items()):
            if trial.is_asked and number not in self._waits_for:
                self._waits_for.add(number)
                logger.warning(
                    f"The run waits for trial {number}, which `ask` has begun and which may come to count: tell what "
                    f"came of it, or fail it by `study.tell({number}, state=TrialState.FAIL)`."
                )

    # ---- beginning

    def _begin(self) -> bool:
        """Begin as many trials as there is room for; whether there were any."""
        if self.limits.lag is None:
            return self._begin_some(self.place.slots - self._n_flying - len(self._ready))
        has_begun = False
        while self._begin_some(self.limits.lag - len(self._order)):
            has_begun = True
        return has_begun

    def _begin_some(self, room: int) -> bool:
        """Begin at most `room` trials; False if none may begin just now, or ever: see `_may_begin`."""
        new = self._wants_new()
        if room <= 0 or not self._may_begin(new=new) or (self._order and len(self._order) == self._n_exhausting):
            return False
        if new and self.limits.n_trials is not None:
            room = min(room, self.limits.n_trials - self._n_begun)
        with self.interrupts.shield:
            try:
                in_order = self.limits.lag is not None
                run = None if self._is_told else self.limits.told()
                proposes = in_order or not self.place.proposes
                wish = Wish(
                    deferred=in_order, budgets=self.limits.budgets, new=new, proposes=proposes, waits=True, run=run
                )
                trials = begin_some(self.participant, room, wish)
            except SearchSpaceExhausted as exhausted:
                self._n_exhausting = len(self._order)
                if self._order:
                    return False  # they may show that there is more to try: ask again when one of them has ended
                self._tell_of_end(exhausted)
                self.stop()
                return False
            self._n_exhausting = 0
            self._is_told = self._is_told or bool(trials)
            for trial in trials:
                self._n_begun += not trial.record.resumed
                self._ready.append(trial)
                self._order.append(trial)
        if trials:
            return True
        if (not new and not self._order) or (new and self.participant.is_spent(self.limits.budgets)):
            self.stop()  # no trial is promoted any more, or none may ever begin
        return False

    def _tell_of_end(self, exhausted: SearchSpaceExhausted) -> None:
        if self._n_begun:
            logger.info(f"The study ends: {exhausted}")
            return
        logger.warning(
            f"No trial has begun: {exhausted} If the objective asks for more than it did, study.enqueue_trial({{}}) "
            "queues a trial that shows it to the sampler."
        )

    def _may_begin(self, *, new: bool) -> bool:
        return (
            not self._stopped.is_set()
            and (new or self.participant.plan.pausing is not None)
            and (self.limits.deadline is None or time.monotonic() < self.limits.deadline)
        )

    def _wants_new(self) -> bool:
        """Whether there are new trials to begin; paused ones go on until none is promoted any more."""
        return self.limits.n_trials is None or self._n_begun < self.limits.n_trials

    def _hand_out(self) -> None:
        """Send trials to the place, as long as it has slots for them."""
        while self._ready and self._n_flying < self.place.slots:
            trial = self._ready.popleft()
            if self.place.is_away:
                with self.interrupts.shield:
                    self.place.send(self, trial, self._land)
            else:
                self.place.send(self, trial, self._land)
            self._n_flying += 1  # now that it was sent: a place that fails lets nothing land

    # ---- ending

    def _land(self, trial: LiveTrial, read: Callable[[], Result | None]) -> None:
        """Note that a trial is back; called in whatever thread, which must not wait for anything here."""
        self._landed.put((trial, read))

    def _take_in(self, patience: float = 0.0) -> None:
        """End the trials that are back, in the order in which they came; wait for the first one for some seconds."""
        if patience:
            with suppress(queue.Empty):
                self._receive(self._landed.get(timeout=patience))
        while not self._landed.empty():
            self._receive(self._landed.get_nowait())
        if self.watchers:
            self._tell()  # before more trials begin

    def _land_all(self, error: Exception) -> None:
        """Wait for the trials under way, whose results are worth having although the run ends by an error."""
        if self._n_flying:
            logger.warning(f"The run ends when the trials under way are back: {type(error).__name__}: {error}")
        while self._n_flying:
            with suppress(queue.Empty):
                self._receive(self._landed.get(timeout=_PATIENCE))
        with self._noting():
            self._tell()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Let an error end the run, and what comes after go on."""
        try:
            yield
        except Exception as error:
            self._fail(error)

    def _receive(self, landed: tuple[LiveTrial, Callable[[], Result | None]] | None) -> None:
        if landed is None:
            return  # somebody wants to be noticed
        self._n_flying -= 1
        trial, read = landed
        try:
            self._end_if_over(trial, read())
        except Exception as error:
            self._fail(error)

    def _end_if_over(self, trial: LiveTrial, result: Result | None) -> None:
        if result is None:
            self._n_flying += 1
            return
        if result.proposing is not None:
            self.participant.pace.note(result.proposing)
        if result.stops:
            self.stop()
        outcome = result.outcome
        if outcome is None:
            self._withdraw(trial)
            return
        try:
            outcome = reached(self.participant, trial.number, outcome)
        except Exception:
            self.participant.unwritten[trial.number] = outcome
            raise
        if self.limits.lag is None:
            self._settle(trial, outcome, result.error)
        else:
            self._end_in_order(trial, outcome, result.error)
        if self.collect:
            gc.collect()

    def _withdraw(self, trial: LiveTrial) -> None:
        """The sampler, asked in another process, had nothing left for a trial."""
        self._order.remove(trial)
        self._n_begun -= 1
        withdraw(self.participant, trial)
        if self._order:
            self._n_exhausting = len(self._order)
            return
        logger.info("The study ends: the sampler has nothing left to try.")
        self.stop()

    def _end_in_order(self, trial: LiveTrial, outcome: Outcome, error: BaseException | None) -> None:
        """End all those trials whose turn it is, now that this one is back."""
        if error is not None and not isinstance(error, Exception):
            raise error
        self._ended[trial.number] = outcome, error
        while self._order and self._order[0].number in self._ended:
            first = self._order[0]
            self._settle(first, *self._ended.pop(first.number))
            if self.watchers:
                self._tell()
            self._begin()

    def _settle(self, trial: LiveTrial, outcome: Outcome, error: BaseException | None) -> None:
        """Let the end of a trial be stored with whatever is written next, at once if it ends the run."""
        with self.interrupts.shield:
            try:
                end_soon(self.participant, trial.number, outcome, partial(self._note, trial, error))
            except Exception:
                self.participant.unwritten[trial.number] = outcome
                raise
            self._order.remove(trial)
        if error is not None:
            self._tell()

    def _note(self, trial: LiveTrial, error: BaseException | None, outcome: Outcome | None) -> None:
        """Note that the end of a trial is stored, while nobody can change it."""
        wanted = self.watchers and outcome is not None
        record = self.participant.record(trial.number) if wanted else None
        self._stored.append((trial, error, outcome, record))

    def _tell(self) -> bool:
        """Have all ends stored, and tell of them; whether there were any."""
        if self.participant.behind:
            with self.interrupts.shield:
                flush(self.participant)
        if not self._stored:
            return False
        while self._stored:
            try:
                self._tell_of(self._stored.popleft())
            except Exception as error:
                self._fail(error)
        return True

    def _tell_of(self, stored: _Stored) -> None:
        trial, error, outcome, record = stored
        if outcome is None:
            logger.warning(f"Trial {trial.number} had already been ended by someone else; its result is ignored.")
            return
        if outcome.state is not TrialState.COMPLETE or logger.isEnabledFor(logging.INFO):
            announce(trial, outcome, error, self.participant.best())
        if self.tick is not None:
            self.tick(not trial.record.resumed)
        if trial.number % _NOW_AND_THEN == 0:
            self.participant.log.keep_checkpoint()
        if error is not None:
            raise error
        if record is not None:
            for watcher in self.watchers:
                watcher(record)

    def _fail(self, error: BaseException) -> None:
        if error not in self._errors:
            self._errors.append(error)
        self.stop()

    def _abandon(self) -> None:
        """Let the trials that still run fail, for the run has been interrupted; those that are back end as they did.

        Where the storage fails, they end with the next trial that begins here, or their leases expire.
        """
        self.stop()
        if self.place.is_away:
            with self.interrupts.shield:
                self.place.close()
        reason = self._errors[0] if self._errors else KeyboardInterrupt("The run was interrupted.")
        left = list(self._order)
        self._order.clear()
        self._ready.clear()
        for trial in left:
            self.participant.unwritten.setdefault(trial.number, Outcome.of_error(reason))
            with self._noting():
                end_unwritten(self.participant, trial.number)
        with self._noting():
            flush(self.participant)
