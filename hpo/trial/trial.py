"""A running trial, as an objective sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, final

from hpo.arrays import JSON, Report
from hpo.caution import warn
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    check_distribution_compatibility,
)
from hpo.events import EARLIER
from hpo.exceptions import UpdateFinishedTrialError
from hpo.history import Curve
from hpo.moments import local_time
from hpo.numbers import real, whole
from hpo.trial.live import LiveTrial
from hpo.trial.port import TrialPort, TrialStudy
from hpo.trial.suggest import Suggestions

__all__ = ["Trial", "live_of"]


@final
class Trial(Suggestions):
    """One run of the objective: gives it parameters, takes its reports and attributes.

    Made by `study.ask()` and `study.optimize()`. Nothing is written until it reports or ends. It pickles with its
    study, and goes on in another process that sees the study's storage. An objective may hang attributes of its own
    on it, for functions that it calls; what is to be stored is for `set_user_attr`.

    Attributes:
        study: The study it belongs to.
        number: Rank among the study's trials, from 0.
        resume_step: The step to go on from: 0 for a new trial, after a pause (or for a retry that inherits reports)
            the one after the largest step that was reported at.

    Example:
        >>> trial = study.ask()
        >>> x = trial.suggest_float("x", -10, 10)
        >>> study.tell(trial, x**2)
    """

    __slots__ = ("__dict__", "_live", "_port", "number", "resume_step", "study")

    def __init__(self, study: TrialStudy, port: TrialPort, live: LiveTrial) -> None:
        self.study = study
        self.number = live.record.number
        self.resume_step = live.resume_step
        self._port = port
        self._live = live

    def __reduce__(self) -> tuple[Any, ...]:
        return _adopted, (self.study, self._port, self._live), self.__dict__ or None

    def __repr__(self) -> str:
        return f"Trial(number={self.number}, params={self._live.parameters!r})"

    @property
    def _trial_id(self) -> int:
        """The number; scripts make names of files of what Optuna calls so."""
        return self.number

    @property
    def params(self) -> dict[str, Any]:
        """The parameters suggested so far, in that order."""
        return dict(self._live.parameters)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Their distributions."""
        return dict(self._live.distributions)

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What has been attached so far; a copy."""
        return dict(self._live.user_attrs)

    @property
    def system_attrs(self) -> dict[str, JSON]:
        """What hpo has attached to it: of a retry, which trials it retries."""
        return dict(self._live.record.system_attrs)

    @property
    def constraints(self) -> dict[str, float]:
        """The constraints that have been set so far, by name; at most 0 where they hold. A copy."""
        return dict(self._live.constraints)

    @property
    def datetime_start(self) -> datetime:
        """Local time at which the trial started."""
        return local_time(self._live.record.time)

    @property
    def checkpoint_dir(self) -> Path:
        """A directory of this trial, for what it needs to go on after a pause.

        It is made at the first look, below the study's `checkpoints`, which all machines that are to resume trials
        must see under the same path. It is removed when the trial ends, unless the trial is retried; that of a trial
        that stays paused is yours to remove.
        """
        path = self._port.checkpoint(self._live)
        path.mkdir(parents=True, exist_ok=True)
        self._live.has_checkpoint = True
        return path

    @property
    def relative_params(self) -> dict[str, Any]:
        """What the sampler proposed of the parameters known so far, whether the objective asks for them or not."""
        space, proposal = self._live.record.space, self._live.proposal
        return {name: space[name].decode(proposal[i]) for name, i in space.index.items() if proposal[i] == proposal[i]}

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
        reported = _reported(value, self._live.reports.n_objectives)
        step = step if type(step) is int else _step(step)
        if not 0 <= step < 2**63:
            raise ValueError(f"step must be ≥ 0 and below 2**63, got {step}.")
        if step in self._live.reports:
            warn(f"Trial {self.number} has already reported at step {step}; this report is ignored.")
            return
        self._port.report(self._live, step, reported)

    def should_prune(self) -> bool:
        """Whether the pruner would stop the trial, given its reports; raise `hpo.TrialPruned` if so.

        Raises:
            NotImplementedError: If the study has several objectives, and its pruner works with one only.
        """
        self._check_running("should_prune")
        return bool(self._live.reports) and self._port.should_prune(self._live)

    def should_pause(self) -> bool:
        """Whether the trial should wait for its promotion, given its reports; raise `hpo.TrialPaused` if so.

        False with a pruner that ends trials rather than letting them wait.
        """
        self._check_running("should_pause")
        return bool(self._live.reports) and self._port.should_pause(self._live)

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
        self._live.user_attrs[str(key)] = self._port.stored(value)

    def set_constraint(self, key: str, value: float) -> None:
        """Say how far the trial is from feasible in one respect: ≤ 0 is feasible.

        A second value for one key is ignored with a warning.

        Raises:
            ValueError: If the value is NaN.
            TypeError: If it is not a number.
        """
        self._check_running("set_constraint")
        number = real(value, f"The constraint {key!r}")
        if math.isnan(number):
            raise ValueError(f"The constraint {key!r} must not be NaN.")
        if key in self._live.constraints:
            warn(f"The constraint {key!r} is already set; this value is ignored.")
            return
        self._live.constraints[str(key)] = number

    def curve(self) -> Curve:
        """The trial's own reports, as a pruner sees them."""
        return self._live.reports.curve(self.number, asked=self._live.asked)

    def suggest(self, name: str, distribution: BaseDistribution) -> Any:
        """The value of a parameter: as it was queued, else as the sampler proposes it. Asked again, it stays the same.

        Raises:
            DistributionMismatchError: If the name was used before as something else.
            ValueError: If it was queued with a value that is none of the choices, or no number.
            UpdateFinishedTrialError: If the trial has ended.
        """
        live = self._live
        before = live.distributions.get(name)
        if before is not None:
            return self._again(name, before, distribution)
        if live.has_ended:
            self._check_running(f"suggest {name!r}")
        space = live.record.space
        column = space.index.get(name)
        if column is not None and space.distributions[column] is distribution and name not in live.apart:
            value = distribution.decode(live.proposal[column])  # as nearly always
        else:
            value = self._choose(name, distribution, column)
        live.parameters[name] = value
        live.distributions[name] = distribution
        return value

    def _choose(self, name: str, distribution: BaseDistribution, column: int | None) -> Any:
        live, fixed = self._live, self._live.record.fixed
        proposed = None if column is None else live.record.space.distributions[column]
        if proposed is not distribution:
            self._port.check(name, distribution)
        if name in fixed and EARLIER not in live.record.system_attrs:
            return _fixed(name, fixed[name], distribution)
        if name in fixed and not math.isnan(near := distribution.nearest(fixed[name])):
            return distribution.decode(near)
        if column is not None and proposed is not None and live.proposal[column] == live.proposal[column]:
            value = proposed.decode(live.proposal[column])
            if distribution.contains(value):
                return distribution.to_external_repr(distribution.to_internal_repr(value))
        if distribution.single():
            return distribution.decode(0.0)
        return self._port.sample(live, name, distribution)

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
                warn(
                    f"Inconsistent parameter values: {name!r} was suggested as {before!r} and keeps its value, "
                    f"although it is now {now!r}.",
                    RuntimeWarning,
                )
        return self._live.parameters[name]

    def _check_running(self, doing: str) -> None:
        if self._live.has_ended:
            raise UpdateFinishedTrialError(f"Trial {self.number} has finished; it can no longer {doing}.")


