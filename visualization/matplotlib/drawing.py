"""A plotly figure drawn by matplotlib: the same numbers, scales, colours and words, for print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from hpo.arrays import Array
from hpo.visualization.matplotlib.axes import set_axes, set_scales
from hpo.visualization.matplotlib.look import POINTS, colour, colours, numbers, plain
from hpo.visualization.matplotlib.traces import Panel, draw, draw_bars
from hpo.visualization.theme import GREY, INK

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["drawn"]

_WIDTH = 7.2  # inches
_MANY = 6  # panels side by side
_PIXELS = 92  # of a figure for the screen that become one inch


def drawn(figure: go.Figure) -> Any:
    """Draw a figure of this package and return its Axes: one, or an array of several.

    Of pairs of parameters the array has two dimensions, with Axes that are switched off above the diagonal.
    """
    layout = figure.layout
    canvas = plt.figure(figsize=(_WIDTH, layout.height / _PIXELS), layout="constrained")
    if not figure.data:
        return _empty(canvas, figure)
    mapped = _colour_axes(figure)
    if any(trace.type == "scatter3d" for trace in figure.data):
        return _space(canvas, figure, mapped)
    places = _places(figure)
    heights = dict(sorted((_domain(layout, "y", name) for name in _names(layout, "y")), key=lambda ends: -ends[1]))
    rows, columns = len(heights), len({_domain(layout, "x", name) for name in _names(layout, "x")})
    if columns > _MANY:  # the gaps between them would take all room
        canvas.set_layout_engine("constrained", w_pad=0.02, h_pad=0.08, wspace=0.0, hspace=0.0)
    cells = canvas.add_gridspec(rows, columns, height_ratios=[high - low for low, high in heights.items()])
    panels = {key: canvas.add_subplot(cells[place]) for key, place in places.items()}
    legend: dict[str, Any] = {}
    for (x, y), axes in panels.items():
        legend |= _fill(axes, figure, x, y, mapped)
    for annotation in layout.annotations:
        _annotate(panels, figure, annotation)
    _colour_bars(canvas, list(panels.values()), layout, mapped)
    if layout.showlegend and legend:
        _legend(canvas, legend)
    _entitle(canvas, list(panels.values()), layout)
    return _shaped(canvas, layout, cells, panels, places, rows, columns)


def _places(figure: go.Figure) -> dict[tuple[str, str], tuple[int, int]]:
    """Row and column of each panel, from the top left, by the names of its axes."""
    layout = figure.layout
    keys = list(dict.fromkeys((trace.xaxis or "x", trace.yaxis or "y") for trace in figure.data))
    left = {key: _domain(layout, "x", key[0])[0] for key in keys}
    top = {key: _domain(layout, "y", key[1])[1] for key in keys}
    lefts = sorted({_domain(layout, "x", name)[0] for name in _names(layout, "x")})
    tops = sorted({_domain(layout, "y", name)[1] for name in _names(layout, "y")}, reverse=True)
    return {key: (tops.index(top[key]), lefts.index(left[key])) for key in keys}


def _names(layout: Any, letter: str) -> list[str]:
    """The axes of a layout, such as "x" and "x2"."""
    return [key.replace("axis", "") for key in layout.to_plotly_json() if key.startswith(f"{letter}axis")] or [letter]


def _long(letter: str, name: str) -> str:
    """What a layout calls an axis such as "x2"."""
    return f"{letter}axis{name[1:]}"


def _domain(layout: Any, letter: str, name: str) -> tuple[float, float]:
    domain = layout[_long(letter, name)].domain
    return (0.0, 1.0) if domain is None else (round(domain[0], 6), round(domain[1], 6))


def _fill(axes: Axes, figure: go.Figure, x: str, y: str, mapped: dict[str, ScalarMappable]) -> dict[str, Any]:
    """Draw the traces of one panel; what stands for them in a legend, by their names."""
    layout = figure.layout
    of_x, of_y = layout[_long("x", x)], layout[_long("y", y)]
    set_scales(axes, of_x, of_y)
    panel = Panel(axes, (of_x.type == "log", of_y.type == "log"), mapped)
    mine = [trace for trace in figure.data if (trace.xaxis or "x", trace.yaxis or "y") == (x, y)]
    bars = [trace for trace in mine if trace.type == "bar"]
    others = [trace for trace in mine if trace.type != "bar"]
    handles = list(zip(bars, draw_bars(axes, bars, layout), strict=True)) if bars else []
    for i, trace in enumerate(others):
        handles.append((trace, draw(panel, trace, others[i - 1] if i else None)))
    for shape in layout.shapes:
        line = {"color": colour(shape.line.color), "linewidth": POINTS * shape.line.width}
        axes.plot([shape.x0, shape.x1], [shape.y0, shape.y1], **line)
    set_axes(axes, of_x, of_y)
    return {
        trace.name: handle
        for trace, handle in handles
        if handle is not None and trace.name and trace.showlegend is not False
    }


def _colour_axes(figure: go.Figure) -> dict[str, ScalarMappable]:
    """Colours that are numbers, by the name of plotly's colour axis."""
    found: dict[str, list[Array]] = {}
    for trace in figure.data:
        if trace.type in ("heatmap", "contour") and trace.coloraxis:
            found.setdefault(trace.coloraxis, []).append(np.ravel(np.array(trace.z, dtype=np.float64)))
        if trace.type == "scatter" and trace.marker.coloraxis:
            found.setdefault(trace.marker.coloraxis, []).append(numbers(trace.marker.color))
    mapped = {}
    for name, values in found.items():
        of = figure.layout[name]
        every = np.concatenate(values)
        low = float(np.nanmin(every)) if of.cmin is None else of.cmin
        high = float(np.nanmax(every)) if of.cmax is None else of.cmax
        scale = colours(of.colorscale, is_reversed=bool(of.reversescale))
        mapped[name] = ScalarMappable(Normalize(low, high if high > low else low + 1.0), scale)
    return mapped


