"""Trying failed trials again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from hpo.events import TrialQueued
from hpo.history.finished import Finished
from hpo.numbers import whole

if TYPE_CHECKING:
    from hpo.trial import FrozenTrial, Trial

__all__ = ["RetryPolicy"]


@final
@dataclass(frozen=True)
class RetryPolicy:
    """Queue a trial again, with the parameters that it had, when its worker was lost or when it failed.

    Of a trial whose worker was lost only what is in the log is known: what was queued for it or proposed to it, and its
    reports. Parameters that were new in it, and attributes that it set, are not.

    A retry is a trial of its own. Its system attributes say what it retries: `failed_trial`, the number of the
    first attempt, and `retry_history`, the numbers of all attempts before it. Whoever ends the trial queues the
    retry, and each trial is retried once, however many workers notice that it is lost.

    Args:
        max_retry: How often a first attempt is retried, at least 0; None for no limit.
        inherit_intermediate_values: Begin the retry with the reports of the attempt before.
        lost: Retry trials whose worker was lost.
        failed: Retry trials that failed otherwise.

    Example:
        >>> study = hpo.create_study(retry=RetryPolicy(max_retry=2, failed=True))
    """

    max_retry: int | None = None
    inherit_intermediate_values: bool = False
    lost: bool = True
    failed: bool = False

    def __post_init__(self) -> None:
        if self.max_retry is not None and whole(self.max_retry, "max_retry") < 0:
            raise ValueError(f"max_retry must be ≥ 0, or None for no limit, got {self.max_retry!r}.")

    def retry_of(self, trial: Finished, fixed: dict[str, Any], *, lost: bool) -> TrialQueued | None:
        """The retry of a trial that has just failed, if it gets one.

        Args:
            trial: The failed one.
            fixed: Parameters that it was to use, where it got so far as to be given any.
            lost: Whether its worker was lost.
        """
        history = [*trial.system_attrs.get("retry_history", []), trial.number]
        if not (self.lost if lost else self.failed):
            return None
        if self.max_retry is not None and len(history) > self.max_retry:
            return None
        return TrialQueued(
            {**fixed, **trial.parameters},
            time.time(),
            trial.user_attrs,
            {**trial.system_attrs, "failed_trial": history[0], "retry_history": history},
            trial.reports if self.inherit_intermediate_values else {},
            retries=trial.number,
        )

    @staticmethod
    def retried_trial_number(trial: Trial | FrozenTrial) -> int | None:
        """The number of the first attempt; None if the trial is no retry."""
        number: int | None = trial.system_attrs.get("failed_trial")
        return number

    @staticmethod
    def retry_history(trial: Trial | FrozenTrial) -> list[int]:
        """The numbers of all attempts before, oldest first."""
        return list(trial.system_attrs.get("retry_history", []))
