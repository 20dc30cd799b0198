"""Values and tables as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

from hpo.distributions import BaseDistribution, CategoricalDistribution, NormalDistribution
from hpo.words import shown

__all__ = ["Text", "describe", "show", "table"]


@final
class Text(str):
    """Text that a notebook and the prompt show as it is to be read."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def show(value: Any) -> str:
    """A value as a table shows it: numbers with six digits, text as it is, nothing for None."""
    return shown(value)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table with a line under its head; columns of numbers are aligned to the right."""
    from tabulate import tabulate

    cells = [[show(value) for value in row] for row in rows]
    align = ["right" if all(map(_is_number, column)) else "left" for column in zip(*rows, strict=True)]
    return tabulate(cells, [show(name) for name in columns], "simple", disable_numparse=True, colalign=align or None)


def describe(distribution: BaseDistribution) -> tuple[str, str]:
    """The kind of a parameter and its domain, in words."""
    if isinstance(distribution, CategoricalDistribution):
        choices = ", ".join(
            show(choice) if isinstance(choice, str) else repr(choice) for choice in distribution.choices
        )
        weights = f" (weights {', '.join(map(show, distribution.weights))})" if distribution.weights else ""
        return "ordered" if distribution.ordered else "categorical", choices + weights
    low, high, step = (getattr(distribution, name) for name in ("low", "high", "step"))
    if isinstance(distribution, NormalDistribution):
        low = distribution.least
    domain = f"{'-∞' if low is None else show(low)} … {'∞' if high is None else show(high)}"
    whole = isinstance(step, int) or distribution.kind.endswith(" int")
    if step is not None and not (whole and step == 1):
        domain += f" in steps of {show(step)}"
    if isinstance(distribution, NormalDistribution):
        domain += f" around {show(distribution.mean)} ± {show(distribution.std)}" + (
            " in log" if distribution.log else ""
        )
    return distribution.kind.replace(" on a log scale", ", log"), domain


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
