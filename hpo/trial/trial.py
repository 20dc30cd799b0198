"""A running trial, as an objective sees it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from hpo.arrays import JSON, Report
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    check_distribution_compatibility,
)
from hpo.exceptions import UpdateFinishedTrialError
from hpo.history import Curve, History
from hpo.history.columns import RunningTrial
from hpo.trial.suggest import Suggestions

if TYPE_CHECKING:
    from hpo.running.session import Session
    from hpo.study import Study

__all__ = ["Trial"]


@final
class Trial(Suggestions):
    """One run of the objective: gives it parameters, takes its reports and attributes.

    Made by `study.ask()` and `study.optimize()`. Nothing is written until it reports or ends.

    Attributes:
        study: The study it belongs to.
        number: Rank among the study's trials, from 0.
        resume_step: The step to go on from: 0 for a new trial, after a pause (or for a retry that inherits reports)
            the one after the largest step that was reported at.
    """

    __slots__ = (
        "_answers",
        "_asked",
        "_attributes",
        "_constraints",
        "_deferred",
        "_distributions",
        "_fixed",
        "_has_checkpoint",
        "_history",
        "_known",
        "_parameters",
        "_proposal",
        "_pruned",
        "_resumed",
        "_session",
        "_start",
        "_steps",
        "_told",
        "_values",
        "number",
        "resume_step",
        "study",
    )

    def __init__(
        self,
        study: Study,
        session: Session,
        record: RunningTrial,
        history: History,
        proposal: tuple[float, ...],
    ) -> None:
        self.study = study
        self.number = record.number
        self._session = session
        self._history = history  # what was known when the trial started
        self._known = history  # what the pruner may know: all up to the last report
        self._proposal = proposal
        self._deferred = record.deferred
        self._parameters: dict[str, Any] = {}
        self._start = record.time
        self._fixed = record.fixed
        self._distributions: dict[str, BaseDistribution] = {}
        self._attributes = dict(record.user_attrs)
        self._constraints: dict[str, float] = {}
        self._steps = list(record.steps)  # a retry may inherit reports
        self._values = list(record.values)
        self._pruned: bool | None = None  # the pruner's answer to the last report
        self._answers: list[bool | None] = [None] * len(self._steps)  # its answers before each report
        self._asked = record.asked  # the number of reports at the last question about an earlier one than the latest
        self._told = False
        self._resumed = record.resumed
        self._has_checkpoint = record.resumed
        self.resume_step = max(self._steps) + 1 if self._steps else 0

    def __repr__(self) -> str:
        return f"Trial(number={self.number}, params={self._parameters!r})"

    @property
    def params(self) -> dict[str, Any]:
        """The parameters suggested so far, in that order."""
        return dict(self._parameters)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Their distributions."""
        return dict(self._distributions)

    @property
    def user_attrs(self) -> dict[str, JSON]:
        return dict(self._attributes)

    @property
    def constraints(self) -> dict[str, float]:
        return dict(self._constraints)

    @property
    def datetime_start(self) -> datetime:
        """Local time at which the trial started."""
        return datetime.fromtimestamp(self._start)

    @property
    def checkpoint_dir(self) -> Path:
        """A directory of this trial, for what it needs to go on after a pause.

        It is made at the first look, below the study's `checkpoints`, which all machines that are to resume trials
        must see under the same path. It is removed when the trial ends, unless the trial is retried; that of a trial
        that stays paused is yours to remove.
        """
        path = self._session.checkpoint(self.number)
        path.mkdir(parents=True, exist_ok=True)
        self._has_checkpoint = True
        return path

    @property
    def relative_params(self) -> dict[str, Any]:
        """What the sampler proposed for all parameters known so far, whether the objective asks for them or not."""
        space = self._history.space
        return {name: space[name].decode(self._proposal[i]) for name, i in space.index.items()}

    def report(self, value: float | Sequence[float], step: int) -> None:
        """Tell how the trial is doing, so that a pruner can stop it and plots can show it.

        Args:
            value: The objective's value so far, and with several objectives a value for each; NaN and ±inf are
                allowed.
            step: Such as the epoch, ≥ 0. A second report at one step is ignored with a warning.

        Raises:
            TypeError: If `value` is not a number, or with several objectives no sequence of numbers.
            ValueError: If `step` is negative, or there are more or fewer values than objectives.
        """
        self._check_running("report")
        reported = _reported(value, self._history.n_objectives)
        try:
            step = int(step)
        except (TypeError, ValueError):
            raise TypeError(f"step must be an integer, got {step!r}.") from None
        if not 0 <= step < 2**63:
            raise ValueError(f"step must be ≥ 0 and below 2**63, got {step}.")
        if step in self._steps:
            warnings.warn(
                f"Trial {self.number} has already reported at step {step}; this report is ignored.",
                stacklevel=2,
            )
            return
        self._session.report(self, step, reported)

    def should_prune(self) -> bool:
        """Whether the pruner would stop the trial, given its reports; raise `hpo.TrialPruned` if so.

        Raises:
            NotImplementedError: If the study has several objectives, and its pruner works with one only.
        """
        self._check_running("should_prune")
        if not self._steps:
            return False
        return self._session.should_prune(self)

    def should_pause(self) -> bool:
        """Whether the trial should wait for its promotion, given its reports; raise `hpo.TrialPaused` if so.

        False with a pruner that ends trials rather than letting them wait.
        """
        self._check_running("should_pause")
        return bool(self._steps) and self._session.should_pause(self)

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Attach something to the trial.

        Args:
            key: A name.
            value: Anything that JSON can hold, up to 4 MiB of it; a study in memory takes any object.

        Raises:
            TypeError: If the storage cannot hold the value.
            ValueError: If it is too large.
        """
        self._check_running("set_user_attr")
        self._attributes[str(key)] = self._session.snapshot(value)

    def set_constraint(self, key: str, value: float) -> None:
        """Say how far the trial is from feasible in one respect: ≤ 0 is feasible.

        A second value for one key is ignored with a warning.

        Raises:
            ValueError: If the value is NaN.
            TypeError: If it is not a number.
        """
        self._check_running("set_constraint")
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"A constraint must be a number, got {value!r}.") from None
        if math.isnan(number):
            raise ValueError(f"The constraint {key!r} must not be NaN.")
        if key in self._constraints:
            warnings.warn(f"The constraint {key!r} is already set; this value is ignored.", stacklevel=2)
            return
        self._constraints[str(key)] = number

    def _reported(self, step: int, value: Report) -> None:
        if self._pruned is not None:
            self._asked = len(self._steps)
        self._answers.append(self._pruned)
        self._pruned = None
        self._steps.append(step)
        self._values.append(value)

    def curve(self) -> Curve:
        """The trial's own reports, as a pruner sees them."""
        return Curve.of(self.number, self._steps, self._values, self._history.signs.tolist(), self._asked)

    def _suggest(self, name: str, distribution: BaseDistribution) -> Any:
        before = self._distributions.get(name)
        if before is not None:
            return self._again(name, before, distribution)
        if self._told:
            self._check_running(f"suggest {name!r}")
        space = self._history.space
        column = space.index.get(name)
        if column is not None and space.distributions[column] is distribution and name not in self._fixed:
            value = distribution.decode(self._proposal[column])  # as nearly always
        else:
            value = self._choose(name, distribution, column)
        self._parameters[name] = value
        self._distributions[name] = distribution
        return value

    def _choose(self, name: str, distribution: BaseDistribution, column: int | None) -> Any:
        proposed = None if column is None else self._history.space.distributions[column]
        if proposed is not distribution:
            self._session.check(name, distribution)
        if name in self._fixed:
            return _fixed(name, self._fixed[name], distribution)
        if column is not None and proposed is not None:
            value = proposed.decode(self._proposal[column])
            if distribution.contains(value):
                return distribution.to_external_repr(distribution.to_internal_repr(value))
        if distribution.single():
            return distribution.decode(0.0)
        return self._session.sample(self, name, distribution)

    def _again(self, name: str, before: BaseDistribution, now: BaseDistribution) -> Any:
        if before is not now and before != now:
            check_distribution_compatibility(before, now, name)
            if isinstance(before, CategoricalDistribution) and isinstance(now, CategoricalDistribution):
                if before.tokens != now.tokens:
                    raise ValueError(
                        f"Trial {self.number} suggested {name!r} with the choices {before.choices!r} and now with "
                        f"{now.choices!r}; within one trial they must stay the same."
                    )
            else:
                warnings.warn(
                    f"Inconsistent parameter values: {name!r} was suggested as {before!r} and keeps its value, "
                    f"although it is now {now!r}.",
                    RuntimeWarning,
                    stacklevel=5,
                )
        return self._parameters[name]

    def _check_running(self, doing: str) -> None:
        if self._told:
            raise UpdateFinishedTrialError(f"Trial {self.number} has finished; it can no longer {doing}.")


