"""What a parameter may be, and how its values become coded values and back.

A **coded** value is what samplers work on: for numbers u in [0, 1], uniform under the distribution's prior
(linear, logarithmic or normal scale); for categories the index of the choice. Because the prior is a change of
variable, every sampler honours it.

Continuous values are rounded to about 14 significant digits, so that a coded value and its value map to each
other exactly although floating point does not.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, final

import numpy as np

from hpo.arrays import JSON, Array
from hpo.exceptions import DistributionMismatchError
from hpo.scales import LinearScale, LogScale, NormalScale, Scale

__all__ = [
    "BaseDistribution",
    "CategoricalDistribution",
    "FloatDistribution",
    "IntDistribution",
    "NormalDistribution",
    "categorical_distribution",
    "check_distribution_compatibility",
    "distribution_from_dict",
    "distribution_to_dict",
    "distribution_to_json",
    "float_distribution",
    "int_distribution",
    "json_to_distribution",
    "normal_distribution",
    "token",
]

_MOST_CELLS = 2**20
_LARGEST_INT = 2**53  # a larger one does not survive as a float64, which columns and databases use


class BaseDistribution(ABC):
    """The domain of one parameter and the prior over it."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What must stay the same for a name within a study, as a word."""

    @property
    @abstractmethod
    def cardinality(self) -> float:
        """Number of different values; infinite for continuous ones."""

    @abstractmethod
    def contains(self, value: Any) -> bool:
        """Whether `value` can be suggested."""

    @abstractmethod
    def encode(self, values: Array) -> Array:
        """Coded values of internal values, shape (n,); NaN where a value lies outside of the domain.

        The internal value of a number is the number, that of a category its index.
        """

    @abstractmethod
    def decode(self, u: float) -> Any:
        """The nearest value to a coded value."""

    @abstractmethod
    def draw(self, u: float) -> float:
        """The coded value at probability `u` in [0, 1) under the prior."""

    @abstractmethod
    def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
        """The value as a float: the number itself, or the index of the choice."""

    @abstractmethod
    def to_external_repr(self, param_value_in_internal_repr: float) -> Any:
        """The value that the user sees."""

    def single(self) -> bool:
        """Whether there is only one value."""
        return self.cardinality == 1

    def _contains(self, param_value_in_internal_repr: float) -> bool:
        return not math.isnan(float(self.encode(np.array([param_value_in_internal_repr]))[0]))

    def _asdict(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]


class _NumericDistribution(BaseDistribution):
    """A scale, perhaps with a grid of values laid over it."""

    low: float | int | None
    high: float | int | None
    log: bool
    step: float | int | None

    @property
    @abstractmethod
    def _scale(self) -> Scale: ...

    @property
    @abstractmethod
    def _digits(self) -> int:
        """Decimals to which values are rounded."""

    @property
    def _ends(self) -> tuple[float, float]:
        return (
            -math.inf if self.low is None else self.low,
            math.inf if self.high is None else self.high,
        )

    @cached_property
    def _anchor(self) -> float:
        """A value of the grid."""
        return 0.0 if self.low is None else self.low

    @property
    def cardinality(self) -> float:
        low, high = self._ends
        if low == high:
            return 1
        if self.step is None or math.isinf(high - low):
            return math.inf
        return round((high - low) / self.step) + 1

    def contains(self, value: Any) -> bool:
        if isinstance(value, str):
            return False
        try:
            return math.isfinite(value) and self._contains(float(value))
        except (TypeError, ValueError, OverflowError):
            return False

    def encode(self, values: Array) -> Array:
        low, high = self._ends
        inside = (values >= low) & (values <= high)
        if self.step is not None:
            steps = (values - self._anchor) / self.step
            with np.errstate(invalid="ignore"):
                inside &= np.abs(steps - np.rint(steps)) < 1e-8 * np.maximum(1.0, np.abs(steps))
        coded = np.full(values.shape, 0.5) if low == high else self._scale.forward(np.asarray(values, dtype=np.float64))
        return np.where(inside, np.clip(coded, 0.0, 1.0), np.nan)

    @cached_property
    def edges(self) -> Array | None:
        """Ends of the cells of the values, in coded values, shape (cardinality + 1,), from 0 to 1.

        None for continuous parameters and those of more than 2**20 values.
        """
        if self.step is None or self.single():
            return None
        low, high = float(self.decode(0.0)), float(self.decode(1.0))
        cells = round((high - low) / self.step) + 1
        if cells > _MOST_CELLS:
            return None
        ends = np.arange(1, cells, dtype=np.float64) - 0.5
        inner = self._scale.forward(low + ends * self.step)
        return np.concatenate([[0.0], inner, [1.0]])

    def draw(self, u: float) -> float:
        return u

    def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
        return float(param_value_in_external_repr)

    def _snapped(self, value: float) -> float:
        """The nearest value of the grid within the bounds."""
        low, high = self._ends
        if self.step is not None and math.isfinite(value):
            value = self._anchor + round((value - self._anchor) / self.step) * self.step
        return min(max(round(value, self._digits), low), high)


