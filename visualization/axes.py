"""Axes as plotly wants them, with ticks that stay readable in narrow panels."""

from __future__ import annotations

import math
from html import unescape
from typing import Any

from hpo.visualization.parameters import Parameter
from hpo.visualization.scale import Scale
from hpo.visualization.text import distinct, powers, short

__all__ = ["log_ticks", "narrow_axis", "parameter_axis", "value_axis"]


def parameter_axis(parameter: Parameter, *, n_ticks: int = 6, longest: int = 18) -> dict[str, Any]:
    """The axis of a parameter with about `n_ticks` ticks; of up to twice as many categories all have one.

    Args:
        longest: Characters of the name of a category.
    """
    low, high = parameter.span
    axis: dict[str, Any] = {"range": [low, high], "title": {"text": short(parameter.name, 32)}}
    if parameter.kind == "category":
        labels = distinct([unescape(label) for label in parameter.labels], longest)
        stride = -(-len(labels) // n_ticks) if len(labels) > 2 * n_ticks else 1
        return axis | {
            "type": "linear",
            "tickmode": "array",
            "tickvals": list(range(0, len(labels), stride)),
            "ticktext": labels[::stride],
            "showgrid": False,
        }
    if parameter.kind == "log":
        return axis | _log(low, high, n_ticks)
    if parameter.is_integer:
        first, last = math.ceil(low), math.floor(high)
        if last - first < n_ticks:
            return axis | {"type": "linear", "tickmode": "array", "tickvals": list(range(first, last + 1))}
    return axis | {"type": "linear", "nticks": n_ticks, "exponentformat": "power"}


def narrow_axis(parameter: Parameter) -> dict[str, Any]:
    """The axis of a parameter below a panel a hundred pixels wide, whose name stands above it."""
    axis = parameter_axis(parameter, n_ticks=4, longest=12) | {"title": None}
    if parameter.kind == "category" and sum(map(len, axis["ticktext"])) > 14:
        axis["tickangle"] = 35
    return axis


def value_axis(scale: Scale, title: str, *, n_ticks: int = 8) -> dict[str, Any]:
    """The axis of an objective's values."""
    axis: dict[str, Any] = {"title": {"text": short(title, 44)}, "range": [scale.low, scale.high]}
    if scale.is_log:
        return axis | _log(scale.low, scale.high, n_ticks)
    return axis | {"type": "linear", "nticks": n_ticks, "exponentformat": "power"}


def _log(low: float, high: float, n_ticks: int) -> dict[str, Any]:
    ticks = log_ticks(low, high, n_ticks)
    return {"type": "log", "tickmode": "array", "tickvals": ticks, "ticktext": [powers(tick) for tick in ticks]}


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between 10**low and 10**high, at most `most` of them and two if there are any.

    Powers of ten, every second, third, … one where there are too many, and numbers such as 2 and 5 between them
    where there are too few.

    Example:
        >>> log_ticks(-3.0, 0.0, 5)
        [0.001, 0.01, 0.1, 1.0]
        >>> log_ticks(0.0, 1.0, 5)
        [1.0, 2.0, 5.0, 10.0]
    """
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 2:
        stride = next(s for s in range(1, 1000) if (last - first) // s < most)
        return [float(f"1e{exponent}") for exponent in range(first, last + 1) if exponent % stride == 0]
    for digits in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3)):
        every = [float(f"{d}e{k}") for k in range(math.floor(low), last + 1) for d in digits]
        ticks = [tick for tick in every if low - 1e-9 <= math.log10(tick) <= high + 1e-9]
        if len(ticks) <= most:
            break
    if len(ticks) >= 2:
        return ticks
    return _linear_ticks(10.0**low, 10.0**high, most)


def _linear_ticks(low: float, high: float, most: int) -> list[float]:
    """Multiples of a round step; for logarithmic axes that span less than a factor of two."""
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (factor * step) <= most)
    return [float(f"{k * step:.12g}") for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
