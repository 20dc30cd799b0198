"""Keras Tuner's `hp`, which asks a trial: an existing `build_model(hp)` runs unchanged."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, final

from hpo.trial.suggest import Suggestions

__all__ = ["HyperParameters"]

_Sampling = Literal["linear", "log", "reverse_log"]


@final
class HyperParameters:
    """What `build_model(hp)` asks for its numbers and choices.

    All methods mean what they mean in Keras Tuner: a name that was asked for before gives the same value again; within
    a `conditional_scope` that is not active the value is None, and the study is not asked.

    Steps of "log" are factors, and the values an ordered choice. A study has no scale for "reverse_log": its parameter
    is what is left up to `min_value + max_value`, on a logarithmic scale, and called so, such as "1.09 - momentum".

    Args:
        trial: The objective's; None for the defaults, as `keras_tuner.HyperParameters()` has them.

    Attributes:
        values: What was asked for and is active, by name; `Fixed` values too.
        params: What a study keeps of that: `study.enqueue_trial(hp.params)` begins with the defaults.

    Example:
        >>> def build_model(hp):
        ...     return hp.Int("layers", 1, 3) + hp.Float("rate", 1e-4, 1e-1, sampling="log")
        >>> def objective(trial):
        ...     return build_model(HyperParameters(trial))
        >>> build_model(HyperParameters())
        1.0001
    """

    def __init__(self, trial: Suggestions | None = None) -> None:
        self.values: dict[str, Any] = {}
        self.params: dict[str, Any] = {}
        self._trial = trial
        self._known: set[str] = set()
        self._scopes: list[str] = []
        self._conditions: list[tuple[str, list[Any]]] = []

    def Int(  # noqa: N802 - what Keras Tuner calls it
        self,
        name: str,
        min_value: int,
        max_value: int,
        step: int | None = None,
        sampling: _Sampling | None = "linear",
        default: int | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """An integer from `min_value` to `max_value`, both inclusive."""
        with self._when(parent_name, parent_values):
            return self._number(name, "suggest_int", min_value, max_value, step or None, sampling, default)

    def Float(  # noqa: N802
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: _Sampling | None = "linear",
        default: float | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """A number from `min_value` to `max_value`, both inclusive."""
        with self._when(parent_name, parent_values):
            low, high = float(min_value), float(max_value)
            return self._number(name, "suggest_float", low, high, step, sampling, default)

    def Choice(  # noqa: N802
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """One of several values; numbers have an order unless `ordered` says otherwise."""
        with self._when(parent_name, parent_values):
            if not values:
                raise ValueError(f"values of {name!r} must not be empty.")
            is_numeric = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
            in_order = is_numeric if ordered is None else ordered
            return self._chosen(name, list(values), values[0] if default is None else default, ordered=in_order)

    def Boolean(  # noqa: N802
        self,
        name: str,
        default: bool = False,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """True or False."""
        with self._when(parent_name, parent_values):
            return self._chosen(name, [False, True], default, ordered=False)

    def Fixed(  # noqa: N802
        self, name: str, value: Any, parent_name: str | None = None, parent_values: Any = None
    ) -> Any:
        """A value that is not searched for."""
        with self._when(parent_name, parent_values):
            full = self._full(name)
            return self.values.setdefault(full, value) if self._is_active(full) else None

    @contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """What is asked for within has names that begin with `name` and a slash."""
        self._scopes.append(name)
        try:
            yield
        finally:
            self._scopes.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """What is asked for within is active where another parameter has one of these values.

        Raises:
            ValueError: If there is no such parameter yet.
        """
        full = self._full(parent_name)
        if full not in self._known:
            raise ValueError(f"The parameter {full!r} is not known; ask for it before its conditional_scope.")
        allowed = list(parent_values) if isinstance(parent_values, (list, tuple)) else [parent_values]
        self._conditions.append((full, allowed))
        try:
            yield
        finally:
            self._conditions.pop()

    def get(self, name: str) -> Any:
        """The value of a parameter that was asked for.

        Raises:
            KeyError: If it was not.
            ValueError: If it is not active.
        """
        full = self._full(name)
        if full in self.values:
            return self.values[full]
        if full in self._known:
            raise ValueError(f"The parameter {full!r} is not active.")
        raise KeyError(f"No parameter {full!r} was asked for; there are {', '.join(map(repr, self.values)) or 'none'}.")

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __contains__(self, name: str) -> bool:
        return self._full(name) in self.values

    def __repr__(self) -> str:
        return f"HyperParameters({self.values!r})"

    def _number(
        self, name: str, method: str, low: Any, high: Any, step: Any, sampling: _Sampling | None, default: Any
    ) -> Any:
        full = self._full(name)
        if not self._is_active(full):
            return None
        if full in self.values:
            return self.values[full]
        kind = (sampling or "linear").lower()
        default = low if default is None else default
        if kind not in ("linear", "log", "reverse_log"):
            raise ValueError(f"sampling of {full!r} must be 'linear', 'log' or 'reverse_log', got {sampling!r}.")
        if low > high:
            raise ValueError(f"min_value of {full!r} must be ≤ max_value, got {low!r} and {high!r}.")
        if kind == "linear":
            last = high if step is None else low + (high - low + 1e-9 * step) // step * step
            return self._ask(full, full, default, method, low, last, **({} if step is None else {"step": step}))
        if low <= 0:
            raise ValueError(f"sampling={kind!r} of {full!r} needs min_value > 0, got {low!r}.")
        mirror = low + high if kind == "reverse_log" else None
        if step is not None:
            values = _powers(full, low, high, step)
            values = values if mirror is None else [mirror - value for value in reversed(values)]
            return self._ask(full, full, default, "suggest_categorical", values, ordered=True)
        if mirror is None:
            return self._ask(full, full, default, method, low, high, log=True)
        stored = f"{mirror:.12g} - {full}"
        return self._ask(full, stored, default, method, low, high, mirror=mirror, log=True)

    def _chosen(self, name: str, values: list[Any], default: Any, *, ordered: bool) -> Any:
        full = self._full(name)
        if not self._is_active(full):
            return None
        if full in self.values:
            return self.values[full]
        if default not in values:
            raise ValueError(f"The default of {full!r} must be one of {values!r}, got {default!r}.")
        return self._ask(full, full, default, "suggest_categorical", values, ordered=ordered)

    def _ask(
        self, full: str, stored: str, default: Any, method: str, *given: Any, mirror: Any = None, **options: Any
    ) -> Any:
        """Ask the trial, or take the default, and keep the value."""
        if self._trial is None:
            value = default
            self.params[stored] = value if mirror is None else mirror - value
        else:
            asked = self.params[stored] = getattr(self._trial, method)(stored, *given, **options)
            value = asked if mirror is None else mirror - asked
        self.values[full] = value
        return value

    def _is_active(self, full: str) -> bool:
        self._known.add(full)
        return all(parent in self.values and self.values[parent] in allowed for parent, allowed in self._conditions)

    def _full(self, name: str) -> str:
        return "/".join([*self._scopes, str(name)])

    @contextmanager
    def _when(self, parent_name: str | None, parent_values: Any) -> Iterator[None]:
        if parent_name is None:
            yield
            return
        with self.conditional_scope(parent_name, parent_values):
            yield


def _powers(name: str, low: Any, high: Any, factor: float) -> list[Any]:
    """low, low·factor, low·factor², … up to high."""
    if factor <= 1:
        raise ValueError(f"step of {name!r} is a factor with a logarithmic sampling and must be > 1, got {factor!r}.")
    n = int(math.log(high / low, factor) + 1e-8) + 1
    return [low * factor**i for i in range(n)]