@final
@dataclass(frozen=True)
class FloatDistribution(_NumericDistribution):
    """Numbers in [low, high], uniform or log-uniform, perhaps in steps.

    Args:
        low, high: Bounds, inclusive. `high` is lowered to the last multiple of `step`.
        log: Uniform in log x; needs low > 0.
        step: Only low, low + step, low + 2·step, …; together with `log` these values get the probability
            of their cells on the log scale.

    Example:
        >>> FloatDistribution(1e-5, 1e-1, log=True).decode(0.5)
        0.001
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        low, high, log, step = _checked(self, self.low, self.high, self.log, self.step)
        if log and low <= 0:
            raise ValueError(f"low must be > 0 with log=True, got {low!r}.")
        _freeze(self, low=low, high=high, log=log, step=step)

    @property
    def kind(self) -> str:
        return "float on a log scale" if self.log else "float"

    @cached_property
    def _scale(self) -> Scale:
        return _cells(self.low, self.high, self.step, self.log)

    @cached_property
    def _digits(self) -> int:
        if self.step is not None:
            return _decimals(self.low, self.step)
        return _significant(max(abs(self.low), abs(self.high)))

    @cached_property
    def _scale_of_digits(self) -> float:
        """10**digits where it is exact, so that an integer over it is the float nearest to the decimal; else 0."""
        return 10.0**self._digits if 0 <= self._digits <= 22 else 0.0

    @cached_property
    def is_plain(self) -> bool:
        """Whether coding is the linear map from [low, high] to [0, 1] and nothing else."""
        return not self.log and self.step is None and self.low < self.high

    @cached_property
    def _format(self) -> str:
        """On a log scale, as many significant digits as coding resolves: 13, fewer where the logarithm is large."""
        low, high = math.log(self.low), math.log(self.high)
        error = 4 * sys.float_info.epsilon * max(abs(low), abs(high), high - low, 1.0)
        return f".{min(13, math.floor(-math.log10(error)))}g"

    def decode(self, u: float) -> float:
        if self.step is not None:
            return self._snapped(self._scale.inverse(u))
        if self.log:
            value = float(format(self._scale.inverse(u), self._format))
        else:  # the most frequent case, so without the detour over the scale
            value = self.low + u * (self.high - self.low)
            scale = self._scale_of_digits
            value = round(value * scale) / scale if scale else round(value, self._digits)
        return self.low if value < self.low else self.high if value > self.high else value

    def to_external_repr(self, param_value_in_internal_repr: float) -> float:
        return float(param_value_in_internal_repr)


@final
@dataclass(frozen=True)
class IntDistribution(_NumericDistribution):
    """Integers in [low, high], uniform or log-uniform, perhaps in steps.

    Args:
        low, high: Bounds, inclusive; fractions are cut off. `high` is lowered to the last multiple of `step`.
        log: Each integer gets the probability of its cell on the log scale; needs low ≥ 1.
        step: Only low, low + step, low + 2·step, ….
    """

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        step = _integer(self.step, "step")
        low, high = _integer(self.low, "low"), _integer(self.high, "high")
        if max(abs(low), abs(high)) > _LARGEST_INT:
            raise ValueError(
                f"Integers are exact up to ±2**53, got {low!r} to {high!r}; suggest a smaller range and shift it."
            )
        _, adjusted, log, _ = _checked(self, low, high, self.log, step)
        if log and low < 1:
            raise ValueError(f"low must be ≥ 1 with log=True, got {low!r}.")
        _freeze(self, low=low, high=int(adjusted), log=log, step=step)

    @property
    def kind(self) -> str:
        return "int on a log scale" if self.log else "int"

    @cached_property
    def _scale(self) -> Scale:
        return _cells(self.low, self.high, self.step, self.log)

    @cached_property
    def _digits(self) -> int:
        return 0

    def decode(self, u: float) -> int:
        value = self.low + round((self._scale.inverse(u) - self.low) / self.step) * self.step
        return self.low if value < self.low else self.high if value > self.high else value

    def to_external_repr(self, param_value_in_internal_repr: float) -> int:
        return int(param_value_in_internal_repr)


@final
@dataclass(frozen=True)
class NormalDistribution(_NumericDistribution):
    """Numbers that are believed to lie around `mean`: normal, lognormal, truncated, quantised.

    Args:
        mean, std: Of x, or of log x where `log` is True; std > 0.
        low, high: Bounds of x, inclusive; None for none.
        log: Lognormal: log x ~ N(mean, std²).
        step: Only multiples of `step`, counted from `low` (from 0 without one).

    Example:
        >>> NormalDistribution(mean=0.0, std=1.0).decode(0.5)
        0.0
        >>> NormalDistribution(mean=3.0, std=10.0, low=0.0, high=8.0, step=2.0).decode(1.0)
        8.0
    """

    mean: float
    std: float
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        mean, std = _number(self.mean, "mean"), _number(self.std, "std")
        if std <= 0:
            raise ValueError(f"std must be > 0, got {std!r}.")
        low = None if self.low is None else _number(self.low, "low")
        high = None if self.high is None else _number(self.high, "high")
        step = None if self.step is None else _number(self.step, "step")
        if step is not None and step <= 0:
            raise ValueError(f"step must be > 0, got {step!r}.")
        if low is not None and high is not None:
            low, high, _, _ = _checked(self, low, high, self.log, step)
        elif high is not None and step is not None:
            high = _on_grid(type(self).__name__, 0.0, high, step)
        if self.log:
            low = 0.0 if low is None and step is None else low
            if high is not None and high <= 0:
                raise ValueError(f"A lognormal is positive, so high must be > 0, got {high!r}.")
        _freeze(self, mean=mean, std=std, low=low, high=high, log=bool(self.log), step=step)
        if not self.single() and not self._scale.mass > 1e-280:
            raise ValueError(f"{self!r} has no probability between low and high; widen the bounds or move the mean.")

    @property
    def kind(self) -> str:
        return "lognormal" if self.log else "normal"

    @cached_property
    def _scale(self) -> NormalScale:
        low, high = self._ends
        half = 0.0 if self.step is None else self.step / 2
        return NormalScale(self.mean, self.std, low - half, high + half, self.log)

    @cached_property
    def _digits(self) -> int:
        if self.step is not None:
            return _decimals(self._anchor, self.step)
        return _significant(abs(self.mean) + 8 * self.std)

    def decode(self, u: float) -> float:
        value = self._scale.inverse(u)
        if self.log and self.step is None:
            value = float(f"{value:.13g}")
            return min(max(value, self._ends[0]), self._ends[1])
        return self._snapped(value)

    def to_external_repr(self, param_value_in_internal_repr: float) -> float:
        return float(param_value_in_internal_repr)


@final
@dataclass(frozen=True, eq=False)
class CategoricalDistribution(BaseDistribution):
    """One of a few choices.

    Args:
        choices: Anything that JSON can hold, told apart by value and type: `True` is not `1`, and a tuple
            is the same as a list. Other objects work in memory only and are told apart by their `repr`.
        weights: Prior probability of each choice, up to a factor; equal by default.
        ordered: The choices have an order, which numeric models may use.
    """

    choices: tuple[Any, ...]
    weights: tuple[float, ...] | None = None
    ordered: bool = False

    def __init__(self, choices: Sequence[Any], weights: Sequence[float] | None = None, ordered: bool = False) -> None:
        if isinstance(choices, str) or not isinstance(choices, (Sequence, np.ndarray)):
            raise TypeError(f"choices must be a sequence such as a list, got {choices!r}.")
        if len(choices) == 0:
            raise ValueError("choices must not be empty.")
        if weights is not None:
            weights = tuple(_number(w, "weights") for w in weights)
            if len(weights) != len(choices) or min(weights) < 0 or sum(weights) <= 0:
                raise ValueError(
                    f"weights must be {len(choices)} numbers ≥ 0, one per choice and not all 0, got {weights!r}."
                )
        _freeze(self, choices=tuple(choices), weights=weights, ordered=bool(ordered))
        if len(set(self.opaque)) < len(self.opaque):
            raise ValueError(
                f"Two choices that JSON cannot hold have one repr, {self.opaque!r}; use their names as choices."
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CategoricalDistribution):
            return NotImplemented
        return (self.tokens, self.weights, self.ordered) == (other.tokens, other.weights, other.ordered)

    def __hash__(self) -> int:
        return hash((self.tokens, self.weights, self.ordered))

    @property
    def kind(self) -> str:
        return "categorical"

    @property
    def cardinality(self) -> int:
        return len(self.choices)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The identity of each choice: its canonical JSON."""
        return tuple(token(choice) for choice in self.choices)

    @cached_property
    def opaque(self) -> list[str]:
        """The choices that JSON cannot hold, as shown."""
        return [t for t in self.tokens if t.startswith("<")]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {t: i for i, t in reversed(list(enumerate(self.tokens)))}  # of equal choices the first

    @cached_property
    def _cumulative(self) -> list[float]:
        weights = self.weights or (1.0,) * len(self.choices)
        return [w / sum(weights) for w in accumulate(weights)]

    def contains(self, value: Any) -> bool:
        return token(value) in self._index

    def encode(self, values: Array) -> Array:
        with np.errstate(invalid="ignore"):
            inside = (values >= 0) & (values < len(self.choices)) & (values == np.floor(values))
        return np.where(inside, values, np.nan)

    def decode(self, u: float) -> Any:
        return self.choices[min(max(int(u), 0), len(self.choices) - 1)]

    def draw(self, u: float) -> float:
        if self.weights is None:
            return float(int(u * len(self.choices)))
        return float(min(bisect_right(self._cumulative, u), len(self.choices) - 1))

    def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
        try:
            return float(self._index[token(param_value_in_external_repr)])
        except KeyError:
            raise ValueError(f"{param_value_in_external_repr!r} is not in the choices {self.choices!r}.") from None

    def to_external_repr(self, param_value_in_internal_repr: float) -> Any:
        return self.choices[int(param_value_in_internal_repr)]


