"""Trials as records: what a study shows of its trials, and what `add_trial` takes."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from numbers import Integral
from typing import Any, final

from hpo.arrays import JSON
from hpo.distributions import BaseDistribution
from hpo.events import TrialError, TrialState
from hpo.history import History
from hpo.history.finished import Finished
from hpo.moments import local_time
from hpo.near import missing
from hpo.numbers import real
from hpo.trial.suggest import Suggestions, check_given

__all__ = ["CONSTRAINTS", "FrozenTrial", "check_trial", "constraint_name", "copied", "create_trial"]

CONSTRAINTS = "constraints"
"""System attribute that shows the values of a trial's constraints, for scripts that look there."""

_LOADED_LATER = frozenset(
    {
        "_values",
        "constraints",
        "datetime_complete",
        "datetime_start",
        "distributions",
        "error",
        "intermediate_values",
        "params",
        "state",
        "system_attrs",
        "user_attrs",
    }
)


@final
class FrozenTrial(Suggestions):
    """A trial as it stood at one moment. It is a copy: changing it changes no study.

    Attributes:
        number: Rank of the trial within its study, from 0.
        state: A `TrialState`.
        datetime_start, datetime_complete: Local times; None before the trial started or ended, and while it is paused.
        params, distributions: What was suggested, by name, in that order.
        user_attrs, system_attrs: What was attached.
        intermediate_values: Reports by step; with several objectives tuples.
        constraints: By name; feasible where ≤ 0.
        error: A `TrialError` with type, message and traceback if the trial failed.

    Example:
        >>> best = study.best_trial
        >>> best.number, best.value, best.params["x"], best.duration
        >>> objective(best)  # the value again, as a record suggests the parameters that it has
    """

    number: int
    state: TrialState
    datetime_start: datetime | None
    datetime_complete: datetime | None
    params: dict[str, Any]
    distributions: dict[str, BaseDistribution]
    user_attrs: dict[str, JSON]
    system_attrs: dict[str, JSON]
    intermediate_values: dict[int, Any]
    constraints: dict[str, float]
    error: TrialError | None
    _values: list[float] | None

    def __init__(
        self,
        number: int,
        state: TrialState,
        value: float | None,
        datetime_start: datetime | None,
        datetime_complete: datetime | None,
        params: dict[str, Any],
        distributions: dict[str, BaseDistribution],
        user_attrs: dict[str, JSON],
        system_attrs: dict[str, JSON],
        intermediate_values: Mapping[int, Any],
        trial_id: int | None = None,
        *,
        values: Sequence[float] | None = None,
        constraints: Mapping[str, float] | None = None,
        error: TrialError | None = None,
    ) -> None:
        if value is not None and values is not None:
            raise ValueError(f"Give value or values, not both, got {value!r} and {values!r}.")
        del trial_id  # a number is all the identity that a trial has here
        self.number = number
        self.state = state
        self.datetime_start = datetime_start
        self.datetime_complete = datetime_complete
        self.params = params
        self.distributions = distributions
        self.user_attrs = user_attrs
        self.system_attrs = system_attrs
        self.intermediate_values = dict(intermediate_values)
        self.constraints = dict(constraints or {})
        self.error = error
        self._values = [value] if value is not None else None if values is None else list(values)

    @classmethod
    def of_row(cls, history: History, row: int, number: int) -> FrozenTrial:
        """The trial of a row of a view, which never changes; it is read when a field of it is looked at."""
        trial = object.__new__(cls)
        trial.__dict__ = {"number": number, "_source": (history, row)}
        return trial

    @property
    def value(self) -> float | None:
        """The value of the only objective; None without one."""
        self._check_one_objective()
        return None if self._values is None else self._values[0]

    @value.setter
    def value(self, value: float | None) -> None:
        self._check_one_objective()
        self._values = None if value is None else [value]

    def _check_one_objective(self) -> None:
        if self._values is not None and len(self._values) > 1:
            raise RuntimeError("A trial of several objectives has `values`, not `value`.")

    @property
    def values(self) -> list[float] | None:
        """One value per objective; None without any."""
        return self._values

    @values.setter
    def values(self, values: Sequence[float] | None) -> None:
        self._values = None if values is None else list(values)

    @property
    def _trial_id(self) -> int:
        """The number; scripts hand on what Optuna calls so, from one record to the next."""
        return self.number

    @property
    def last_step(self) -> int | None:
        """The largest step that was reported at; None without reports."""
        return max(self.intermediate_values, default=None)

    @property
    def duration(self) -> timedelta | None:
        """From start to end; None for an unfinished trial."""
        if self.datetime_start is None or self.datetime_complete is None:
            return None
        return self.datetime_complete.astimezone(UTC) - self.datetime_start.astimezone(UTC)  # clocks are put back

    def duplicate(self) -> FrozenTrial:
        """A record of its own that says the same."""
        trial = object.__new__(FrozenTrial)
        attributes = ("user_attrs", "system_attrs")
        fields = self.__getstate__().items()
        trial.__dict__ = {name: copied(value) if name in attributes else copy.copy(value) for name, value in fields}
        return trial

    def report(self, value: float, step: int) -> None:
        """Do nothing, so that an objective can be run on a record."""

    def should_prune(self) -> bool:
        """False, so that an objective can be run on a record."""
        return False

    def should_pause(self) -> bool:
        """False, so that an objective can be run on a record."""
        return False

    @property
    def resume_step(self) -> int:
        """0, so that an objective can be run on a record."""
        return 0

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Change this record."""
        self.user_attrs[key] = value

    def set_constraint(self, key: str, value: float) -> None:
        """Change this record."""
        self.constraints[key] = float(value)

    def suggest(self, name: str, distribution: BaseDistribution) -> Any:
        """The value that the trial had, so that an objective can be run on a record.

        Raises:
            ValueError: If it had no such parameter, or its value is none of the choices; a number outside of the range
                is used, with a warning.
        """
        if name not in self.params:
            raise ValueError(f"Trial {self.number} has no parameter {name!r}, only {sorted(self.params)}.")
        value = self.params[name]
        check_given(f"{name}={value!r} of trial {self.number}", value, distribution)
        return value

    def __getattr__(self, name: str) -> Any:
        if name in _LOADED_LATER:
            self._load()  # or another thread has, since `name` was not found
            if name in self.__dict__:
                return self.__dict__[name]
        raise missing("'FrozenTrial' object", name, {*dir(type(self)), *_LOADED_LATER})

    def _load(self) -> None:
        source = self.__dict__.get("_source")
        if source is None:
            return
        history, row = source
        for field, value in _fields(history.finished(row)).items():
            self.__dict__.setdefault(field, value)  # not over what the user, or another thread, has set
        self.__dict__.pop("_source", None)

    def __getstate__(self) -> dict[str, Any]:
        self._load()
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FrozenTrial):
            return NotImplemented
        return self.__getstate__() == other.__getstate__()

    def __hash__(self) -> int:
        return hash((self.number, self.state, self.datetime_start))

    def __lt__(self, other: object) -> bool:
        return self.number < other.number if isinstance(other, FrozenTrial) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.number <= other.number if isinstance(other, FrozenTrial) else NotImplemented

    def _repr_html_(self) -> str:
        """How a notebook shows the trial."""
        from hpo.trial.notebook import trial_html

        return trial_html(self)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name.lstrip('_')}={value!r}" for name, value in self.__getstate__().items())
        return f"FrozenTrial({fields}, value=None)"  # which makes it an expression: `values` says it already


def _fields(trial: Finished) -> dict[str, Any]:
    return {
        "state": trial.state,
        "_values": None if trial.values is None else list(trial.values),
        "datetime_start": local_time(trial.start),
        "datetime_complete": local_time(trial.end) if trial.state.is_finished() else None,
        "params": trial.parameters,
        "distributions": dict(trial.space),
        "user_attrs": copied(trial.user_attrs) if trial.user_attrs else {},
        "system_attrs": copied(trial.system_attrs) | _shown(trial.constraints),
        "intermediate_values": dict(trial.reports),
        "constraints": dict(trial.constraints),
        "error": trial.error,
    }


def _shown(constraints: Mapping[str, float]) -> dict[str, JSON]:
    return {CONSTRAINTS: list(constraints.values())} if constraints else {}


def constraint_name(index: int) -> str:
    """What a constraint is called that has a place in a list and no name."""
    return f"constraint {index}"


def copied(attributes: Mapping[str, JSON]) -> dict[str, JSON]:
    """Attributes that can be changed without changing others; what cannot be copied, such as a lock, is shared."""
    return {key: _copied(value) for key, value in attributes.items()}


def _copied(value: JSON) -> JSON:
    if value is None or isinstance(value, (str, int, float)):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:  # of the user's own type, in memory
        return value


def create_trial(
    *,
    state: TrialState = TrialState.COMPLETE,
    value: float | None = None,
    values: Sequence[float] | None = None,
    params: dict[str, Any] | None = None,
    distributions: dict[str, BaseDistribution] | None = None,
    user_attrs: dict[str, JSON] | None = None,
    system_attrs: dict[str, JSON] | None = None,
    intermediate_values: Mapping[int, float | Sequence[float]] | None = None,
    constraints: dict[str, float] | None = None,
) -> FrozenTrial:
    """A record for `study.add_trial`, checked.

    Raises:
        TypeError: If a part is of another kind, such as a text for the state.
        ValueError: If parameters and distributions have different names, a parameter lies outside of its
            distribution, a complete trial lacks its value, or a constraint is NaN.

    Example:
        >>> distribution = hpo.distributions.FloatDistribution(0, 10)
        >>> trial = create_trial(params={"x": 2.0}, distributions={"x": distribution}, value=4.0)
    """
    _check_kinds(state, values, params=params, distributions=distributions, constraints=constraints)
    now = local_time(time.time())
    listed = (system_attrs or {}).get(CONSTRAINTS)
    if constraints is None and listed:
        constraints = {constraint_name(i): float(value) for i, value in enumerate(listed)}
    broken = [name for name, value in (constraints or {}).items() if real(value, f"The constraint {name!r}") != value]
    if broken:
        raise ValueError(f"A constraint must be a number, got NaN for {', '.join(map(repr, broken))}.")
    trial = FrozenTrial(
        number=-1,
        state=state,
        value=value,
        values=values,
        datetime_start=None if state is TrialState.WAITING else now,
        datetime_complete=now if state.is_finished() else None,
        params=dict(params or {}),
        distributions=dict(distributions or {}),
        user_attrs=dict(user_attrs or {}),
        system_attrs=dict(system_attrs or {}),
        intermediate_values=dict(intermediate_values or {}),
        constraints=constraints,
    )
    check_trial(trial)
    return trial


def _check_kinds(state: Any, values: Any, **by_name: Any) -> None:
    if not isinstance(state, TrialState):
        raise TypeError(f"state must be a TrialState such as TrialState.COMPLETE, got {state!r}.")
    if values is not None and (isinstance(values, (str, Mapping)) or not isinstance(values, Iterable)):
        raise TypeError(f"values must be a list of numbers, one per objective, got {values!r}; write value= for one.")
    for name, given in by_name.items():
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(f"{name} must be a dict with names as its keys, got {given!r}.")


def check_trial(trial: FrozenTrial) -> None:
    """Raise if the parts of a record contradict each other, or are none.

    Raises:
        TypeError: If a value is no number, or the step of a report no whole one.
        ValueError: If they contradict each other.
    """
    for value in trial.values or ():
        real(value, "value")
    for step in trial.intermediate_values:
        if not isinstance(step, Integral):
            raise TypeError(f"Steps of intermediate_values must be whole numbers, got {step!r}.")
    if trial.params.keys() != trial.distributions.keys():
        raise ValueError(
            f"params and distributions must have the same names, got {sorted(trial.params)} and "
            f"{sorted(trial.distributions)}."
        )
    for name, distribution in trial.distributions.items():
        if not distribution.contains(trial.params[name]):
            raise ValueError(f"{name}={trial.params[name]!r} does not lie in {distribution!r}.")
    if trial.datetime_start is None and trial.state is not TrialState.WAITING:
        raise ValueError(f"A trial that is {trial.state.name} needs a datetime_start.")
    if (trial.datetime_complete is not None) != trial.state.is_finished():
        needs = "needs a" if trial.state.is_finished() else "has no"
        raise ValueError(f"A trial that is {trial.state.name} {needs} datetime_complete.")
    if trial.state is TrialState.COMPLETE and trial.values is None:
        raise ValueError("A complete trial needs a value, or values for several objectives.")
    if trial.values is not None and any(value != value for value in trial.values):
        raise ValueError(f"values must not be NaN, got {trial.values!r}.")
    if trial.state is TrialState.FAIL and trial.values is not None:
        raise ValueError(f"A failed trial has no values, got {trial.values!r}.")