def _reported(value: float | Sequence[float], n_objectives: int) -> Report:
    """A report as it is kept.

    Raises:
        TypeError, ValueError: If it is not what the study's objectives ask for.
    """
    if n_objectives == 1:
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise TypeError(f"A report must be a number, got {value!r} of type {type(value).__name__}.") from None
    try:
        if isinstance(value, str):
            raise TypeError
        values = tuple(map(float, value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(
            f"A report must be a sequence of {n_objectives} numbers, one for each objective, got {value!r}."
        ) from None
    if len(values) != n_objectives:
        raise ValueError(f"A report must have {n_objectives} values, one for each objective, got {value!r}.")
    return values


def _fixed(name: str, value: Any, distribution: BaseDistribution) -> Any:
    """A value that was given from outside; out of range it counts all the same, of another kind it does not."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.to_external_repr(distribution.to_internal_repr(value))
    try:
        number = distribution.to_external_repr(distribution.to_internal_repr(value))
    except (TypeError, ValueError):
        raise ValueError(f"{name!r} was fixed at {value!r}, which is not a number as {distribution!r} needs.") from None
    if not distribution.contains(number):
        warnings.warn(
            f"{name!r} was fixed at {value!r}, which does not lie in {distribution!r}; it is used all the same.",
            stacklevel=6,
        )
    return number