def token(choice: Any) -> str:
    """The identity of a choice: equal for equal values of one type, different for `1`, `1.0`, `True` and `"1"`."""
    if choice is None or type(choice) in (bool, int, str):
        return json.dumps(choice)
    try:
        return json.dumps(choice, sort_keys=True, default=_plain)
    except (TypeError, ValueError):
        return f"<{choice!r}>"


@lru_cache(maxsize=8192)
def float_distribution(low: float, high: float, step: float | None, log: bool) -> FloatDistribution:
    """The one `FloatDistribution` with these arguments, so that comparing is a matter of identity."""
    return FloatDistribution(low, high, log, step)


@lru_cache(maxsize=8192)
def int_distribution(low: int, high: int, step: int, log: bool) -> IntDistribution:
    """The one `IntDistribution` with these arguments."""
    return IntDistribution(low, high, log, step)


@lru_cache(maxsize=8192)
def normal_distribution(
    mean: float, std: float, low: float | None, high: float | None, log: bool, step: float | None
) -> NormalDistribution:
    """The one `NormalDistribution` with these arguments."""
    return NormalDistribution(mean, std, low, high, log, step)


def categorical_distribution(
    choices: Sequence[Any], weights: Sequence[float] | None, ordered: bool
) -> CategoricalDistribution:
    """The one `CategoricalDistribution` with these arguments, where the choices are plain scalars."""
    types = tuple(map(type, choices))
    if weights is not None or not _SCALARS.issuperset(types):
        return CategoricalDistribution(choices, weights, ordered)
    return _categorical(tuple(choices), types, ordered)


