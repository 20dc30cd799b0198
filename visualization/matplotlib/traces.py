"""Traces of a plotly figure, drawn on matplotlib's Axes: one function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.dates import date2num

from hpo.arrays import Array
from hpo.visualization.matplotlib.look import DASHES, POINTS, colour, colours, marker, numbers, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Panel", "draw", "draw_bars"]


@final
@dataclass(frozen=True, eq=False)
class Panel:
    """Where traces are drawn.

    Args:
        axes: On which.
        is_log: Whether its x and y are logarithmic.
        colours: Colours that are numbers, by the name of plotly's colour axis.
    """

    axes: Axes
    is_log: tuple[bool, bool]
    colours: Mapping[str, ScalarMappable]


def draw(panel: Panel, trace: Any, below: Any | None) -> Any:
    """Draw a trace and return what stands for it in a legend; `below` is the trace before it, up to which some fill."""
    return _KINDS[trace.type](panel, trace, below)


_STEPS: Mapping[str | None, Literal["pre", "post"]] = {"hv": "post", "vh": "pre"}


def _scatter(panel: Panel, trace: Any, below: Any | None) -> Any:
    axes, x, y = panel.axes, numbers(trace.x), numbers(trace.y)
    step = _STEPS.get(trace.line.shape)
    if trace.fill == "toself":
        return axes.fill(x, y, color=colour(trace.fillcolor), linewidth=0)[0]
    if trace.fill == "tonexty" and below is not None:
        return axes.fill_between(x, numbers(below.y), y, color=colour(trace.fillcolor), linewidth=0, step=step)
    handle: Any = None
    if "lines" in trace.mode and trace.line.width != 0:
        (handle,) = axes.plot(
            x,
            y,
            color=colour(trace.line.color),
            linewidth=POINTS * float(trace.line.width or 2),
            linestyle=DASHES[trace.line.dash or "solid"],
            drawstyle=f"steps-{step}" if step else "default",
            alpha=trace.opacity,
        )
    if trace.error_y.array is not None:
        _errors(axes, x, y, trace.error_y, trace.marker.color)
    if "markers" in trace.mode:
        points = axes.scatter(x, y, zorder=3, **marker(trace.marker), **_numbered(panel, trace.marker))
        handle = points if handle is None else (handle, points)
    return handle


def _numbered(panel: Panel, of: Any) -> dict[str, Any]:
    """Colours that are numbers."""
    if of.coloraxis is None:
        return {}
    mapped = panel.colours[of.coloraxis]
    return {"c": numbers(of.color), "cmap": mapped.cmap, "norm": mapped.norm}


def _errors(axes: Axes, x: Array, y: Array, of: Any, shade: str) -> None:
    above = numbers(of.array)
    beneath = above if of.arrayminus is None else numbers(of.arrayminus)
    width = POINTS * float(of.thickness or 1)
    axes.errorbar(x, y, yerr=np.stack([beneath, above]), fmt="none", ecolor=colour(of.color or shade), elinewidth=width)


def _scatter3d(panel: Panel, trace: Any, below: Any | None) -> Any:
    del below
    axes: Any = panel.axes
    coordinates = (numbers(column) for column in (trace.x, trace.y, trace.z))
    return axes.scatter(*coordinates, depthshade=False, **marker(trace.marker))


def _heatmap(panel: Panel, trace: Any, below: Any | None) -> Any:
    del below
    z = np.array(trace.z, dtype=np.float64)
    x, y = (
        _ends(numbers(column), n, is_log)
        for column, n, is_log in zip((trace.x, trace.y), z.shape[::-1], panel.is_log, strict=True)
    )
    return panel.axes.pcolormesh(x, y, z, rasterized=True, zorder=0.8, **_coloured(panel, trace, z))


def _contour(panel: Panel, trace: Any, below: Any | None) -> Any:
    del below
    x, y, z = numbers(trace.x), numbers(trace.y), np.array(trace.z, dtype=np.float64)
    style = _coloured(panel, trace, z)
    smooth: Literal["gouraud", "nearest"] = (
        "gouraud" if trace.line.width else "nearest"
    )  # seams show between triangles that are transparent
    mesh = panel.axes.pcolormesh(x, y, z, shading=smooth, rasterized=True, zorder=0.8, **style)
    if trace.line.width and z.min() < z.max():
        width = POINTS * float(trace.line.width)
        panel.axes.contour(x, y, z, levels=12, colors=[colour(trace.line.color)], linewidths=width, zorder=0.9)
    return mesh


def _coloured(panel: Panel, trace: Any, z: Array) -> dict[str, Any]:
    if trace.coloraxis is not None:
        mapped = panel.colours[trace.coloraxis]
        return {"cmap": mapped.cmap, "norm": mapped.norm}
    known = np.isfinite(z).any()
    low = trace.zmin if trace.zmin is not None else np.nanmin(z) if known else 0.0
    high = trace.zmax if trace.zmax is not None else np.nanmax(z) if known else 1.0
    return {"cmap": colours(trace.colorscale), "vmin": low, "vmax": high}


def _ends(places: Array, n: int, is_log: bool) -> Array:
    """The ends of n cells, given these or their middles."""
    if len(places) == n + 1:
        return places
    at = np.log10(places) if is_log else places
    half = np.diff(at) / 2 if n > 1 else np.array([0.5])
    ends = np.concatenate([at[:1] - half[:1], at[:-1] + half[: n - 1], at[-1:] + half[-1:]])
    return np.asarray(10.0**ends if is_log else ends)


_KINDS: Mapping[str, Callable[[Panel, Any, Any | None], Any]] = {
    "scatter": _scatter,
    "scatter3d": _scatter3d,
    "heatmap": _heatmap,
    "contour": _contour,
}


def draw_bars(axes: Axes, traces: Sequence[Any], layout: Any) -> list[Any]:
    """Draw the bars of one panel, stacked, side by side or over each other, and return what stands for each trace."""
    first = traces[0]
    is_flat = first.orientation == "h"
    places, names = _places(first.y if is_flat else first.x)
    height = 1.0 - (0.2 if layout.bargap is None else float(layout.bargap))
    grouped = layout.barmode is None and len(traces) > 1
    base = np.zeros(len(places))
    handles = []
    for i, trace in enumerate(traces):
        at = _places(trace.y if is_flat else trace.x)[0]
        length = numbers(trace.x if is_flat else trace.y)
        width = height if trace.width is None else float(trace.width)
        begin: Any = base if layout.barmode == "stack" else 0.0
        if trace.base is not None:
            begin = _days(trace.base)
            length = length / 86_400_000  # milliseconds of a day
        if grouped:
            width /= len(traces)
            at = at + (i - (len(traces) - 1) / 2) * width
        draw_one: Any = axes.barh if is_flat else axes.bar
        bars = draw_one(at, length, width, begin, color=colour(trace.marker.color))
        if trace.text is not None:
            _write(axes, bars, trace)
        base = base + length if layout.barmode == "stack" else base
        handles.append(bars)
    if names is not None:
        axes.set_yticks(places, [plain(name) for name in names])
    return handles


def _days(moments: Sequence[str]) -> Array:
    """Moments on matplotlib's axis of dates, which counts days."""
    days: Array = date2num([datetime.fromisoformat(moment) for moment in moments])  # type: ignore[no-untyped-call]
    return days


def _places(column: Any) -> tuple[Array, list[str] | None]:
    """Where bars stand; names stand one above the other."""
    if len(column) and isinstance(column[0], str):
        return np.arange(len(column), dtype=np.float64), list(column)
    return numbers(column), None


def _write(axes: Axes, bars: Any, trace: Any) -> None:
    inside = trace.textposition == "inside"
    shade = trace.textfont.color if inside and trace.textfont.color else "black"
    words = [plain(str(text)) for text in trace.text]
    axes.bar_label(
        bars, words, label_type="center" if inside else "edge", padding=0 if inside else 3, fontsize=8, color=shade
    )
