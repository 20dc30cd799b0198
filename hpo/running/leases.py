"""The leases of the trials that this process runs, and the end of those whose workers are gone."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Protocol, final

from hpo import logging
from hpo.events import TrialFinished, TrialState
from hpo.log import leases
from hpo.log.leases import Observer
from hpo.log.log import Log
from hpo.log.worker import Worker
from hpo.protocols import leasing
from hpo.running import checkpoints
from hpo.running.end_events import retry_of
from hpo.running.outcome import LOST, Outcome
from hpo.running.plan import Plan
from hpo.trial.live import LiveTrial

__all__ = ["Leases"]

logger = logging.get_logger(__name__)


class _Owner(Protocol):
    """Who runs the trials: a participant."""

    @property
    def plan(self) -> Plan: ...

    @property
    def live(self) -> Mapping[int, LiveTrial]: ...

    @property
    def unwritten(self) -> Mapping[int, Outcome]: ...

    @property
    def behind(self) -> Collection[int]: ...


@final
class Leases:
    """Shows other workers that the trials of this one are alive, and gives up those of workers that are gone.

    Args:
        log: The study's.
        owner: Who runs trials here.

    Attributes:
        lease_policy: How they are kept; None where no other process can see the study.
        worker: This process, as `TrialStarted` names it; None where there are no leases.
    """

    def __init__(self, log: Log, owner: _Owner) -> None:
        self._log = log
        self._owner = owner
        self._storage = leasing(log.storage)
        self.lease_policy = None if self._storage is None else self._storage.lease_policy
        self.worker = None if self.lease_policy is None else str(Worker.here())
        self._is_kept = self.lease_policy is None  # whether no thread need be started
        self._beaten: set[int] = set()  # trials whose leases have been renewed
        self._observer = None if self.lease_policy is None else Observer(self.lease_policy)

    def keep(self) -> None:
        """Have the leases of the owner's trials renewed from now on. Called under the log's lock."""
        if not self._is_kept and self.lease_policy is not None:
            leases.keep(self, self.lease_policy.renew_every)
            self._is_kept = True

    def renew_leases(self) -> bool:
        """Show the other workers that this one is alive; whether to come again. Called by a thread, now and then.

        It does not wait for the log's lock, which is held as long as a sampler or the storage takes.
        """
        running = self._log.ledger.running  # others may have ended some
        over = {*tuple(self._owner.unwritten), *tuple(self._owner.behind)}  # a storage that fails may never hear of it
        alive = [number for number in tuple(self._owner.live) if number in running and number not in over]
        ended = [number for number in self._beaten if number not in alive]
        if self._storage is not None and (alive or ended):
            self._storage.beat(self._log.identity, alive, ended)
            self._beaten = set(alive)
            return True
        return self._has_more()

    def _has_more(self) -> bool:
        """Whether a trial lives here; if none does, the next one starts the thread again."""
        if not self._log.lock.acquire(blocking=False):
            return True
        try:
            self._is_kept = bool(self._owner.live)
            return self._is_kept
        finally:
            self._log.lock.release()

    def is_lost(self, number: int) -> bool:
        """Whether a trial failed because its worker was taken for lost."""
        with self._log.lock:
            ledger = self._log.ledger
            if not ledger.is_known(number) or not ledger.has_row(number):
                return False
            error = ledger.finished(number).error
            return error is not None and error.type == LOST

    def give_up_lost(self) -> None:
        """Fail the trials whose workers are gone, if it is time to look for them."""
        storage, observer = self._storage, self._observer
        if storage is None or observer is None or not observer.is_due:
            return
        self._log.sync()
        running, live = self._log.ledger.running, self._owner.live
        others = [trial for number, trial in running.items() if number not in live and not trial.is_by_hand]
        for trial in observer.lost(others, lambda: storage.beats(self._log.identity)):
            worker = None if trial.worker is None else Worker.parse(trial.worker)
            who = "unknown" if worker is None else f"process {worker.pid} on {worker.host}"
            error = Outcome.of_loss(f"{who} ended or stopped renewing its lease").error
            assert error is not None
            end = TrialFinished(trial.number, TrialState.FAIL, max(time.time(), trial.time), error=error)
            header, plan = self._log.ledger.header, self._owner.plan
            checkpoint = checkpoints.directory(plan.checkpoints, header, trial.number, trial.system_attrs)
            retry = retry_of(plan.retry, self._log.ledger, [end], lost=True)
            self._log.append([end, *retry])
            if not retry:
                checkpoints.remove(checkpoint)
            logger.warning(f"Trial {trial.number} failed: {error.message}.")
