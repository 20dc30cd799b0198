"""What is told about one study of many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, final

from hpo.arrays import JSON
from hpo.events import StudyDirection, only
from hpo.trial.frozen import FrozenTrial

if TYPE_CHECKING:
    from hpo.reading.expected import Expected

__all__ = ["StudySummary"]


@final
@dataclass(frozen=True)
class StudySummary:
    """What `get_all_study_summaries` tells about one study.

    Attributes:
        study_name, user_attrs, system_attrs: As in the study.
        directions: One per objective.
        best_trial: None for several objectives, or without a feasible trial.
        n_trials: Trials of every state.
        datetime_start: Local time of the first trial's start; None without one.
        created: When the study was created, in seconds since 1970; summaries sort by it.
        expected: What is still to come; None unless a run goes on that has limits.
    """

    study_name: str
    directions: list[StudyDirection]
    best_trial: FrozenTrial | None
    user_attrs: dict[str, JSON]
    system_attrs: dict[str, JSON]
    n_trials: int
    datetime_start: datetime | None
    created: float = 0.0
    expected: Expected | None = None

    def __lt__(self, other: object) -> bool:
        return self._place < other._place if isinstance(other, StudySummary) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._place <= other._place if isinstance(other, StudySummary) else NotImplemented

    @property
    def _place(self) -> tuple[float, str]:
        return self.created, self.study_name

    @property
    def direction(self) -> StudyDirection:
        """Of the only objective.

        Raises:
            RuntimeError: If the study has several.
        """
        return only(tuple(self.directions), "direction")
