"""A picture of a figure, to look at until the browser has read plotly.js: the same points, axes and sizes."""

from __future__ import annotations

import base64
import html
import json
import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.visualization.states import BEST, FAILED, INFEASIBLE, PRUNED
from hpo.visualization.theme import BLUE, INK, translucent
from hpo.words import shown

__all__ = ["Line", "Points", "Sketch", "sketch_of"]

_NARROW = 46  # characters of a note that fit beside each other where plots.js makes figures narrow
_DIGIT, _DOT = 7.6, 3.8  # pixels
_BESIDE_TICKS = 36.6  # pixels for the marks and the name of the upright axis
_SHAPES = frozenset({"circle", *(mark.symbol for mark in (INFEASIBLE, PRUNED, FAILED, BEST))})
_ON_PAGE: Mapping[str, str] = {INK: "var(--ink)", translucent(BLUE, 0.8): "var(--complete)"}  # also in the dark


@final
@dataclass(frozen=True)
class Line:
    """A line: its name, its colour, and its corners as an SVG polyline wants them, in per cent."""

    name: str
    colour: str
    corners: str
    shape: str = "line"


@final
@dataclass(frozen=True)
class Points:
    """The points of a trace: their name, shape, size and colour, and where they stand from the left and from above."""

    name: str
    shape: str
    size: float
    colour: str
    places: tuple[tuple[float, float], ...]


@final
@dataclass(frozen=True)
class Sketch:
    """What a template needs; lengths in pixels, places on the axes in per cent.

    Args:
        title, note, narrow_note: Above the area; the note in lines, as wide and as narrow figures have them.
        height, top, left: Of the whole, and of what lies above the area and to the left of it.
        x_name, y_name: Of the axes.
        x_ticks, y_ticks: Where each tick stands, and what it says.
        lines, points: Of the traces, in their order.
        legend: The traces that it names.
    """

    title: str
    note: tuple[str, ...]
    narrow_note: tuple[str, ...]
    height: float
    top: float
    left: float
    x_name: str
    y_name: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    points: tuple[Points, ...]
    legend: tuple[Line | Points, ...]


def sketch_of(figure: bytes) -> Sketch | None:
    """The picture of a figure, given as JSON; None for one of other traces than points and lines between two axes."""
    parsed = json.loads(figure)
    traces, layout = parsed["data"], parsed["layout"]
    x, y = layout.get("xaxis", {}), layout.get("yaxis", {})
    is_plain = _is_known_axis(x) and _is_known_axis(y) and not {"xaxis2", "annotations", "shapes"} & layout.keys()
    if not traces or not is_plain or not all(map(_is_known, traces)):
        return None
    note = tuple(filter(None, html.unescape(layout["title"]["subtitle"]["text"]).split("<br>")))
    y_ticks = _ticks(y)
    drawn = [_points(one, x, y) if one["mode"] == "markers" else _line(one, x, y) for one in traces]
    return Sketch(
        html.unescape(layout["title"]["text"]),
        note,
        tuple(textwrap.wrap(" ".join(note), _NARROW)),
        layout["height"],
        layout["margin"]["t"],
        _BESIDE_TICKS + max((_width(words) for _, words in y_ticks), default=0.0),
        html.unescape(x["title"]["text"]),
        html.unescape(y["title"]["text"]),
        tuple(_ticks(x)),
        tuple((100.0 - place, words) for place, words in y_ticks),
        tuple(one for one in drawn if isinstance(one, Line)),
        tuple(one for one in drawn if isinstance(one, Points)),
        tuple(one for one, trace in zip(drawn, traces, strict=True) if _is_named(trace, layout)),
    )


def _is_known_axis(axis: Mapping[str, Any]) -> bool:
    """Whether an axis says where it ends, and so much of its ticks that they follow."""
    is_numeric = axis.get("type", "linear") in ("linear", "log")
    return is_numeric and "range" in axis and not {"tickvals", "nticks", "dtick"}.isdisjoint(axis)


def _is_known(trace: Mapping[str, Any]) -> bool:
    """Whether a trace is a line, or points of one shape, one size and one colour."""
    if trace["type"] != "scatter" or "name" not in trace or "fill" in trace:
        return False
    if trace.get("mode") == "lines":
        return isinstance(trace.get("line", {}).get("color"), str)
    marker = trace.get("marker", {})
    is_uniform = isinstance(marker.get("color"), str) and isinstance(marker.get("size"), (int, float))
    return trace.get("mode") == "markers" and is_uniform and marker.get("symbol", "circle") in _SHAPES


def _is_named(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> bool:
    """Whether the legend names a trace."""
    return layout["showlegend"] is True and trace.get("showlegend") is not False


def _width(words: str) -> float:
    """Pixels that a tick's number takes."""
    return sum(_DOT if character == "." else _DIGIT for character in words)


def _on_page(colour: str) -> str:
    return _ON_PAGE.get(colour, colour)


def _numbers(value: Any) -> Array:
    """An array as plotly writes it."""
    if isinstance(value, dict):
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).astype(np.float64)
    return np.array(value, dtype=np.float64)


def _places(values: Array, axis: Mapping[str, Any]) -> Array:
    """Where values stand on an axis, in per cent."""
    low, high = axis["range"]
    with np.errstate(divide="ignore", invalid="ignore"):
        coordinates = np.log10(values) if axis.get("type") == "log" else values
    return np.asarray(np.round(100.0 * (coordinates - low) / (high - low), 2))


def _line(trace: Mapping[str, Any], x: Mapping[str, Any], y: Mapping[str, Any]) -> Line:
    across, down = _places(_numbers(trace["x"]), x), 100.0 - _places(_numbers(trace["y"]), y)
    if trace["line"].get("shape") == "hv":  # a stair
        across, down = np.repeat(across, 2)[1:], np.repeat(down, 2)[:-1]
    corners = " ".join(f"{a:g},{b:g}" for a, b in zip(across.tolist(), down.tolist(), strict=True))
    return Line(html.unescape(trace["name"]), _on_page(trace["line"]["color"]), corners)


def _points(trace: Mapping[str, Any], x: Mapping[str, Any], y: Mapping[str, Any]) -> Points:
    across, down = _places(_numbers(trace["x"]), x), 100.0 - _places(_numbers(trace["y"]), y)
    is_seen = (down >= 0.0) & (down <= 100.0)
    marker = trace["marker"]
    places = tuple(zip(across[is_seen].tolist(), np.round(down[is_seen], 2).tolist(), strict=True))
    shape = marker.get("symbol", "circle")
    return Points(html.unescape(trace["name"]), shape, marker["size"], _on_page(marker["color"]), places)


def _ticks(axis: Mapping[str, Any]) -> list[tuple[float, str]]:
    """The ticks that plotly.js gives an axis of numbers: so many as it says at most, at round ones."""
    if "tickvals" in axis:
        places = _places(_numbers(axis["tickvals"]), axis).tolist()
        return [(place, html.unescape(words)) for place, words in zip(places, axis["ticktext"], strict=True)]
    low, high = axis["range"]
    step = axis.get("dtick") or _round_up((high - low) / axis["nticks"])
    values = step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)
    is_plain = "tickformat" in axis or 1e-3 <= max(abs(low), abs(high)) < 9e3
    words = [shown(float(f"{value:.12g}")).replace("-", "\N{MINUS SIGN}") if is_plain else "" for value in values]
    return list(zip(_places(values, axis).tolist(), words, strict=True))


def _round_up(step: float) -> float:
    """The next one of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return power * next(factor for factor in (2.0, 5.0, 10.0) if factor * power >= step)