def live_of(trial: Trial) -> LiveTrial:
    """The data of a trial, for those who begin and end trials."""
    return trial._live


def _adopted(study: TrialStudy, port: TrialPort, live: LiveTrial) -> Trial:
    """A trial that comes from another process."""
    live.has_ended = not port.adopt(live)
    return Trial(study, port, live)


def _reported(value: float | Sequence[float], n_objectives: int) -> Report:
    """A report as it is kept.

    Raises:
        TypeError, ValueError: If it is not what the study's objectives ask for.
    """
    if n_objectives == 1:
        return _one(value)
    try:
        if isinstance(value, str):
            raise TypeError
        values = tuple(map(_one, value))  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"A report must be a sequence of {n_objectives} numbers, one for each objective, got {value!r}."
        ) from None
    if len(values) != n_objectives:
        raise ValueError(f"A report must have {n_objectives} values, one for each objective, got {value!r}.")
    return values


def _one(value: Any) -> float:
    """One number of a report; text counts if it is one, as Optuna has it."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    return real(value, "A report")


def _step(step: Any) -> int:
    """The step of a report, exactly."""
    try:
        return int(step) if isinstance(step, str) else whole(step, "step")
    except ValueError:
        if isinstance(step, str):
            raise TypeError(f"step must be an integer, got {step!r}.") from None
        raise ValueError(f"step must be a whole number, such as that of the epoch, got {step!r}.") from None


def _fixed(name: str, value: Any, distribution: BaseDistribution) -> Any:
    """A value that was given from outside; out of range it counts all the same, of another kind it does not."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.to_external_repr(distribution.to_internal_repr(value))
    try:
        given = distribution.to_internal_repr(value)
        number = distribution.to_external_repr(given)
    except (ValueError, OverflowError):
        raise ValueError(f"{name!r} was fixed at {value!r}, which is not a number as {distribution!r} needs.") from None
    if number != given:
        warn(f"{name!r} was fixed at {value!r}, which is no whole number as {distribution!r} needs; {number} is used.")
    if not distribution.contains(number):
        shown = value if number == given else number
        warn(f"{name!r} was fixed at {shown!r}, which does not lie in {distribution!r}; it is used all the same.")
    return number
