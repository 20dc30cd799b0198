"""Frozen distributions of scipy.stats: the same prior as one of ours, or the quantile of any other one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hpo.dimensions.dimension import Dimension
from hpo.dimensions.foreign import FrozenRandomVariable
from hpo.distributions import BaseDistribution, FloatDistribution, IntDistribution, NormalDistribution

__all__ = ["frozen"]

_TAIL = 1e-4


def frozen(variable: FrozenRandomVariable) -> Dimension:
    """A parameter whose prior is a frozen distribution.

    `uniform`, `loguniform`, `randint`, `norm`, `truncnorm`, `halfnorm` and `lognorm` have their like. Of any other one
    the study keeps the quantile, between 0.0001 and 0.9999, under the parameter's name with " (quantile)" behind it.
    """
    distribution = _like(variable)
    if distribution is not None:
        return Dimension(distribution)
    from scipy.stats import rv_discrete

    number: type[float] = int if isinstance(variable.dist, rv_discrete) else float
    return Dimension(
        FloatDistribution(_TAIL, 1 - _TAIL),
        decode=lambda quantile: number(variable.ppf(quantile)),
        encode=lambda value: min(max(float(variable.cdf(value)), _TAIL), 1 - _TAIL),
        suffix=" (quantile)",
    )


def _like(variable: FrozenRandomVariable) -> BaseDistribution | None:
    """The distribution of hpo's that says the same; None if none does."""
    shapes, loc, scale = _arguments(variable)
    match variable.dist.name, shapes:
        case "uniform", ():
            return FloatDistribution(loc, loc + scale)
        case (("loguniform" | "reciprocal"), (low, high)) if loc == 0:
            return FloatDistribution(low * scale, high * scale, log=True)
        case "randint", (low, high):
            return IntDistribution(int(low + loc), int(high + loc) - 1)
        case "norm", ():
            return NormalDistribution(loc, scale)
        case "halfnorm", ():
            return NormalDistribution(loc, scale, low=loc)
        case "truncnorm", (low, high):
            return NormalDistribution(loc, scale, low=_finite(loc + low * scale), high=_finite(loc + high * scale))
        case "lognorm", (shape,) if loc == 0:
            return NormalDistribution(math.log(scale), shape, log=True)
    return None


def _arguments(variable: FrozenRandomVariable) -> tuple[tuple[float, ...], float, float]:
    """Shapes, location and scale, however they were given."""
    shapes, loc, scale = variable.dist._parse_args(*variable.args, **variable.kwds)
    return tuple(map(_number, shapes)), _number(loc), _number(scale)


def _number(value: Any) -> float:
    if np.ndim(value):
        raise ValueError(f"expected a frozen distribution with one number for each argument, got {value!r}.")
    return value if isinstance(value, int) else float(value)


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
