"""One process's part in a study: the trials that it runs, and what each of them knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from hpo.distributions import BaseDistribution
from hpo.events import ASKED, AttributeSet, SpaceDeclared
from hpo.history import History
from hpo.key import Key
from hpo.log.log import Log
from hpo.protocols import is_private
from hpo.reading.records import record_of
from hpo.running import checkpoints
from hpo.running.leases import Leases
from hpo.running.outcome import Outcome
from hpo.running.pace import Pace
from hpo.running.plan import Plan
from hpo.running.recall import recalled
from hpo.space import Space
from hpo.trial.frozen import FrozenTrial
from hpo.trial.live import LiveTrial

if TYPE_CHECKING:
    from hpo.running.budget import Budget

__all__ = ["Participant"]


@final
class Participant:
    """What `beginning` and `finishing` work on, and what a `Port` answers from.

    Args:
        log: The study's.
        plan: How it is done; may be replaced at any time.

    Attributes:
        live: The trials that run in this process, by number.
        pace: Whether the sampler is slow.
        leases: Of the live trials; they find the lost ones of others.
        is_private: Whether no other process can see the study.
        behind: Trials whose ends wait for trials that begin.
        unwritten: How trials have ended that still run in the log, because the storage failed, by number.
        settled: A space whose parameters have been finished with, so that their kinds stay.
    """

    def __init__(self, log: Log, plan: Plan) -> None:
        self.log = log
        self.plan = plan
        self.live: dict[int, LiveTrial] = {}
        self.pace = Pace()
        self.leases = Leases(log, self)
        self.is_private = is_private(log.storage)
        self.behind: set[int] = set()
        self.unwritten: dict[int, Outcome] = {}
        self.settled: Space | None = None
        self._known: dict[int, History] = {}  # at the starts of the live ones
        self._heard: dict[int, History] = {}  # at the last reports of those that have made one here
        self._spaces: dict[tuple[str, ...], Space] = {}

    # ---- the trials that run here

    def begun(self, number: int, history: History, proposal: tuple[float, ...]) -> LiveTrial:
        """A trial that begins here, whose start is in the log; its sampler knew a history."""
        trial = LiveTrial.of(self.log.ledger.running[number], proposal, history.position)
        self.live[number] = trial
        self._known[number] = history
        self.leases.keep()
        return trial

    def adopt(self, trial: LiveTrial) -> bool:
        """Take over a trial that comes from another process; False if it does not run any more."""
        with self.log.lock:
            if self.live.get(trial.number) is not trial:
                self.log.sync()
                record = self.log.ledger.running.get(trial.number)
                if record is None or record.time != trial.record.time:  # it has ended, or is of another study
                    return False
                trial.record, trial.reports = record, trial.reports if record.deferred else record.reports
                self.live[trial.number] = trial
                self._known.pop(trial.number, None)
                self._heard.pop(trial.number, None)
                self.leases.keep()
            return True

    def host(self, trial: LiveTrial) -> None:
        """Run a trial that another process has begun and will end, and that one shows that it is alive."""
        with self.log.lock:
            self.live[trial.number] = trial

    def leave(self, trial: LiveTrial) -> None:
        """Run it no more."""
        with self.log.lock:
            self.forget(trial)

    def forget(self, trial: LiveTrial) -> None:
        """Know nothing of a trial that has ended; called under the log's lock."""
        trial.has_ended = True
        del self.live[trial.number]
        self._known.pop(trial.number, None)
        self._heard.pop(trial.number, None)

    def store_parameters(self, trial: LiveTrial) -> None:
        """Write what a trial has suggested so far, so that another process can end it."""
        with self.log.lock:
            space = self.space_of(trial.distributions)
            asked = {"space": space.digest, "parameters": trial.parameters}
            self.log.append([SpaceDeclared(space), AttributeSet(ASKED, asked, trial.number, system=True)])

    def checkpoint(self, trial: LiveTrial) -> Path:
        """Where a trial keeps what it needs to go on."""
        with self.log.lock:
            header = self.log.ledger.header
            return checkpoints.directory(self.plan.checkpoints, header, trial.number, trial.record.system_attrs)

    # ---- what they know

    def at_start(self, trial: LiveTrial) -> History:
        """What could be known at the start of a live trial."""
        known = self._known.get(trial.number)
        if known is None:  # it began in another process
            at_start = self.log.history_at(trial.started_at)
            (known,) = recalled(self.log.events(), trial.started_at) if at_start is None else (at_start,)
            known = self._known[trial.number] = known.with_given(trial.record.fixed)
        return known

    def at_report(self, trial: LiveTrial) -> History:
        """What could be known at the last report of a live trial."""
        if trial.reported_at == trial.started_at:
            return self.at_start(trial)
        heard = self._heard.get(trial.number)
        if heard is None:  # it reported in another process
            (heard,) = recalled(self.log.events(), trial.reported_at)
            self._heard[trial.number] = heard
        return heard

    def heard(self, trial: LiveTrial) -> None:
        """Note that a report of a trial is in the log; called under its lock."""
        record = self.log.ledger.running.get(trial.number)
        if record is not None:  # else someone else has ended it
            trial.record, trial.reports = record, record.reports
        trial.reported_at = self.log.ledger.position
        if trial.number in self.live:
            self._heard[trial.number] = self.log.ledger.history()

    def key(self, number: int) -> Key:
        """Where the random numbers of a trial stand."""
        return Key(self.log.ledger.header.seed, number)

    def space_of(self, distributions: dict[str, BaseDistribution]) -> Space:
        """The one space of these distributions, so that equal ones are kept once."""
        names = tuple(distributions)
        space = self._spaces.get(names)
        if space is None or not space.consists_of(distributions):
            space = Space(distributions)
            known = self.log.ledger.spaces.get(space.digest)
            if known is not None and known.consists_of(distributions):
                space = known
            self._spaces[names] = space
        return space

    # ---- what a run may ask

    @property
    def n_objectives(self) -> int:
        return len(self.log.ledger.directions)

    def record(self, number: int) -> FrozenTrial:
        """How a trial stands now, as far as it is known here."""
        with self.log.lock:
            return record_of(self.log.ledger, self.live, number)

    def best(self) -> tuple[int, tuple[float, ...]] | None:
        """Number and values of the best feasible trial that is known here; None without one."""
        with self.log.lock:
            number = self.log.ledger.best_feasible
            values = None if number is None else self.log.ledger.finished(number).values
            return None if number is None or values is None else (number, values)

    def is_spent(self, budgets: Sequence[Budget]) -> bool:
        """Whether one of the budgets lets no trial start any more."""
        with self.log.lock:
            return any(budget.is_spent(self.log.ledger) for budget in budgets)

    def __reduce__(self) -> tuple[Any, ...]:
        return Participant, (self.log, self.plan)
