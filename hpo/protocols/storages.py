"""What a storage is, and what some can do besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from hpo.events import Event, StudyCreated
from hpo.protocols.leases import LeasePolicy
from hpo.protocols.wrapping import layers

__all__ = [
    "AnsweringStorage",
    "CheckpointingStorage",
    "LeasingStorage",
    "PrivateStorage",
    "RetryingStorage",
    "SharedStorage",
    "Storage",
    "TurnTakingStorage",
    "answering",
    "checkpointing",
    "is_private",
    "leasing",
    "retrying",
    "shared",
    "turn_taking",
]


@runtime_checkable
class Storage(Protocol):
    """Keeps logs. A log only ever grows, its positions have no gaps, and what `append` returned from stays.

    Every log has an identity, which its header names. A study's name is looked up once, in `studies`; everything
    else goes to the identity, so that nobody who works on a study ever writes into another one that was given its
    name later.
    """

    def create(self, header: StudyCreated) -> None:
        """Begin a log with the header's identity.

        Raises:
            DuplicatedStudyError: If there is a study of that name.
        """
        ...

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        """Add events at the end of the log of an identity, all or none, durably, and return its new length.

        With `expect`, only if the log has that length now; otherwise nothing is written and None comes back.

        Raises:
            UnknownStudyError: If there is no such study, or it has been deleted.
            TypeError: If an event holds what this storage cannot write; then nothing is written.
        """
        ...

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        """The events from position `since` on, at most `limit` of them; what was returned stays.

        Raises:
            UnknownStudyError: If there is no such study, or it has been deleted.
        """
        ...

    def studies(self) -> Mapping[str, str]:
        """The identity of each study by its present name, in the order of their creation."""
        ...

    def rename(self, study: str, name: str) -> None:
        """Give a study another name, and append `StudyRenamed` to its log, both or neither.

        Raises:
            UnknownStudyError: If there is no such study.
            DuplicatedStudyError: If there is one of the new name.
        """
        ...

    def delete(self, study: str) -> None:
        """Remove a study and its log.

        Raises:
            UnknownStudyError: If there is no such study.
        """
        ...


@runtime_checkable
class LeasingStorage(Protocol):
    """A storage in which the workers of a study show each other that they are alive; no part of the log."""

    @property
    def lease_policy(self) -> LeasePolicy | None:
        """How; None where they do not."""
        ...

    def beat(self, study: str, alive: Sequence[int], ended: Sequence[int]) -> None:
        """Raise the counts of the running trials `alive`, and forget those of `ended`."""
        ...

    def beats(self, study: str) -> Mapping[int, int]:
        """The counts of running trials, by number; a trial that is missing has none yet."""
        ...


@runtime_checkable
class TurnTakingStorage(Protocol):
    """A storage that can let writers wait in turn, which costs less than to let them try until nobody is in between."""

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        """Append events that depend on the whole log, and return its new length.

        Other writers are kept out while `make` gets the events from position `since` on and says what to append.
        Nothing is appended if it says nothing or raises. It may be called again if an attempt fails.

        Raises:
            UnknownStudyError, TypeError: As `append`.
        """
        ...


@runtime_checkable
class AnsweringStorage(Protocol):
    """A storage far away, whose answer to an append says what others have written before it."""

    def append_and_read(
        self,
        study: str,
        events: Sequence[Event],
        since: int,
        *,
        expect: int | None = None,
        room: int | None = None,
    ) -> tuple[int | None, Sequence[Event]]:
        """Append events as `append` does, and read the log from position `since` on, up to them.

        Args:
            study: The identity of the log.
            events: What to append.
            since: How much of the log is known.
            expect: The length that it must have.
            room: How many trials may have begun or been queued from `since` on.

        Returns:
            The log's new length, None if it had not the expected one, or there were more trials than that; and what
            others have written, or the first part of that where it is long.

        Raises:
            UnknownStudyError, TypeError: As `append`.
        """
        ...


@runtime_checkable
class CheckpointingStorage(Protocol):
    """A storage that keeps a checkpoint beside each log: what somebody has folded the beginning of the log into.

    It is no part of the log, and says nothing that the log does not say. It may be lost; then the next one who has
    read the whole log makes another one.
    """

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        """Keep a checkpoint, if the one that is there has the position `instead_of`; 0 for none.

        It goes away with the study. It need not be durable, and nobody should have to wait for it.

        Args:
            study: The identity of the log.
            checkpoint: What to keep, at most some gigabytes.
            position: How many events of the log it follows from, at least 1.
            instead_of: The position of the one that it is to take the place of.

        Returns:
            The position of the one that is there now.

        Raises:
            UnknownStudyError: If there is no such study, or it has been deleted.
            Exception: Any other one, if it cannot be kept now, or not without a long wait.
        """
        ...

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        """The position and the content of the checkpoint that is there; None for none.

        Raises:
            UnknownStudyError: If there is no such study, or it has been deleted.
        """
        ...


@runtime_checkable
class RetryingStorage(Protocol):
    """A storage that was told how its studies try failed trials again, as scripts written for Optuna do."""

    @property
    def retry(self) -> object:
        """A `RetryPolicy`; None for none."""
        ...


@runtime_checkable
class SharedStorage(Protocol):
    """A storage that other processes can open for themselves."""

    @property
    def is_on_network(self) -> bool:
        """Whether other machines can open it, too."""
        ...

    def opener(self) -> Callable[[], Storage] | None:
        """What opens it in another process; None if nothing can, such as for a database in this one's memory.

        It pickles, with the password that this process uses: log it nowhere.
        """
        ...


@runtime_checkable
class PrivateStorage(Protocol):
    """A storage that keeps the very objects, and may be one that no other process can see."""

    @property
    def is_private(self) -> bool:
        """Whether it is; everywhere else values must be something that JSON can hold."""
        ...


def leasing(storage: Storage) -> LeasingStorage | None:
    """Where the workers of a storage's studies show that they are alive; None if they do not."""
    found = (one for one in layers(storage) if isinstance(one, LeasingStorage))
    return next((one for one in found if one.lease_policy is not None), None)


def turn_taking(storage: Storage) -> TurnTakingStorage | None:
    """What lets the writers of a storage take turns; None if nothing does."""
    return storage if isinstance(storage, TurnTakingStorage) else None


def answering(storage: Storage) -> AnsweringStorage | None:
    """What says with each answer what others have written; None if nothing does."""
    return storage if isinstance(storage, AnsweringStorage) else None


def checkpointing(storage: Storage) -> CheckpointingStorage | None:
    """Where checkpoints of a storage's logs are kept; None if nowhere."""
    return next((one for one in layers(storage) if isinstance(one, CheckpointingStorage)), None)


def retrying(storage: Storage) -> object:
    """The retry policy that a storage was given for its studies; None without one."""
    found = (one.retry for one in layers(storage) if isinstance(one, RetryingStorage))
    return next((policy for policy in found if policy is not None), None)


def shared(storage: Storage) -> SharedStorage | None:
    """How other processes open a storage for themselves; None if it does not say."""
    return next((one for one in layers(storage) if isinstance(one, SharedStorage)), None)


def is_private(storage: Storage) -> bool:
    """Whether no other process can see a storage, so that it may hold any object."""
    return any(isinstance(one, PrivateStorage) and one.is_private for one in layers(storage))
