"""Colours, marks and words of a plotly figure, as matplotlib takes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_rgba

from hpo.visualization.theme import SEQUENTIAL

__all__ = ["DASHES", "POINTS", "Colour", "colour", "colours", "marker", "numbers", "plain"]

Colour = tuple[float, float, float, float]

POINTS = 0.75
"""Points of a pixel."""

DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}

_SYMBOLS = {
    "circle": "o",
    "diamond": "D",
    "line-ns": "|",
    "square": "s",
    "star": "*",
    "triangle-right": ">",
    "x-thin": "x",
}
_LARGER = {"*": 1.4}  # a star of matplotlib fills less of its size
_UNFILLED = ("x", "|")


def colour(text: str) -> Colour:
    """A colour such as "#0072B2", "black" or "rgba(0,114,178,0.5)"."""
    if not text.startswith("rgba("):
        return to_rgba(text)
    red, green, blue, alpha = (float(part) for part in text[5:-1].split(","))
    return red / 255, green / 255, blue / 255, alpha


def colours(scale: Sequence[tuple[float, str]] | None, *, is_reversed: bool = False) -> Colormap:
    """A colour scale; None for that of the template."""
    stops = [(float(at), colour(text)) for at, text in scale or SEQUENTIAL]
    found = LinearSegmentedColormap.from_list("hpo", stops)
    return found.reversed() if is_reversed else found


def marker(of: Any) -> dict[str, Any]:
    """The arguments of `Axes.scatter` for the marker of a trace, but for colours that are numbers."""
    symbol = of.symbol or "circle"
    shape = _SYMBOLS[symbol.removesuffix("-open")]
    size = POINTS * float(of.size or 6) * _LARGER.get(shape, 1.0)
    style: dict[str, Any] = {"marker": shape, "s": size**2, "alpha": of.opacity}
    if shape in _UNFILLED:
        return style | {"c": [colour(of.color)], "linewidths": 1.2}
    if symbol.endswith("-open"):
        return style | {"facecolors": "none", "edgecolors": [colour(of.color)], "linewidths": 1.0}
    edge = {
        "edgecolors": [colour(of.line.color)] if of.line.color else "none",
        "linewidths": POINTS * (of.line.width or 0),
    }
    return style | edge | ({"c": [colour(of.color)]} if isinstance(of.color, str) else {})


def plain(text: str | None) -> str:
    """The words of a text with marks for browsers; nothing in it is read as a formula."""
    words = re.sub(r"</?b>", "", (text or "").replace("<br>", "\n"))
    return unescape(words).replace("$", r"\$")


def numbers(values: Any) -> Any:
    """A column as floating point numbers, NaN for gaps."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
