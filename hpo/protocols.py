"""The protocols of plug-ins: samplers, pruners, storages, engines, and what some of them can do besides.

Whoever fulfils one by its shape is welcome; there is nothing to inherit. Optional abilities are protocols of their own.
They are asked for by the functions `stepwise`, `choosing`, `cohorts`, `pausing`, `pairs`, `leasing`, `turn_taking`,
`answering`, `checkpointing`, `retrying`, `shared` and `is_private`, which also look into what a plug-in wraps, so that
a wrapper loses none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, final, runtime_checkable

from hpo.arrays import Array
from hpo.distributions import BaseDistribution
from hpo.events import Event, StudyCreated
from hpo.history import Curve, History
from hpo.key import Key
from hpo.space import Space

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = [
    "AnsweringStorage",
    "CheckpointingStorage",
    "Choice",
    "ChoosingSampler",
    "CohortPruner",
    "ConstrainingSampler",
    "Engine",
    "LeasePolicy",
    "LeasingStorage",
    "PairingPruner",
    "PausingPruner",
    "PrivateStorage",
    "Pruner",
    "RetryingStorage",
    "Sampler",
    "SharedStorage",
    "StepwiseSampler",
    "Storage",
    "TurnTakingStorage",
    "WholeStudySampler",
    "Wrapper",
    "answering",
    "checkpointing",
    "choosing",
    "cohort",
    "cohorts",
    "constraining",
    "divides",
    "is_private",
    "leasing",
    "pairs",
    "pausing",
    "retrying",
    "sampled",
    "shared",
    "stepwise",
    "turn_taking",
]


@runtime_checkable
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


@runtime_checkable
class Pruner(Protocol):
    """Decides whether to stop a trial early: pure functions of what is known and of the trial's own curve."""

    def prune(self, history: History, curve: Curve) -> bool:
        """Whether the trial should end, asked after its latest report; the curve is never empty."""
        ...


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
class Engine(Protocol):
    """Calls functions in other processes, of this machine or of a cluster; it schedules, hpo decides what runs.

    Functions and arguments are such as `pickle` can write; hpo sends bytes.
    """

    @property
    def slots(self) -> int:
        """How many calls can run at the same time; it is asked again and again, and may change."""
        ...

    @property
    def host(self) -> str:
        """How the calls reach this machine: "127.0.0.1" if they all run on it, where they see its files, too."""
        ...

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Have `fn(*args)` called once. More than `slots` calls are never under way."""
        ...

    def is_loss(self, error: BaseException) -> bool:
        """Whether a call ended with this error because its process is gone, while others go on taking calls.

        Raises:
            Exception: A clearer error, if the engine takes no calls any more.
        """
        ...

    def close(self) -> None:
        """End the calls that are under way, as far as they can be ended, and give back what was taken for the run."""
        ...


@runtime_checkable
class Wrapper(Protocol):
    """A plug-in that adds something to another one, and leaves the optional abilities to it."""

    @property
    def wrapped(self) -> object:
        """The other one; None for none."""
        ...


@runtime_checkable
class StepwiseSampler(Sampler, Protocol):
    """A sampler that is asked again for what it leaves open, parameter by parameter, when the objective suggests it.

    For samplers whose choice depends on which parameters there are at all, or may lie outside of their domains. What
    `sample` leaves open, NaN, stays so in the log.
    """

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """The value of a parameter, as the objective gets it; pure, like `sample`.

        Args:
            name, distribution: Of the parameter.
            history: What was known when the trial began, with what it has suggested since as `given`.
            key: Of the trial.

        Raises:
            ValueError: If there is none; the trial then fails.
        """
        ...


@final
@dataclass(frozen=True)
class Choice:
    """A sampler, and why it is the one to ask.

    Args:
        sampler: What proposes.
        reason: The rest of a sentence that begins "because".
    """

    sampler: Sampler
    reason: str


@runtime_checkable
class ChoosingSampler(Sampler, Protocol):
    """A sampler that asks one of several others, and can say which one and why."""

    def choose(self, space: Space, history: History) -> Choice:
        """What proposes a trial over a space that starts now; pure, and quick."""
        ...


@runtime_checkable
class ConstrainingSampler(Sampler, Protocol):
    """A sampler that brings the study's constraints along, as in Optuna."""

    @property
    def constraints_func(self) -> Callable[[Any], Sequence[float]] | None:
        """Called with the record of each trial that completes or is pruned; None for no constraints."""
        ...


@runtime_checkable
class WholeStudySampler(Sampler, Protocol):
    """A sampler that counts what was tried, and so knows all trials under a pruner that divides them, too."""

    @property
    def knows_all(self) -> bool:
        """Whether it does so; without it, it knows the trials of its own group, like any other sampler."""
        ...


@runtime_checkable
class CohortPruner(Pruner, Protocol):
    """A pruner that divides the trials into groups which do not compete with each other."""

    def cohort(self, history: History, number: int) -> History:
        """What the sampler of a trial may know: of `history` the trials that compete with this one."""
        ...


@runtime_checkable
class PausingPruner(Pruner, Protocol):
    """A pruner that does not end the trials that it stops: they wait until it promotes them."""

    @property
    def pauses(self) -> bool:
        """Whether it does so; without it, it is like any other pruner."""
        ...

    def promote(self, history: History) -> int | None:
        """The number of the paused trial that is to go on now, one of `history.paused`; None for a new one."""
        ...


