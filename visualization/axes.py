"""Axes as plotly wants them, with ticks that stay readable in narrow panels."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from html import unescape
from typing import Any

from hpo.visualization.parameters import Parameter
from hpo.visualization.scale import Scale
from hpo.visualization.text import distinct, short, ticks_in_words

__all__ = ["counting_axis", "log_ticks", "narrow_axis", "parameter_axis", "round_ticks", "ticked", "value_axis"]

_NARROW = 4  # ticks that a small panel has room for; plotly's own choice would often be one or two
_FEW = 6  # ticks of values in a small panel
_FEWEST = 3  # ticks; of two nobody reads a scale


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
    if n_ticks <= _NARROW:
        return axis | {"type": "linear", **ticked(round_ticks(low, high, whole=parameter.is_integer))}
    return axis | {"type": "linear", "nticks": n_ticks, "exponentformat": "power"}


def narrow_axis(parameter: Parameter) -> dict[str, Any]:
    """The axis of a parameter below a panel a hundred pixels wide, whose name stands above it."""
    axis = parameter_axis(parameter, n_ticks=_NARROW, longest=15) | {"title": None}
    if parameter.kind == "category" and sum(map(len, axis["ticktext"])) > 14:
        axis["tickangle"] = 35
    return axis


def value_axis(scale: Scale, title: str, *, n_ticks: int = 8) -> dict[str, Any]:
    """The axis of an objective's values."""
    axis: dict[str, Any] = {"title": {"text": short(title, 44)}, "range": [scale.low, scale.high]}
    if scale.is_log:
        return axis | _log(scale.low, scale.high, n_ticks)
    if n_ticks <= _FEW:
        return axis | {"type": "linear", **ticked(round_ticks(scale.low, scale.high))}
    return axis | {"type": "linear", "nticks": n_ticks, "exponentformat": "power"}


def counting_axis(low: float, high: float, title: str) -> dict[str, Any]:
    """The axis of trials or steps, a little wider than these, so that no mark at an end is cut."""
    margin = max(0.02 * (high - low), 0.5)
    axis: dict[str, Any] = {"title": {"text": title}, "range": [low - margin, high + margin]}
    few = high - low <= 10
    return axis | {"tickformat": "d", **({"tick0": 0, "dtick": 1} if few else {"nticks": 9})}


def ticked(ticks: Sequence[float]) -> dict[str, Any]:
    """An axis with these ticks, all written in one form."""
    return {"tickmode": "array", "tickvals": list(ticks), "ticktext": ticks_in_words(ticks)}


def _log(low: float, high: float, n_ticks: int) -> dict[str, Any]:
    return {"type": "log", **ticked(log_ticks(low, high, n_ticks))}


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between 10**low and 10**high: about `most`, and three at least.

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
        stride = min(stride, (last - first) // (_FEWEST - 1))
        begin = max(range(first, first + stride), key=lambda e: ((last - e) // stride, e % stride == 0))
        return [float(f"1e{exponent}") for exponent in range(begin, last + 1, stride)]
    for digits in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3)):
        every = [float(f"{d}e{k}") for k in range(math.floor(low), last + 1) for d in digits]
        ticks = [tick for tick in every if low - 1e-9 <= math.log10(tick) <= high + 1e-9]
        if _FEWEST <= len(ticks) <= most:
            return ticks
    return round_ticks(10.0**low, 10.0**high)


def round_ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Multiples of a round step from low to high: three to six, fewer only if they are to be whole numbers.

    Example:
        >>> round_ticks(0.1, 0.9)
        [0.25, 0.5, 0.75]
        >>> round_ticks(0.5, 2.5, whole=True)
        [1.0, 2.0]
    """
    if high <= low:
        return [low]
    if high - low < sys.float_info.min:  # whose parts floats cannot tell apart
        return [low, high]
    power = math.floor(math.log10(max(high - low, 1.0) if whole else high - low))
    for step in (float(f"{digits}e{power - k}") for k in range(4) for digits in (5, 2.5, 2, 1)):
        if whole and step != round(step):
            continue
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 >= _FEWEST or (whole and step == 1.0):
            return [float(f"{k * step:.12g}") for k in range(first, last + 1)]
    return [low, high]
