"""What may be written for a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpo.dimensions.choices import choices_of
from hpo.dimensions.dimension import Dimension
from hpo.dimensions.foreign import ForeignChoices, ForeignRange, FrozenRandomVariable
from hpo.dimensions.frozen import frozen
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

__all__ = ["read_dimension"]

_PRIORS = {"uniform": False, "log-uniform": True, "loguniform": True}


def read_dimension(name: str, given: Any) -> Dimension:
    """A parameter, from whatever a user wrote for it.

    * A distribution of `hpo.distributions`, or a frozen one of `scipy.stats`.
    * `[a, b, c]`, or an array: one of these.
    * `range(1, 10, 2)`: an integer of it.
    * `(low, high)` and `(low, high, "log-uniform")`: a number in [low, high], an integer if both are integers. Any
      other tuple is like a list.
    * A dimension of scikit-optimize.

    Raises:
        TypeError, ValueError: In one sentence that names the parameter, what was expected and what came.
    """
    try:
        dimension = _read(given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Parameter {name!r}: {error}") from None
    if dimension is None:
        raise TypeError(f"Parameter {name!r}: {_refusal(given)}")
    return dimension


def _read(given: Any) -> Dimension | None:
    if isinstance(given, CategoricalDistribution):
        return Dimension(given, choices=tuple(given.choices))
    if isinstance(given, BaseDistribution):
        return Dimension(given)
    if isinstance(given, range):
        return _integers(given)
    if isinstance(given, tuple):
        return _tuple(given)
    if isinstance(given, np.ndarray):
        return choices_of(_elements(given))
    if isinstance(given, Sequence) and not isinstance(given, (str, bytes, bytearray)):
        return choices_of(given)
    if isinstance(given, FrozenRandomVariable):
        return frozen(given)
    if isinstance(given, ForeignRange):
        whole = np.dtype(given.dtype).kind in "iu"
        return _numbers(given.low, given.high, _is_log(given.prior), whole=whole, name=given.name)
    if isinstance(given, ForeignChoices):
        return choices_of(given.categories, given.prior, name=given.name)
    return None


def _integers(given: range) -> Dimension:
    if len(given) == 0:
        raise ValueError(f"expected a range with numbers in it, got {given!r}.")
    return Dimension(IntDistribution(min(given), max(given), step=abs(given.step)))


def _tuple(given: tuple[Any, ...]) -> Dimension:
    if len(given) < 2 or not (_is_number(given[0]) and _is_number(given[1])):
        return choices_of(given)
    low, high, *more = given
    whole = all(isinstance(bound, (int, np.integer)) for bound in (low, high))
    match more:
        case []:
            return _numbers(low, high, log=False, whole=whole)
        case [str(prior)] | [str(prior), int()]:  # with the base of the logarithm, which changes nothing
            return _numbers(low, high, _is_log(prior), whole=whole)
    return choices_of(given)


def _numbers(low: float, high: float, log: bool, *, whole: bool, name: str | None = None) -> Dimension:
    if whole:
        return Dimension(IntDistribution(int(low), int(high), log), name=name)
    return Dimension(FloatDistribution(float(low), float(high), log), name=name)


def _is_log(prior: str) -> bool:
    if prior not in _PRIORS:
        raise ValueError(f"expected 'uniform' or 'log-uniform' behind the bounds, got {prior!r}.")
    return _PRIORS[prior]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _elements(given: np.ndarray[Any, Any]) -> list[Any]:
    if given.ndim != 1:
        raise ValueError(f"expected an array with one axis, got one of shape {given.shape}.")
    return list(given)


def _refusal(given: Any) -> str:
    if given is None or isinstance(given, (str, bytes, int, float, complex, np.generic)):
        return f"expected values to choose from, got {given!r} alone; write [{given!r}] for a fixed value."
    if isinstance(given, (set, frozenset)):
        return f"expected a list, got {given!r}, whose order is another one in each process; write sorted(…) around it."
    return (
        "expected a distribution of hpo.distributions, a frozen one of scipy.stats such as norm(0, 1), a list of "
        'choices, a range, or a tuple such as (0.1, 10.0, "log-uniform"), '
        f"got {given!r} of type {type(given).__name__}."
    )
