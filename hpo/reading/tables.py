"""Values and tables as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

from hpo.distributions import BaseDistribution, CategoricalDistribution, NormalDistribution
from hpo.words import shown

__all__ = ["Text", "describe", "table"]


@final
class Text(str):
    """Text that a notebook and the prompt show as it is to be read."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table with a line under its head; columns of numbers are aligned to the right."""
    from tabulate import tabulate

    cells = [[shown(value) for value in row] for row in rows]
    align = ["right" if all(map(_is_number, column)) else "left" for column in zip(*rows, strict=True)]
    return tabulate(cells, [shown(name) for name in columns], "simple", disable_numparse=True, colalign=align or None)


def describe(distribution: BaseDistribution) -> tuple[str, str]:
    """The kind of a parameter and its domain, in words."""
    if isinstance(distribution, CategoricalDistribution):
        choices = ", ".join(
            shown(choice) if isinstance(choice, str) else repr(choice) for choice in distribution.choices
        )
        weights = f" (weights {', '.join(map(shown, distribution.weights))})" if distribution.weights else ""
        return "ordered" if distribution.ordered else "categorical", choices + weights
    low, high, step = (getattr(distribution, name) for name in ("low", "high", "step"))
    if isinstance(distribution, NormalDistribution):
        low = distribution.least
    domain = f"{'-∞' if low is None else shown(low)} … {'∞' if high is None else shown(high)}"
    whole = isinstance(step, int) or distribution.kind.endswith(" int")
    if step is not None and not (whole and step == 1):
        domain += f" in steps of {shown(step)}"
    if isinstance(distribution, NormalDistribution):
        domain += f" around {shown(distribution.mean)} ± {shown(distribution.std)}" + (
            " in log" if distribution.log else ""
        )
    return distribution.kind.replace(" on a log scale", ", log"), domain


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
