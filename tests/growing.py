"""Studies that grow while they are read: what a plot or a report meets while others write."""

from __future__ import annotations

from collections.abc import Container, Sequence

import hpo
from hpo.arrays import JSON
from hpo.events import StudyCreated, StudyDirection, TrialState
from hpo.history import History
from hpo.storage import InMemoryStorage
from hpo.study import Study
from hpo.trial import FrozenTrial

__all__ = ["Growing", "prefixes"]


class Growing:
    """A study whose log has grown each time that someone looks at its trials."""

    def __init__(self, states: Sequence[Study]) -> None:
        self._states = states
        self.n_looks = 0

    def _next(self) -> Study:
        self.n_looks += 1
        return self._states[min(self.n_looks, len(self._states)) - 1]

    @property
    def study_name(self) -> str:
        return self._states[0].study_name

    @property
    def identity(self) -> str:
        return self._states[0].identity

    @property
    def directions(self) -> list[StudyDirection]:
        return self._states[0].directions

    @property
    def metric_names(self) -> list[str] | None:
        return self._states[0].metric_names

    @property
    def seed(self) -> int:
        return self._states[0].seed

    @property
    def user_attrs(self) -> dict[str, JSON]:
        return self._next().user_attrs

    @property
    def history(self) -> History:
        return self._next().history

    @property
    def trials(self) -> list[FrozenTrial]:
        return self._next().trials

    def get_trials(self, deepcopy: bool = True, states: Container[TrialState] | None = None) -> list[FrozenTrial]:
        return self._next().get_trials(deepcopy, states)

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        return self._next().count_trials(states)

    @property
    def best_trial(self) -> FrozenTrial:
        return self._next().best_trial

    @property
    def best_trials(self) -> list[FrozenTrial]:
        return self._next().best_trials


def prefixes(study: Study, begin: int, n: int) -> list[Study]:
    """The study as it was when its log had `begin` events, and after each of the next ones."""
    events = study.events()
    states = []
    for end in range(begin, begin + n):
        storage = InMemoryStorage()
        header = events[0]
        assert isinstance(header, StudyCreated)
        storage.create(header)
        storage.append(header.identity, events[1:end])
        states.append(hpo.load_study(storage=storage))
    return states
