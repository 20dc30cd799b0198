"""What a running trial needs of the world: the seam at which an objective can run in another process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from hpo.arrays import JSON, Report
from hpo.distributions import BaseDistribution
from hpo.events import StudyDirection, TrialState
from hpo.protocols import Pruner, Sampler
from hpo.trial.frozen import FrozenTrial
from hpo.trial.live import LiveTrial

__all__ = ["TrialPort", "TrialStudy"]


class TrialPort(Protocol):
    """Answers what a trial cannot answer from its own data."""

    def check(self, name: str, distribution: BaseDistribution) -> None:
        """Raise if a name may not be suggested like this in the study and its storage."""
        ...

    def sample(self, trial: LiveTrial, name: str, distribution: BaseDistribution) -> Any:
        """A value for a parameter for which the trial has no proposal that fits."""
        ...

    def report(self, trial: LiveTrial, step: int, value: Report) -> None:
        """Take a report; it is in the log when this returns, unless the trial's are kept back to its end."""
        ...

    def should_prune(self, trial: LiveTrial) -> bool:
        """Whether the trial, which has reported, should end."""
        ...

    def should_pause(self, trial: LiveTrial) -> bool:
        """Whether the trial, which has reported, should wait for its promotion."""
        ...

    def adopt(self, trial: LiveTrial) -> bool:
        """Take over a trial that comes from another process; False if it does not run any more."""
        ...

    def checkpoint(self, trial: LiveTrial) -> Path:
        """Where the trial keeps what it needs to go on."""
        ...

    def stored(self, value: JSON) -> JSON:
        """An attribute's value as the study's storage will give it back.

        Raises:
            TypeError: If the storage cannot hold it.
            ValueError: If it is too large.
        """
        ...


class TrialStudy(Protocol):
    """What an objective may do with the study of its trial; in fact it gets the `Study`."""

    sampler: Sampler
    pruner: Pruner

    @property
    def study_name(self) -> str: ...

    @property
    def identity(self) -> str: ...

    @property
    def direction(self) -> StudyDirection: ...

    @property
    def directions(self) -> list[StudyDirection]: ...

    @property
    def user_attrs(self) -> dict[str, JSON]: ...

    @property
    def trials(self) -> Sequence[FrozenTrial]: ...

    @property
    def best_trial(self) -> FrozenTrial: ...

    @property
    def best_trials(self) -> Sequence[FrozenTrial]: ...

    @property
    def best_value(self) -> float: ...

    @property
    def best_params(self) -> dict[str, Any]: ...

    def count_trials(self, states: Sequence[TrialState] | None = None) -> int: ...

    def set_user_attr(self, key: str, value: JSON) -> None: ...

    def enqueue_trial(
        self, params: dict[str, JSON], user_attrs: dict[str, JSON] | None = None, skip_if_exists: bool = False
    ) -> None: ...

    def stop(self) -> None: ...
