"""A study as it stood at one moment."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, final

import numpy as np

from hpo.arrays import JSON
from hpo.events import METRIC_NAMES, StudyDirection, TrialState, only
from hpo.history import History
from hpo.log.ledger import Ledger
from hpo.log.runs import OpenRun
from hpo.pareto import is_pareto_optimal
from hpo.reading.records import record_of, records_of, waiting_record
from hpo.reading.states import wanted_states
from hpo.reading.without_best import why_none_is_best
from hpo.trial.frozen import FrozenTrial, copied
from hpo.trial.listed import TrialList
from hpo.trial.live import LiveTrial

__all__ = ["Snapshot"]


@final
class Snapshot:
    """What could be known of a study at one moment. It never changes, and any thread may read it.

    Made by `study.snapshot()`, at the cost of the unfinished trials; finished ones are only looked at when they are
    asked for. Plots, importances and tables take it in the place of the study.

    Args:
        ledger: The study's log, folded. Whoever makes a snapshot holds the lock of the log.
        live: The trials that this process runs, by number.

    Attributes:
        position: How many events of the log it follows from.
        history: The finished trials as columns, and the running ones' proposals.
        runs: The runs that go on, by the log: those of which a trial is running.

    Example:
        >>> snapshot = study.snapshot()
        >>> snapshot.best_value, len(snapshot.trials)
    """

    def __init__(self, ledger: Ledger, live: Mapping[int, LiveTrial]) -> None:
        self.position = ledger.position
        self.history: History = ledger.history()
        self.runs: tuple[OpenRun, ...] = ledger.runs()
        self._header = ledger.header
        self._waiting = tuple(ledger.waiting.items())
        self._running = tuple([record_of(ledger, live, number) for number in ledger.running])
        self._user_attrs = dict(ledger.user_attrs)
        self._system_attrs = dict(ledger.system_attrs)
        self._counts = {state: ledger.count(state) for state in TrialState}
        best = ledger.best_feasible
        self._best = None if best is None else (ledger.row(best), best)

    @property
    def study_name(self) -> str:
        """The study's name at that moment."""
        return self._header.name

    @property
    def identity(self) -> str:
        """What no other study has, and the study keeps when it is renamed."""
        return self._header.identity

    @property
    def directions(self) -> list[StudyDirection]:
        """One for each objective."""
        return list(self._header.directions)

    @property
    def direction(self) -> StudyDirection:
        """Of the only objective."""
        return only(self._header.directions, "direction")

    @property
    def seed(self) -> int:
        """What all random choices of the study derive from."""
        return self._header.seed

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What was attached to the study; a copy."""
        return copied(self._user_attrs)

    @property
    def system_attrs(self) -> dict[str, JSON]:
        """What hpo itself attached to the study; a copy."""
        return copied(self._system_attrs)

    @property
    def metric_names(self) -> list[str] | None:
        """The names of the objectives, if they were given."""
        names: list[str] | None = self._system_attrs.get(METRIC_NAMES)
        return None if names is None else list(names)

    @property
    def trials(self) -> list[FrozenTrial]:
        """All trials, by number."""
        return self.get_trials()

    def get_trials(self, deepcopy: bool = True, states: Container[TrialState] | None = None) -> list[FrozenTrial]:
        """The trials in some states, by number.

        Args:
            deepcopy: Accepted for old scripts; trials are always copies, and cost nothing until looked at.
            states: None for all.

        Raises:
            TypeError: If `states` is no list of states.
        """
        del deepcopy
        wanted = wanted_states(states)
        history = self.history
        rows = np.flatnonzero(np.isin(history.state, wanted))
        if TrialState.PAUSED in wanted:  # a trial that went on has rows of the past
            rows = rows[(history.state[rows] != TrialState.PAUSED) | history.paused[rows]]
        trials = TrialList(records_of(history, rows))
        if TrialState.RUNNING in wanted:
            trials += [trial.duplicate() for trial in self._running]
        if TrialState.WAITING in wanted:
            trials += [waiting_record(number, queued) for number, queued in self._waiting]
        trials.sort(key=lambda trial: trial.number)
        return trials

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        """How many trials are in some states; None for all."""
        return sum(self._counts[state] for state in wanted_states(states))

    @property
    def best_trial(self) -> FrozenTrial:
        """The complete trial with the best value among those that violate no constraint; of equal ones the first.

        Raises:
            RuntimeError: If the study has several objectives.
            ValueError: If there is none yet; it says how many failed, and the last error.
        """
        only(self._header.directions, "best_trial")
        if self._best is None:
            raise ValueError(why_none_is_best(self.history))
        return FrozenTrial.of_row(self.history, *self._best)

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
        rows = np.flatnonzero(history.feasible)
        rows = rows[is_pareto_optimal(history.losses[rows])]
        return TrialList(sorted(records_of(history, rows), key=lambda trial: trial.number))

    def __repr__(self) -> str:
        return f"Snapshot(study_name={self.study_name!r}, position={self.position})"
