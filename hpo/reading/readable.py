"""What readers of studies may rely on: plots, importances, reports and tables take anything of this shape."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, Protocol

from hpo.arrays import JSON
from hpo.events import StudyDirection, TrialState
from hpo.history import History
from hpo.trial.frozen import FrozenTrial

__all__ = ["Readable", "check_readable"]


class Readable(Protocol):
    """A study that can be read: one that grows, or a snapshot of it."""

    @property
    def study_name(self) -> str:
        """The study's name within its storage."""
        ...

    @property
    def identity(self) -> str:
        """What no other study has, and the study keeps when it is renamed."""
        ...

    @property
    def directions(self) -> list[StudyDirection]:
        """The directions of the objectives, in their order."""
        ...

    @property
    def metric_names(self) -> list[str] | None:
        """The names of the objectives, if they were given."""
        ...

    @property
    def seed(self) -> int:
        """What all random choices of the study derive from."""
        ...

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What was attached to the study; a copy."""
        ...

    @property
    def history(self) -> History:
        """The finished trials as columns, and the running ones' proposals."""
        ...

    @property
    def trials(self) -> Sequence[FrozenTrial]:
        """All trials, by number."""
        ...

    def get_trials(self, deepcopy: bool = True, states: Container[TrialState] | None = None) -> Sequence[FrozenTrial]:
        """The trials in some states, by number; None for all."""
        ...

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        """How many trials are in some states; None for all."""
        ...

    @property
    def best_trial(self) -> FrozenTrial:
        """The complete trial with the best value among those that violate no constraint."""
        ...

    @property
    def best_trials(self) -> Sequence[FrozenTrial]:
        """The complete, feasible trials that no other one is better than in all objectives, by number."""
        ...


def check_readable(study: Any) -> None:
    """Raise TypeError unless something is a study, or what can be read like one."""
    try:
        _ = study.identity
    except AttributeError:
        raise TypeError(
            "study must be a study, as hpo.create_study and hpo.load_study return them, or a snapshot of one, got "
            f"{study!r} of type {type(study).__name__}."
        ) from None
