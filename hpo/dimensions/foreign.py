"""How what other libraries call dimensions and distributions is recognised: by its shape, so that none is imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

__all__ = ["ForeignChoices", "ForeignRange", "FrozenRandomVariable"]


@runtime_checkable
class FrozenRandomVariable(Protocol):
    """What `scipy.stats.uniform(0, 1)` is."""

    args: tuple[Any, ...]
    kwds: dict[str, Any]
    dist: Any

    def ppf(self, q: float) -> Any:
        """The quantile at a probability."""
        ...

    def cdf(self, x: Any) -> Any:
        """The probability up to a value."""
        ...


@runtime_checkable
class ForeignRange(Protocol):
    """What `Real(0.1, 10, prior="log-uniform")` and `Integer(1, 5)` of scikit-optimize are."""

    low: float
    high: float
    prior: str
    dtype: Any
    name: str | None


@runtime_checkable
class ForeignChoices(Protocol):
    """What `Categorical(["a", "b"])` of scikit-optimize is."""

    categories: Sequence[Any]
    prior: Sequence[float] | None
    name: str | None
