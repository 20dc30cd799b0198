"""The protocols of plug-ins: samplers, pruners, storages.

Whoever fulfils one by its shape is welcome; there is nothing to inherit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from hpo.arrays import Array
from hpo.events import Event, StudyCreated
from hpo.history import Curve, History
from hpo.key import Key
from hpo.leases import LeasePolicy
from hpo.space import Space

__all__ = ["CohortPruner", "PausingPruner", "Pruner", "Sampler", "Storage", "cohort", "pauses"]


class Sampler(Protocol):
    """Proposes configurations: a pure function of what is known and of the trial's address."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        """Coded values, shape (len(space),); NaN where the choice is left to the prior.

        Must accept any space, the empty one and single parameters too, and give the same answer to the same
        question, also in another process.

        Raises:
            SearchSpaceExhausted: If there is nothing left to try; the study then ends in order.
        """
        ...


class Pruner(Protocol):
    """Decides whether to stop a trial early: pure functions of what is known and of the trial's own curve."""

    def prune(self, history: History, curve: Curve) -> bool:
        """Whether the trial should end, asked after its latest report; the curve is never empty."""
        ...


class CohortPruner(Pruner, Protocol):
    """A pruner that divides the trials into groups which do not compete with each other."""

    def cohort(self, history: History, number: int) -> History:
        """What the sampler of a trial may know: of `history` the trials that compete with this one."""
        ...


def cohort(pruner: Any, history: History, number: int) -> History:
    """What the sampler of a trial may know under a pruner; everything unless it is a `CohortPruner`."""
    return pruner.cohort(history, number) if hasattr(pruner, "cohort") else history


class PausingPruner(Pruner, Protocol):
    """A pruner that does not end the trials that it stops: they wait until it promotes them."""

    @property
    def pauses(self) -> bool:
        """Whether it does so; without it, it is like any other pruner."""
        ...

    def promote(self, history: History) -> int | None:
        """The number of the paused trial that is to go on now, one of `history.paused`; None for a new one."""
        ...


def pauses(pruner: Any) -> TypeGuard[PausingPruner]:
    """Whether trials that a pruner stops wait for their promotion."""
    return bool(getattr(pruner, "pauses", False))


class Storage(Protocol):
    """Keeps logs. A log only ever grows, its positions have no gaps, and what `append` returned from stays."""

    @property
    def shared(self) -> bool:
        """Whether other processes can see it; then every value must be something that JSON can hold."""
        ...

    @property
    def lease_policy(self) -> LeasePolicy | None:
        """How workers show each other that they are alive; None where they do not."""
        ...

    def create(self, header: StudyCreated) -> None:
        """Begin a log.

        Raises:
            DuplicatedStudyError: If there is a study of that name.
        """
        ...

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        """Add events at the end of the log, all or none, durably, and return its new length.

        With `expect`, only if the log has that length now; otherwise nothing is written and None comes back.

        Raises:
            UnknownStudyError: If there is no such study.
            TypeError: If an event holds what this storage cannot write; then nothing is written.
        """
        ...

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        """Append events that depend on the whole log, and return its new length.

        Other writers are kept out while `make` gets the events from position `since` on and says what to append.
        Nothing is appended if it says nothing or raises. It may be called again if an attempt fails.

        Raises:
            UnknownStudyError, TypeError: As `append`.
        """
        ...

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        """The events from position `since` on, at most `limit` of them; what was returned stays.

        Raises:
            UnknownStudyError: If there is no such study.
        """
        ...

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        """Raise the counts of the running trials `alive`, and forget those of `ended`. No part of the log."""
        ...

    def beats(self, study: str) -> Mapping[int, int]:
        """The counts of running trials, by number; a trial that is missing has none yet."""
        ...

    def rename(self, study: str, name: str) -> None:
        """Give a study another name, and append `StudyRenamed` to its log, both or neither.

        Raises:
            UnknownStudyError: If there is no such study.
            DuplicatedStudyError: If there is one of the new name.
        """
        ...

    def studies(self) -> Sequence[str]:
        """Names of all studies, in the order of their creation."""
        ...

    def delete(self, study: str) -> None:
        """Remove a study and its log.

        Raises:
            UnknownStudyError: If there is no such study.
        """
        ...
