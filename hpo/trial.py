"""A running trial, as an objective sees it."""

from __future__ import annotations

import math
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Any, final

from hpo.arrays import JSON
from hpo.columns import RunningTrial
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    check_distribution_compatibility,
)
from hpo.events import TrialError, TrialState
from hpo.exceptions import UpdateFinishedTrialError
from hpo.fixed import FixedTrial
from hpo.frozen import FrozenTrial, create_trial
from hpo.history import Curve, History
from hpo.suggest import Suggestions

if TYPE_CHECKING:
    from hpo.session import Session
    from hpo.study import Study

__all__ = ["FixedTrial", "FrozenTrial", "Trial", "TrialError", "TrialState", "create_trial"]


@final
class Trial(Suggestions):
    """One run of the objective: gives it parameters, takes its reports and attributes.

    Made by `study.ask()` and `study.optimize()`. Nothing is written until it reports or ends.

    Attributes:
        study: The study it belongs to.
        number: Rank among the study's trials, from 0.
    """

    __slots__ = (
        "_answers",
        "_attributes",
        "_constraints",
        "_deferred",
        "_distributions",
        "_fixed",
        "_history",
        "_known",
        "_parameters",
        "_proposal",
        "_pruned",
        "_session",
        "_start",
        "_steps",
        "_told",
        "_values",
        "number",
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
        self._told = False

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
    def relative_params(self) -> dict[str, Any]:
        """What the sampler proposed for all parameters known so far, whether the objective asks for them or not."""
        space = self._history.space
        return {name: space[name].decode(self._proposal[i]) for name, i in space.index.items()}

    def report(self, value: float, step: int) -> None:
        """Tell how the trial is doing, so that a pruner can stop it and plots can show it.

        Args:
            value: The objective's value so far; NaN and ±inf are allowed.
            step: Such as the epoch, ≥ 0. A second report at one step is ignored with a warning.

        Raises:
            TypeError: If `value` is not a number.
            ValueError: If `step` is negative.
            NotImplementedError: If the study has several objectives.
        """
        self._check_running("report")
        if len(self.study.directions) > 1:
            raise NotImplementedError(
                "report works with one objective; a study of several cannot say which value a report means."
            )
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"A report must be a number, got {value!r} of type {type(value).__name__}.") from None
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
        self._session.report(self, step, number)

    def should_prune(self) -> bool:
        """Whether the pruner would stop the trial, given its reports; raise `hpo.TrialPruned` if so.

        Raises:
            NotImplementedError: If the study has several objectives.
        """
        self._check_running("should_prune")
        if len(self.study.directions) > 1:
            raise NotImplementedError("should_prune works with one objective.")
        if not self._steps:
            return False
        return self._session.should_prune(self)

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

    def _reported(self, step: int, value: float) -> None:
        self._answers.append(self._pruned)
        self._pruned = None
        self._steps.append(step)
        self._values.append(value)

    def curve(self) -> Curve:
        """The trial's own reports, as a pruner sees them."""
        sign = float(self._history.signs[0])
        return Curve(self.number, tuple(self._steps), tuple(sign * value for value in self._values))

    def _suggest(self, name: str, distribution: BaseDistribution) -> Any:
        before = self._distributions.get(name)
        if before is not None:
            return self._again(name, before, distribution)
        if self._told:
            self._check_running(f"suggest {name!r}")
        value = self._choose(name, distribution)
        self._parameters[name] = value
        self._distributions[name] = distribution
        return value

    def _choose(self, name: str, distribution: BaseDistribution) -> Any:
        space = self._history.space
        column = space.index.get(name)
        proposed = None if column is None else space.distributions[column]
        if proposed is not distribution:
            self._session.check(name, distribution)
        if name in self._fixed:
            return _fixed(name, self._fixed[name], distribution)
        if column is not None and proposed is not None:
            value = proposed.decode(self._proposal[column])
            if proposed is distribution:
                return value
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
