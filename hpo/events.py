"""What can happen to a study. The log is a sequence of these; everything else is computed from them.

A trial's number is its rank among the births in the log: `TrialQueued`, and `TrialStarted` without a claim.
Times are seconds since 1970 (UTC). Events are named tuples because a log holds several per trial, and a frozen
dataclass takes five times as long to make.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias, final

from hpo.arrays import JSON, Report
from hpo.space import Space

__all__ = [
    "ASKED",
    "EARLIER",
    "FIXED",
    "METRIC_NAMES",
    "AttributeSet",
    "Event",
    "PlanDeclared",
    "RunLimits",
    "SpaceDeclared",
    "StudyCreated",
    "StudyDirection",
    "StudyRenamed",
    "TrialDeleted",
    "TrialError",
    "TrialFinished",
    "TrialProposed",
    "TrialQueued",
    "TrialReported",
    "TrialStarted",
    "TrialState",
    "fits",
    "only",
]


ASKED = "hpo:asked"
"""System attribute of a trial whose parameters were stored when it was asked for, so that any process can tell."""

EARLIER = "hpo:earlier"
"""System attribute of a queued trial whose parameters come from another study, which it names: they are mapped into
the domains that the objective suggests."""

FIXED = "fixed_params"
"""System attribute that shows what an unfinished trial was queued with, for scripts that look there; no log has it."""

METRIC_NAMES = "study:metric_names"
"""System attribute of a study that names its objectives."""

_LONGEST = 100_000  # characters of a message or a traceback that are kept


@final
class _Nothing(dict[str, Any]):
    """The empty mapping that absent attributes share; it stays one object when it is copied or pickled."""

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("Events cannot be changed.")

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(_Nothing)

    def __reduce__(self) -> str:
        return "_NOTHING"


_NOTHING: Mapping[Any, Any] = _Nothing()


class TrialState(IntEnum):
    """Where a trial stands; WAITING, RUNNING and PAUSED ones are unfinished.

    A PAUSED trial has left its worker at a rung, and goes on where it stopped if it is promoted.

    Example:
        >>> failed = study.get_trials(states=(hpo.TrialState.FAIL,))
        >>> hpo.TrialState.FAIL.is_finished(), hpo.TrialState.WAITING.is_finished()
        (True, False)
    """

    RUNNING = 0
    COMPLETE = 1
    PRUNED = 2
    FAIL = 3
    WAITING = 4
    PAUSED = 5

    def is_finished(self) -> bool:
        """Whether a trial in this state is over: COMPLETE, PRUNED or FAIL."""
        return self in (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"TrialState.{self.name}"


class StudyDirection(IntEnum):
    """What is sought of an objective."""

    NOT_SET = 0
    MINIMIZE = 1
    MAXIMIZE = 2


def only(directions: tuple[StudyDirection, ...], what: str) -> StudyDirection:
    """The direction of the only objective.

    Raises:
        RuntimeError: If there are several, so that there is no single `what`.
    """
    if len(directions) > 1:
        raise RuntimeError(f"A study of several objectives has no single `{what}`; see `best_trials`.")
    return directions[0]


@dataclass(frozen=True, slots=True)
class TrialError:
    """Why a trial failed.

    Args:
        type: Name of the exception's class, such as "ValueError" or "subprocess.TimeoutExpired".
        message: Its text.
        traceback: As Python prints it; empty where there is none.
    """

    type: str
    message: str
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException, *, skip: int = 0) -> TrialError:
        """An error as it is stored; of its traceback without the first `skip` frames."""
        kind = type(error)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        try:
            message = str(error)
        except Exception as broken:
            message = f"(its text could not be made: {type(broken).__name__})"
        frames = error.__traceback__
        for _ in range(skip):
            frames = frames if frames is None else frames.tb_next or frames
        try:
            trace = "".join(traceback.format_exception(kind, error, frames))
        except Exception:
            trace = "".join(traceback.format_tb(error.__traceback__))
        return cls(name, message[:_LONGEST], trace[-_LONGEST:])


class StudyCreated(NamedTuple):
    """The header: the first event of every log.

    Args:
        name: What the study was called when it was created.
        directions, seed, time: One direction per objective; what random choices derive from; when.
        identity: What storages know the log by, whatever its study is called; another one for each log. Empty only
            until a storage has read the header of a log that was written before there were identities.
    """

    name: str
    directions: tuple[StudyDirection, ...]
    seed: int
    time: float
    identity: str = ""


class SpaceDeclared(NamedTuple):
    """Names a set of distributions by the digest of its content, so that trials can refer to it."""

    space: Space


class PlanDeclared(NamedTuple):
    """Describes the sampler and the pruner of trials that start later, so that whoever replays them knows.

    Args:
        digest: 8 hexadecimal digits by which trials refer to it.
        sampler, pruner: In words.
    """

    digest: str
    sampler: str
    pruner: str


class TrialQueued(NamedTuple):
    """A trial that waits for a worker.

    Args:
        parameters: Fixed; the others are sampled.
        time, user_attrs, system_attrs: When it was queued, and what it is to carry.
        reports: Values by step that it begins with, as a retry that goes on from a checkpoint.
        retries: Number of the failed trial that it tries again. A trial is retried once: a second such event
            for it is ignored, and so is one for a trial that has not failed.
    """

    parameters: Mapping[str, JSON]
    time: float
    user_attrs: Mapping[str, JSON] = _NOTHING
    system_attrs: Mapping[str, JSON] = _NOTHING
    reports: Mapping[int, Report] = _NOTHING
    retries: int | None = None


class RunLimits(NamedTuple):
    """How far a run means to go, so that whoever looks on can say when it will end.

    Args:
        n_trials: New trials that it begins; None for no limit.
        until: When it begins no more, in seconds since 1970; None for no limit.
        budgets: How many trials all runs together may come to have, each time with the states that count.
    """

    n_trials: int | None = None
    until: float | None = None
    budgets: tuple[tuple[int, tuple[TrialState, ...]], ...] = ()

    @classmethod
    def of(cls, n_trials: int | None, until: float | None, budgets: Sequence[Sequence[Any]]) -> RunLimits:
        """The limits whose parts JSON has made into lists."""
        return cls(n_trials, until, tuple((n, tuple(map(TrialState, states))) for n, states in budgets))


class TrialStarted(NamedTuple):
    """A worker has begun a trial; the prefix of the log that ends here is all that its sampler sees.

    Args:
        time: When.
        claims: Number of the queued or paused trial that it takes up; None for a new one.
        deferred: Its reports are committed with its result, and its pruner sees the history of its start.
        worker: Which process runs it, as `Worker` writes it; None where no other process can see the log.
        plan: Digest of the plan by which it is run; None in logs that are older than plans.
        run: What the run means to do whose first trial this is; None for all others.
    """

    time: float
    claims: int | None = None
    deferred: bool = False
    worker: str | None = None
    plan: str | None = None
    run: RunLimits | None = None


class TrialProposed(NamedTuple):
    """The sampler's coded values over the whole space of the trial's prefix, so that other workers know them."""

    number: int
    values: tuple[float, ...]


class TrialReported(NamedTuple):
    """An intermediate value.

    Args:
        number, step, time: Of which trial, at which step, when.
        value: What; with several objectives a value for each. What does not fit the study is ignored.
        pruned: What the pruner answered to the trial's previous report; None if it was not asked.
    """

    number: int
    step: int
    value: Report
    time: float
    pruned: bool | None = None


def fits(value: Report, n_objectives: int) -> bool:
    """Whether a study of so many objectives takes a report."""
    return type(value) is not tuple if n_objectives == 1 else type(value) is tuple and len(value) == n_objectives


class TrialFinished(NamedTuple):
    """The end of a trial, or with the state PAUSED of its stay on a worker.

    The first one after a start counts, later ones are ignored.

    Args:
        number, state, time: Which trial, how it ended, when.
        values: As the objective gave them; None without any.
        space: Digest of the distributions of `parameters`; empty without parameters.
        parameters: Values by name, in the order in which they were suggested.
        constraints: Feasible where ≤ 0.
        user_attrs, system_attrs: What was attached to the trial.
        error: Why it failed.
        pruned: What the pruner answered to the last report; None if it was not asked.
    """

    number: int
    state: TrialState
    time: float
    values: tuple[float, ...] | None = None
    space: str = ""
    parameters: Mapping[str, JSON] = _NOTHING
    constraints: Mapping[str, float] = _NOTHING
    user_attrs: Mapping[str, JSON] = _NOTHING
    system_attrs: Mapping[str, JSON] = _NOTHING
    error: TrialError | None = None
    pruned: bool | None = None


class AttributeSet(NamedTuple):
    """An attribute of the study, or of the trial `number`; `system` ones belong to hpo and its plug-ins."""

    key: str
    value: JSON
    number: int | None = None
    system: bool = False


class TrialDeleted(NamedTuple):
    """A trial is taken out of what is known; its number is not used again."""

    number: int


class StudyRenamed(NamedTuple):
    """The study has another name from here on."""

    name: str


Event: TypeAlias = (
    StudyCreated
    | SpaceDeclared
    | PlanDeclared
    | TrialQueued
    | TrialStarted
    | TrialProposed
    | TrialReported
    | TrialFinished
    | AttributeSet
    | TrialDeleted
    | StudyRenamed
)
