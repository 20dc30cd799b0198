"""The `suggest_*` methods, which every kind of trial shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from hpo.caution import deprecated, warn
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    categorical_distribution,
    float_distribution,
    int_distribution,
    normal_distribution,
)

__all__ = ["BaseTrial", "Suggestions", "check_given"]


def check_given(shown: str, value: Any, distribution: BaseDistribution) -> None:
    """Warn of a value from outside that does not lie in its range; it is used all the same.

    Args:
        shown: What has this value, for the warning.
        value: Of the parameter.
        distribution: As which the objective asks for it.

    Raises:
        ValueError: If it is none of the choices.
    """
    if distribution.contains(value):
        return
    if isinstance(distribution, CategoricalDistribution):
        distribution.to_internal_repr(value)  # raises, and names the choices
    warn(f"{shown} does not lie in {distribution!r}; it is used all the same.")


class Suggestions(ABC):
    """Turns the words of an objective into distributions; subclasses say where the values come from."""

    __slots__ = ()

    @abstractmethod
    def suggest(self, name: str, distribution: BaseDistribution) -> Any:
        """The value of a parameter, which lies in the distribution unless it was fixed from outside."""

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """A number in [low, high], both inclusive.

        Args:
            name: Of the parameter; the same name in one trial gives the same value again.
            low, high: Bounds; between trials they may change.
            step: Only low, low + step, low + 2·step, …
            log: Search on a logarithmic scale, as suits learning rates; may be combined with `step`.

        Raises:
            ValueError: If low > high, step ≤ 0, or low ≤ 0 with `log`.
            DistributionMismatchError: If the name was used before as something else.
        """
        value: float = self.suggest(name, float_distribution(low, high, step, log))
        return value

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """An integer in [low, high], both inclusive; the arguments are those of `suggest_float`."""
        value: int = self.suggest(name, int_distribution(low, high, step, log))
        return value

    def suggest_categorical(
        self,
        name: str,
        choices: Sequence[Any],
        *,
        weights: Sequence[float] | None = None,
        ordered: bool = False,
    ) -> Any:
        """One of the choices.

        Args:
            name: Of the parameter.
            choices: Anything that JSON can hold, lists and dicts too; between trials some may come or go.
            weights: How probable each choice is before anything is known, up to a factor; equal by default.
            ordered: The choices have an order, such as "small", "medium", "large".
        """
        return self.suggest(name, categorical_distribution(choices, weights, ordered))

    def suggest_normal(
        self,
        name: str,
        mean: float,
        std: float,
        *,
        low: float | None = None,
        high: float | None = None,
        log: bool = False,
        step: float | None = None,
        integer: bool = False,
    ) -> float:
        """A number that is believed to lie around `mean`.

        Args:
            name: Of the parameter.
            mean, std: Of the value, or of its logarithm with `log`.
            low, high: Bounds of the value, inclusive; None for none.
            log: Lognormal: values are positive.
            step: Only multiples of `step`, counted from `low` (from 0 without one).
            integer: The value is an `int`; in steps of 1 unless `step` says otherwise.
        """
        value: float = self.suggest(name, normal_distribution(mean, std, low, high, log, step, integer))
        return value

    def suggest_uniform(self, name: str, low: float, high: float) -> float:
        """Deprecated: `suggest_float(name, low, high)`."""
        deprecated("suggest_uniform", "suggest_float(name, low, high)")
        return self.suggest_float(name, low, high)

    def suggest_loguniform(self, name: str, low: float, high: float) -> float:
        """Deprecated: `suggest_float(name, low, high, log=True)`."""
        deprecated("suggest_loguniform", "suggest_float(name, low, high, log=True)")
        return self.suggest_float(name, low, high, log=True)

    def suggest_discrete_uniform(self, name: str, low: float, high: float, q: float) -> float:
        """Deprecated: `suggest_float(name, low, high, step=q)`."""
        deprecated("suggest_discrete_uniform", "suggest_float(name, low, high, step=q)")
        return self.suggest_float(name, low, high, step=q)


BaseTrial = Suggestions
"""Optuna's name for what all trials are, for annotations and `isinstance`."""