@lru_cache(maxsize=8192)
def _categorical(choices: tuple[Any, ...], types: tuple[type, ...], ordered: bool) -> CategoricalDistribution:
    del types  # in the cache's key because True == 1 == 1.0
    return CategoricalDistribution(choices, None, ordered)


_SCALARS = frozenset({bool, int, float, str, type(None)})

_KINDS: dict[str, type[BaseDistribution]] = {
    kind.__name__: kind for kind in (FloatDistribution, IntDistribution, CategoricalDistribution, NormalDistribution)
}
_SHORT = {
    "float": "FloatDistribution",
    "int": "IntDistribution",
    "categorical": "CategoricalDistribution",
    "normal": "NormalDistribution",
}


def distribution_to_json(dist: BaseDistribution) -> str:
    """The distribution as a JSON object with its `name` and `attributes`."""
    return json.dumps(distribution_to_dict(dist), default=_plain)


def distribution_to_dict(dist: BaseDistribution) -> dict[str, Any]:
    """The same object before it becomes text."""
    attributes = dist._asdict()
    if isinstance(dist, CategoricalDistribution):
        attributes = {"choices": dist.choices}
        if dist.weights is not None:
            attributes["weights"] = dist.weights
        if dist.ordered:
            attributes["ordered"] = True
    return {"name": type(dist).__name__, "attributes": attributes}


