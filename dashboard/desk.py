"""What the dashboard needs of studies: all that it can read, and all that it can do to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, final

from hpo.arrays import JSON
from hpo.distributions import BaseDistribution
from hpo.events import Event, TrialState
from hpo.reading.explain import Explanation
from hpo.reading.snapshot import Snapshot
from hpo.trial.frozen import FrozenTrial

__all__ = ["Asked", "Desk", "Listed", "OpenStudy"]


@final
@dataclass(frozen=True)
class Listed:
    """A study of a desk.

    Args:
        identity: Of its log; it keeps it whatever the study is called.
        name: Its present name.
        place: The storage, without passwords.
    """

    identity: str
    name: str
    place: str


class Asked(Protocol):
    """A trial that has begun."""

    @property
    def number(self) -> int: ...


class OpenStudy(Protocol):
    """A study that has been read, and follows its log."""

    def snapshot(self) -> Snapshot: ...

    def events(self, since: int = 0, *, limit: int | None = None) -> list[Event]: ...

    def explain(self, number: int) -> Explanation: ...

    def ask(
        self, fixed_distributions: Mapping[str, BaseDistribution] | None = None, *, queued: int | None = None
    ) -> Asked: ...

    def tell(
        self, trial: int, values: float | Sequence[float] | None = None, state: TrialState | None = None
    ) -> FrozenTrial: ...

    def enqueue_trial(self, params: dict[str, JSON], user_attrs: dict[str, JSON] | None = None) -> None: ...

    def delete_trial(self, number: int) -> None: ...

    def set_trial_user_attr(self, number: int, key: str, value: JSON) -> None: ...

    def set_user_attr(self, key: str, value: JSON) -> None: ...

    def rename(self, study_name: str) -> None: ...


class Desk(Protocol):
    """The studies of one or more storages. Any thread may use it."""

    def places(self) -> Sequence[str]:
        """The storages, without passwords."""
        ...

    def studies(self) -> Sequence[Listed]:
        """All studies that there are now, in the order of their creation."""
        ...

    def open(self, identity: str) -> OpenStudy:
        """The study of an identity; read when it is first asked for.

        Raises:
            UnknownStudyError: If there is none.
        """
        ...

    def is_open(self, identity: str) -> bool:
        """Whether the study has been read already."""
        ...

    def create(self, place: str, name: str, directions: Sequence[str]) -> str:
        """Make a study and return its identity; raises as `create_study` does, and ValueError without such a place."""
        ...

    def copy(self, identity: str, name: str) -> str:
        """Copy a study within its storage under another name, and return the copy's identity."""
        ...

    def delete(self, identity: str) -> None:
        """Remove a study and all of its trials."""
        ...

    def import_optuna(self, place: str, source: str) -> Sequence[str]:
        """Copy the studies of Optuna's database at a URL into a storage; return their names."""
        ...