@runtime_checkable
class PairingPruner(Pruner, Protocol):
    """A pruner that compares trials step by step, so that each step is to be reported by itself.

    Others compare how trials stand, for which the mean of all steps so far says more than the latest one.
    """

    @property
    def pairs(self) -> bool:
        """Whether it does so."""
        ...


@final
@dataclass(frozen=True)
class LeasePolicy:
    """How often leases are renewed, and when they expire.

    Args:
        renew_every: Seconds between two renewals; a trial that is shorter causes no write.
        lost_after: Seconds without a renewal after which a trial is lost; several times `renew_every`.
    """

    renew_every: float = 15.0
    lost_after: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.renew_every < self.lost_after:
            raise ValueError(
                f"lost_after must be longer than renew_every, which must be > 0; got {self.renew_every!r} and "
                f"{self.lost_after!r}."
            )


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


def cohorts(pruner: Pruner) -> CohortPruner | None:
    """What divides the trials under a pruner; None if nothing does."""
    return next((one for one in _layers(pruner) if isinstance(one, CohortPruner)), None)


def pausing(pruner: Pruner) -> PausingPruner | None:
    """What promotes trials that a pruner stopped; None if they do not wait for that."""
    return next((one for one in _layers(pruner) if isinstance(one, PausingPruner) and one.pauses), None)


def pairs(pruner: Pruner) -> bool:
    """Whether folds, seeds or instances are to be reported each by itself under a pruner, not as their mean so far."""
    return any(isinstance(one, PairingPruner) and one.pairs for one in _layers(pruner))


def leasing(storage: Storage) -> LeasingStorage | None:
    """Where the workers of a storage's studies show that they are alive; None if they do not."""
    found = (one for one in _layers(storage) if isinstance(one, LeasingStorage))
    return next((one for one in found if one.lease_policy is not None), None)


def turn_taking(storage: Storage) -> TurnTakingStorage | None:
    """What lets the writers of a storage take turns; None if nothing does."""
    return storage if isinstance(storage, TurnTakingStorage) else None


def answering(storage: Storage) -> AnsweringStorage | None:
    """What says with each answer what others have written; None if nothing does."""
    return storage if isinstance(storage, AnsweringStorage) else None


def checkpointing(storage: Storage) -> CheckpointingStorage | None:
    """Where checkpoints of a storage's logs are kept; None if nowhere."""
    return next((one for one in _layers(storage) if isinstance(one, CheckpointingStorage)), None)


def retrying(storage: Storage) -> object:
    """The retry policy that a storage was given for its studies; None without one."""
    found = (one.retry for one in _layers(storage) if isinstance(one, RetryingStorage))
    return next((policy for policy in found if policy is not None), None)


def shared(storage: Storage) -> SharedStorage | None:
    """How other processes open a storage for themselves; None if it does not say."""
    return next((one for one in _layers(storage) if isinstance(one, SharedStorage)), None)


def is_private(storage: Storage) -> bool:
    """Whether no other process can see a storage, so that it may hold any object."""
    return any(isinstance(one, PrivateStorage) and one.is_private for one in _layers(storage))


def stepwise(sampler: Sampler) -> StepwiseSampler | None:
    """What is asked for parameters one by one; None if a sampler leaves open ones to the prior."""
    return next((one for one in _layers(sampler) if isinstance(one, StepwiseSampler)), None)


def choosing(sampler: Sampler) -> ChoosingSampler | None:
    """What chooses among samplers; None if nothing does."""
    return next((one for one in _layers(sampler) if isinstance(one, ChoosingSampler)), None)


def constraining(sampler: Sampler) -> Callable[[Any], Sequence[float]] | None:
    """The function that says a finished trial's constraints; None if there is none."""
    found = (one.constraints_func for one in _layers(sampler) if isinstance(one, ConstrainingSampler))
    return next((function for function in found if function is not None), None)


def cohort(pruner: Pruner, history: History, number: int) -> History:
    """The trials that compete with one under a pruner: all, unless it divides them."""
    dividing = cohorts(pruner)
    return history if dividing is None else dividing.cohort(history, number)


def divides(pruner: Pruner, sampler: Sampler) -> CohortPruner | None:
    """What divides the trials that a sampler knows under a pruner; None if nothing does, or it knows them all."""
    if any(isinstance(one, WholeStudySampler) and one.knows_all for one in _layers(sampler)):
        return None
    return cohorts(pruner)


def _layers(plugin: object) -> Iterator[object]:
    """A plug-in, what it wraps, what that wraps, and so on."""
    while plugin is not None:
        yield plugin
        plugin = plugin.wrapped if isinstance(plugin, Wrapper) else None


def sampled(sampler: Sampler, space: Space, history: History, key: Key) -> list[float]:
    """The sampler's coded values, with the prior's where it left the choice open and is not to be asked again.

    Raises:
        ValueError: If the sampler's answer has another shape than the space.
    """
    row = sampler.sample(space, history, key)
    values: list[float] = row.tolist()
    if row.shape != (len(space.names),):
        raise ValueError(
            f"{sampler!r} must return an array of shape ({len(space)},) for {list(space)!r}, got {row.shape}."
        )
    total = sum(values)
    if total != total and stepwise(sampler) is None:  # only then can there be a NaN
        prior = space.uniform(key).tolist()
        return [drawn if value != value else value for value, drawn in zip(values, prior, strict=True)]
    return values