def json_to_distribution(json_str: str) -> BaseDistribution:
    """The distribution that `distribution_to_json` wrote.

    Also reads the short form `{"type": "float", "low": 0, "high": 1}`.
    """
    return distribution_from_dict(json.loads(json_str))


def distribution_from_dict(data: Mapping[str, JSON]) -> BaseDistribution:
    """The distribution that a decoded JSON object describes, in either form."""
    if "type" in data:
        attributes = {key: value for key, value in data.items() if key != "type"}
        name = _SHORT.get(data["type"], data["type"])
    else:
        name, attributes = data.get("name"), dict(data.get("attributes", {}))
    kind = _KINDS.get(str(name))
    if kind is None:
        raise ValueError(f"Unknown kind of distribution {name!r}; known are {sorted(_KINDS)} and {sorted(_SHORT)}.")
    return kind(**attributes)


def check_distribution_compatibility(
    dist_old: BaseDistribution, dist_new: BaseDistribution, name: str | None = None
) -> None:
    """Raise `DistributionMismatchError` unless both are of one kind and scale; ranges, steps and choices may differ."""
    if dist_old.kind != dist_new.kind:
        which = "A parameter" if name is None else f"The parameter {name!r}"
        raise DistributionMismatchError(
            f"{which} that was suggested as {dist_old!r} cannot become {dist_new!r}: a name keeps its kind "
            "and scale within a study. Use another name."
        )


def _cells(low: float, high: float, step: float | None, log: bool) -> Scale:
    """The scale over [low, high], which reaches half a cell beyond both ends where values are stepped."""
    if step is not None and log:
        # The half cell below `low` mirrors the one above it in log x; low - step / 2 may be negative.
        low, high = low / (1 + step / (2 * low)), high + step / 2
    elif step is not None:
        low, high = low - step / 2, high + step / 2
    return LogScale(low, high) if log else LinearScale(low, high)


def _checked(
    dist: BaseDistribution, low: float, high: float, log: bool, step: float | None
) -> tuple[float, float, bool, float | None]:
    low, high = _number(low, "low"), _number(high, "high")
    if low > high:
        raise ValueError(f"low must be ≤ high, got low={low!r} and high={high!r}.")
    if math.isinf(high - low):
        raise ValueError(f"The range from {low!r} to {high!r} is wider than a float can hold; narrow it.")
    if step is None:
        return low, high, bool(log), None
    step = _number(step, "step")
    if step <= 0:
        raise ValueError(f"step must be > 0, got {step!r}.")
    return low, _on_grid(type(dist).__name__, low, high, step), bool(log), step


def _on_grid(name: str, low: float, high: float, step: float) -> float:
    """`high`, lowered to the last multiple of `step` above `low`; in decimal arithmetic, as people write numbers."""
    if abs(high - low) / step > 2 * _LARGEST_INT:
        raise ValueError(f"step={step} divides [{low}, {high}] into more values than a float can tell apart.")
    exact_low, exact_high, exact_step = Decimal(str(low)), Decimal(str(high)), Decimal(str(step))
    rest = (exact_high - exact_low) % exact_step
    if rest == 0:
        return high
    adjusted = float(exact_high - rest - (exact_step if rest < 0 else 0))
    warnings.warn(
        f"The range [{low}, {high}] of {name} is not divisible by step={step}; high becomes {adjusted}.",
        UserWarning,
        stacklevel=6,
    )
    return adjusted


def _number(value: Any, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}.") from None
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}.")
    return number


def _integer(value: Any, name: str) -> int:
    _number(value, name)
    return int(value)


def _decimals(*values: float) -> int:
    """Decimals that write all of the values exactly, as people write them."""
    exponents = (Decimal(str(value)).as_tuple().exponent for value in values)
    return max(0, *(-e for e in exponents if isinstance(e, int)))


def _significant(largest: float) -> int:
    """Decimals that leave 15 significant digits of `largest`: the finest grid that coding resolves."""
    return 15 if largest == 0 else 14 - math.floor(math.log10(largest))


def _plain(value: Any) -> Any:
    """NumPy's scalars as Python's, for JSON."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"JSON cannot hold {value!r}.")


def _freeze(dist: BaseDistribution, **attributes: Any) -> None:
    for name, value in attributes.items():
        object.__setattr__(dist, name, value)
