"""How many trials a study may have, counted in its log, for all workers together."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import final

from hpo.events import TrialState
from hpo.log.ledger import Ledger

__all__ = ["FINISHED", "Budget"]

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED)


@final
@dataclass(frozen=True)
class Budget:
    """At most `n_trials` trials in some states.

    Args:
        n_trials: The limit.
        states: What counts; None for every trial there is. A paused trial counts as finished by default: it may
            never be promoted, and when it is, it counts no second time.
    """

    n_trials: int
    states: Container[TrialState] | None = FINISHED

    def is_spent(self, ledger: Ledger) -> bool:
        """Whether no trial may start any more."""
        room = self.n_trials - self._count(ledger)
        return room <= 0 or (room <= self._undecided(ledger) and self._all_count)

    def has_room(self, ledger: Ledger) -> bool:
        """Whether a trial may start now, although all that are running may come to count."""
        return self.room(ledger) > 0

    def room(self, ledger: Ledger) -> int:
        """How many trials may start now."""
        return self.n_trials - self._count(ledger) - self._undecided(ledger)

    @property
    def counted(self) -> tuple[TrialState, ...]:
        """The states that count."""
        return tuple(state for state in TrialState if self.states is None or state in self.states)

    @property
    def _all_count(self) -> bool:
        """Whether every running trial will count, however it ends."""
        return self.states is None or all(state in self.states for state in FINISHED)

    def _count(self, ledger: Ledger) -> int:
        return sum(ledger.count(state) for state in self.counted)

    def _undecided(self, ledger: Ledger) -> int:
        """Running trials that may come to count.

        Those of `ask(distributions)` may be told in weeks. They must not hold up a run that they may never count for.
        """
        if self.states is None or TrialState.RUNNING in self.states:
            return 0
        n = ledger.count(TrialState.RUNNING)
        if not n or self._all_count:
            return n
        return n - sum(trial.is_by_hand for trial in ledger.running.values())
