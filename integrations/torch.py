"""A trial for objectives that run in several processes of `torch.distributed` at once."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, final

from torch import distributed

from hpo.arrays import JSON
from hpo.distributions import BaseDistribution
from hpo.trial import FixedTrial, Trial
from hpo.trial.suggest import Suggestions

__all__ = ["TorchDistributedTrial"]

T = TypeVar("T")


@final
class TorchDistributedTrial(Suggestions):
    """The same trial in each process of a group: the first process has it, and the others hear what it says.

    Each method must be called in all processes, as it waits for them; what it returns or raises is the same in all.

    Args:
        trial: The objective's in the process of rank 0, and None in the others.
        group: The process group; by default all processes.

    Raises:
        ValueError: If the process of rank 0 has no trial, or another one has.

    Example:
        Run by `torchrun`, each process runs this:

        >>> def objective(trial):
        ...     trial = TorchDistributedTrial(trial)
        ...     model = DistributedDataParallel(Network(trial.suggest_int("width", 8, 64)))
        ...     for epoch in range(30):
        ...         trial.report(loss := train(model), epoch)
        ...         if trial.should_prune():
        ...             raise hpo.TrialPruned
        ...     return loss
        >>> if distributed.get_rank() == 0:
        ...     study.optimize(objective, n_trials=20)
        ... else:
        ...     for _ in range(20):
        ...         try:
        ...             objective(None)
        ...         except hpo.TrialPruned:
        ...             pass
    """

    def __init__(self, trial: Trial | FixedTrial | None, group: distributed.ProcessGroup | None = None) -> None:
        self._group = group
        self._trial = trial
        self._source = 0 if group is None else distributed.get_global_rank(group, 0)
        rank = distributed.get_rank(group)
        if (trial is None) == (rank == 0):
            got = "None" if trial is None else "a trial"
            raise ValueError(f"The process of rank 0 passes its trial, and the others None; rank {rank} passed {got}.")

    @property
    def number(self) -> int:
        """The trial's rank within its study."""
        return self._tell(lambda trial: trial.number)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters suggested so far, in that order."""
        return self._tell(lambda trial: trial.params)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Their distributions."""
        return self._tell(lambda trial: trial.distributions)

    @property
    def user_attrs(self) -> dict[str, JSON]:
        return self._tell(lambda trial: trial.user_attrs)

    @property
    def constraints(self) -> dict[str, float]:
        """The constraints set so far."""
        return self._tell(lambda trial: trial.constraints)

    @property
    def datetime_start(self) -> datetime:
        """When the trial began."""
        return self._tell(lambda trial: trial.datetime_start)

    @property
    def resume_step(self) -> int:
        """The step to go on from: 0 for a new trial."""
        return self._tell(lambda trial: trial.resume_step)

    @property
    def checkpoint_dir(self) -> Path:
        """A directory of the trial, for what it needs to go on after a pause."""
        return self._tell(lambda trial: trial.checkpoint_dir)

    def suggest(self, name: str, distribution: BaseDistribution) -> Any:
        return self._tell(lambda trial: trial.suggest(name, distribution))

    def report(self, value: float | Sequence[float], step: int) -> None:
        """Report the value of the first process; those of the others are not looked at."""
        self._tell(lambda trial: trial.report(value, step))

    def should_prune(self) -> bool:
        """Whether the pruner would stop the trial."""
        return self._tell(lambda trial: trial.should_prune())

    def should_pause(self) -> bool:
        """Whether the trial should wait for its promotion."""
        return self._tell(lambda trial: trial.should_pause())

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Attach something to the trial: the value of the first process."""
        self._tell(lambda trial: trial.set_user_attr(key, value))

    def set_constraint(self, key: str, value: float) -> None:
        """Say how far the trial is from feasible in one respect: the value of the first process."""
        self._tell(lambda trial: trial.set_constraint(key, value))

    def _tell(self, ask: Callable[[Trial | FixedTrial], T]) -> T:
        """Ask the trial where it is, and let all processes know what it answers or raises."""
        parcel: list[Any] = [None if self._trial is None else _parcel(ask, self._trial)]
        distributed.broadcast_object_list(parcel, self._source, self._group)
        answer, error = pickle.loads(parcel[0])
        if error is not None:
            raise error
        value: T = answer
        return value


def _parcel(ask: Callable[[Trial | FixedTrial], T], trial: Trial | FixedTrial) -> bytes:
    """The answer or the error, which in any case arrives: processes that wait in vain would hang."""
    answer: tuple[T | None, Exception | None]
    try:
        answer = ask(trial), None
    except Exception as error:
        answer = None, error
    try:
        packed = pickle.dumps(answer)
        pickle.loads(packed)
    except Exception as error:
        told = answer[0] if answer[1] is None else f"{type(answer[1]).__name__}: {answer[1]}"
        return pickle.dumps((None, RuntimeError(f"The other processes cannot be told {told!r}: {error}")))
    return packed
