"""A trial without a study, to try an objective with given parameters."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, final

from hpo.arrays import JSON
from hpo.distributions import BaseDistribution
from hpo.trial.suggest import Suggestions, check_given

__all__ = ["FixedTrial"]


@final
class FixedTrial(Suggestions):
    """Gives an objective the parameters that you say.

    Args:
        params: By name.
        number: What `trial.number` shows.

    Raises:
        TypeError: If `params` is no dict.
        ValueError: When the objective asks for a parameter that is not among them, or for choices of which the value is
            none; a number outside of its range is used, with a warning.

    Example:
        >>> def objective(trial):
        ...     return trial.suggest_float("x", -5, 5) ** 2
        >>> objective(FixedTrial({"x": 1.5}))
        2.25
    """

    def __init__(self, params: dict[str, Any], number: int = 0) -> None:
        if not isinstance(params, Mapping):
            raise TypeError(f"params must be a dict of values by name, got {params!r} of type {type(params).__name__}.")
        self.number = number
        self.datetime_start = datetime.now()
        self._given = dict(params)
        self._params: dict[str, Any] = {}
        self._distributions: dict[str, BaseDistribution] = {}
        self._user_attrs: dict[str, JSON] = {}
        self._constraints: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"FixedTrial({self._given!r}, number={self.number})"

    @property
    def params(self) -> dict[str, Any]:
        """What has been suggested so far."""
        return dict(self._params)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """As what it has been suggested, by name."""
        return dict(self._distributions)

    @property
    def user_attrs(self) -> dict[str, JSON]:
        """What has been attached so far."""
        return dict(self._user_attrs)

    @property
    def constraints(self) -> dict[str, float]:
        """The constraints that have been set so far, by name."""
        return dict(self._constraints)

    def report(self, value: float | Sequence[float], step: int) -> None:
        """Do nothing."""

    def should_prune(self) -> bool:
        """False."""
        return False

    def should_pause(self) -> bool:
        """False."""
        return False

    @property
    def resume_step(self) -> int:
        """0."""
        return 0

    @property
    def checkpoint_dir(self) -> Path:
        """A directory that lasts as long as this trial."""
        return self._scratch

    @cached_property
    def _scratch(self) -> Path:
        import shutil
        import tempfile

        path = tempfile.mkdtemp(prefix="hpo-")
        weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
        return Path(path)

    def set_user_attr(self, key: str, value: JSON) -> None:
        """Attach something to this trial; nothing is stored."""
        self._user_attrs[key] = value

    def set_constraint(self, key: str, value: float) -> None:
        """Say how far the trial is from feasible in one respect: ≤ 0 is feasible."""
        self._constraints[key] = float(value)

    def suggest(self, name: str, distribution: BaseDistribution) -> Any:
        """The value that was given for a parameter.

        Raises:
            ValueError: If none was given, or it is none of the choices; a number outside of the range is used, with a
                warning.
        """
        if name not in self._given:
            raise ValueError(
                f"The objective asks for {name!r}, which is not among the fixed parameters {sorted(self._given)}."
            )
        value = self._given[name]
        check_given(f"{name}={value!r}", value, distribution)
        self._params[name] = value
        self._distributions[name] = distribution
        return value
