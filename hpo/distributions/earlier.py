"""Optuna's names for what is called otherwise here, or was called otherwise before version 3."""

from __future__ import annotations

from hpo.arrays import JSON
from hpo.caution import deprecated
from hpo.distributions.base import BaseDistribution
from hpo.distributions.categorical import CategoricalDistribution
from hpo.distributions.floats import FloatDistribution
from hpo.distributions.integers import IntDistribution
from hpo.distributions.normal import NormalDistribution

__all__ = [
    "DISTRIBUTION_CLASSES",
    "CategoricalChoiceType",
    "DiscreteUniformDistribution",
    "IntLogUniformDistribution",
    "IntUniformDistribution",
    "LogUniformDistribution",
    "UniformDistribution",
]

CategoricalChoiceType = JSON
"""What a choice may be, for annotations."""

DISTRIBUTION_CLASSES: tuple[type[BaseDistribution], ...] = (
    FloatDistribution,
    IntDistribution,
    CategoricalDistribution,
    NormalDistribution,
)
"""All kinds of distributions, for `isinstance`."""


def UniformDistribution(low: float, high: float) -> FloatDistribution:  # noqa: N802 - as it was a class
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
