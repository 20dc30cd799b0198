"""Optuna's older names of distributions, each a word for one of today's."""

from __future__ import annotations

from hpo.caution import deprecated
from hpo.distributions.floats import FloatDistribution
from hpo.distributions.integers import IntDistribution

__all__ = [
    "DiscreteUniformDistribution",
    "IntLogUniformDistribution",
    "IntUniformDistribution",
    "LogUniformDistribution",
    "UniformDistribution",
]


def UniformDistribution(low: float, high: float) -> FloatDistribution:  # noqa: N802 - a class in Optuna
    """Deprecated: `FloatDistribution(low, high)`."""
    deprecated("UniformDistribution", "FloatDistribution(low, high)")
    return FloatDistribution(low, high)


def LogUniformDistribution(low: float, high: float) -> FloatDistribution:  # noqa: N802
    """Deprecated: `FloatDistribution(low, high, log=True)`."""
    deprecated("LogUniformDistribution", "FloatDistribution(low, high, log=True)")
    return FloatDistribution(low, high, log=True)


def DiscreteUniformDistribution(low: float, high: float, q: float) -> FloatDistribution:  # noqa: N802
    """Deprecated: `FloatDistribution(low, high, step=q)`."""
    deprecated("DiscreteUniformDistribution", "FloatDistribution(low, high, step=q)")
    return FloatDistribution(low, high, step=q)


def IntUniformDistribution(low: int, high: int, step: int = 1) -> IntDistribution:  # noqa: N802
    """Deprecated: `IntDistribution(low, high, step=step)`."""
    deprecated("IntUniformDistribution", "IntDistribution(low, high, step=step)")
    return IntDistribution(low, high, step=step)


def IntLogUniformDistribution(low: int, high: int, step: int = 1) -> IntDistribution:  # noqa: N802
    """Deprecated: `IntDistribution(low, high, log=True)`."""
    deprecated("IntLogUniformDistribution", "IntDistribution(low, high, log=True)")
    return IntDistribution(low, high, log=True, step=step)