def _colour_bars(canvas: Figure, axes: list[Axes], layout: Any, mapped: dict[str, ScalarMappable]) -> None:
    for i, (name, colours_of) in enumerate(mapped.items()):
        of = layout[name].colorbar
        is_flat = of.orientation == "h"
        beside = axes[i : i + 1] if is_flat else axes
        options: dict[str, Any] = (
            {"location": "bottom"} if is_flat else {"location": "right", "shrink": 0.6, "aspect": 25}
        )
        bar = canvas.colorbar(colours_of, ax=beside, **options)
        bar.set_label(plain(of.title.text), fontsize=9)
        bar.ax.tick_params(labelsize=8, color=GREY)
        bar.outline.set_visible(False)
        if of.tickvals is not None:
            labels = None if of.ticktext is None else [plain(text) for text in of.ticktext]
            bar.set_ticks(list(of.tickvals), labels=labels)


def _annotate(panels: dict[tuple[str, str], Axes], figure: go.Figure, annotation: Any) -> None:
    """A text in a panel, or the name above one."""
    if annotation.xref != "paper":
        axes = panels[annotation.xref or "x", annotation.yref or "y"]
        axes.annotate(
            plain(annotation.text),
            (annotation.x, annotation.y),
            (0, POINTS * float(annotation.yshift or 0)),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8,
            color=INK,
        )
        return
    for (x, y), axes in panels.items():
        low, high = _domain(figure.layout, "x", x)
        top = _domain(figure.layout, "y", y)[1]
        is_left = annotation.xanchor == "left"
        if abs((low if is_left else (low + high) / 2) - annotation.x) > 1e-3 or abs(top - annotation.y) > 1e-3:
            continue
        if not is_left:
            axes.set_title(plain(annotation.text), fontsize=9, color=INK)
            continue
        name = axes.text(0.0, 1.03, plain(annotation.text), fontsize=8, color=INK, transform=axes.transAxes)
        name.set_in_layout(False)  # it goes on beyond its panel


def _legend(canvas: Figure, handles: dict[str, Any]) -> None:
    words = [plain(name) for name in handles]
    shown = [f" {word}" if word.startswith("_") else word for word in words]  # which matplotlib would leave out
    canvas.legend(
        list(handles.values()),
        shown,
        loc="outside lower center",
        ncols=min(len(shown), 5),
        frameon=False,
        fontsize=8,
    )


def _entitle(canvas: Figure, axes: list[Axes], layout: Any) -> None:
    words = plain(layout.title.text)
    note = plain(layout.title.subtitle.text)
    if len(axes) == 1:
        axes[0].set_title("\n".join(filter(None, (words, note))), fontsize=10, color=INK, loc="left")
        return
    canvas.suptitle("\n".join(filter(None, (words, note))), fontsize=10, color=INK, x=0.01, ha="left")


def _is_triangle(layout: Any) -> bool:
    """Whether panels stand below a diagonal, above which the axes are hidden."""
    return any(layout[_long("y", name)].visible is False for name in _names(layout, "y"))


def _shaped(canvas: Figure, layout: Any, cells: Any, panels: Any, places: Any, rows: int, columns: int) -> Any:
    """One panel as it is, pairs as a square, others as a row."""
    if len(panels) == 1:
        return next(iter(panels.values()))
    if rows != columns or not _is_triangle(layout):
        return np.array(list(panels.values()), dtype=object)
    found = np.empty((rows, columns), dtype=object)
    for key, place in places.items():
        found[place] = panels[key]
    for place in np.ndindex(rows, columns):
        if found[place] is None:
            unused = found[place] = canvas.add_subplot(cells[place])
            unused.set_axis_off()
    return found


def _empty(canvas: Figure, figure: go.Figure) -> Axes:
    axes = canvas.add_subplot()
    axes.set(xticks=[], yticks=[])
    for annotation in figure.layout.annotations:
        axes.text(0.5, 0.5, plain(annotation.text), ha="center", va="center", color=GREY, transform=axes.transAxes)
    _entitle(canvas, [axes], figure.layout)
    return axes


def _space(canvas: Figure, figure: go.Figure, mapped: dict[str, ScalarMappable]) -> Any:
    """Points in the space of three objectives."""
    axes: Any = canvas.add_subplot(projection="3d")
    panel = Panel(axes, (False, False), mapped)
    handles = {trace.name: draw(panel, trace, None) for trace in figure.data}
    scene = figure.layout.scene
    for letter in "xyz":
        of = scene[f"{letter}axis"]
        axes.set(**{f"{letter}label": plain(of.title.text)})
        if of.type == "linear":
            axes.set(**{f"{letter}lim": tuple(of.range)})
        axes.tick_params(axis=letter, labelsize=8)
    _legend(canvas, handles)
    _entitle(canvas, [axes], figure.layout)
    return axes
