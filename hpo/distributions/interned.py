"""The constructors that `suggest_*` call: one object for equal arguments, so that comparing is a matter of identity."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from hpo.distributions.categorical import CategoricalDistribution
from hpo.distributions.floats import FloatDistribution
from hpo.distributions.integers import IntDistribution
from hpo.distributions.normal import NormalDistribution

__all__ = ["categorical_distribution", "float_distribution", "int_distribution", "normal_distribution"]

_LISTS = frozenset({list, tuple})
_SCALARS = frozenset({bool, int, float, str, type(None)})


@lru_cache(maxsize=8192)
def float_distribution(low: float, high: float, step: float | None, log: bool) -> FloatDistribution:
    """The one `FloatDistribution` with these arguments."""
    return FloatDistribution(low, high, log, step)


@lru_cache(maxsize=8192)
def int_distribution(low: int, high: int, step: int, log: bool) -> IntDistribution:
    """The one `IntDistribution` with these arguments."""
    return IntDistribution(low, high, log, step)


@lru_cache(maxsize=8192)
def normal_distribution(
    mean: float,
    std: float,
    low: float | None,
    high: float | None,
    log: bool,
    step: float | None,
    integer: bool = False,
) -> NormalDistribution:
    """The one `NormalDistribution` with these arguments."""
    return NormalDistribution(mean, std, low, high, log, step, integer)


def categorical_distribution(
    choices: Sequence[Any], weights: Sequence[float] | None, ordered: bool
) -> CategoricalDistribution:
    """The one `CategoricalDistribution` with these arguments, where the choices are plain scalars."""
    if type(choices) not in _LISTS:
        return CategoricalDistribution(choices, weights, ordered)
    types = tuple(map(type, choices))
    if weights is not None or not _SCALARS.issuperset(types):
        return CategoricalDistribution(choices, weights, ordered)
    return _categorical(tuple(choices), types, ordered)


@lru_cache(maxsize=8192)
def _categorical(choices: tuple[Any, ...], types: tuple[type, ...], ordered: bool) -> CategoricalDistribution:
    del types  # in the cache's key because True == 1 == 1.0
    return CategoricalDistribution(choices, None, ordered)
