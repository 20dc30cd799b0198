"""The frame of every figure: template, title, notes; and the traces that several plots share."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.arrays import Array
from hpo.visualization.density import Density
from hpo.visualization.margin import left_margin, text_width
from hpo.visualization.text import short, wrapped
from hpo.visualization.theme import GREY, SHADES, TEMPLATE

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["MOST_POINTS", "colour_bar", "compact", "empty", "frame", "framed", "grid", "shading", "show_once"]

MOST_POINTS = 4000
"""Trials that a figure draws one by one; of more it shows how many lie where, and the best ones."""

_GAP = 80  # pixels between rows of panels, for ticks and a name
_LINE = 84  # characters of a note that fit beside each other at a width of 600 pixels
_WIDTH = 508  # pixels for a legend between the margins of a figure of 600
_SYMBOL = 45  # pixels of an entry of a legend beside its words


def frame(
    traces: Sequence[Any] = (), *, title: str, note: str = "", height: int = 460, legend: bool = False, **layout: Any
) -> go.Figure:
    """A figure with a title, and a note below it that may take several lines."""
    import plotly.graph_objects as go

    return framed(go.Figure(list(traces)), title=title, note=note, height=height, legend=legend, **layout)


def framed(
    figure: go.Figure, *, title: str, note: str = "", height: int = 460, legend: bool = False, **layout: Any
) -> go.Figure:
    """A figure that has its traces already, with a title and a note below it."""
    lines = textwrap.wrap(note, _LINE, break_long_words=False)
    names = max((1 + str(name.text).count("<br>") for name in figure.layout.annotations), default=0)
    top = 52 + 16 * len(lines) + _legend_height(figure, legend=legend) + (12 + 16 * names if names else 0)
    if legend and names:  # above the names of the panels
        layout["legend"] = {
            "yref": "container",
            "yanchor": "top",
            "y": 1.0 - (44 + 16 * len(lines)) / (height + top - 90),
        }
    figure.layout.template = TEMPLATE  # an update would merge it with plotly's own, which takes long
    figure.update_layout(
        title={"text": title, "subtitle": {"text": "<br>".join(lines)}},
        height=height + top - 90,
        showlegend=legend,
        **layout,
    )
    figure.layout.margin.t = top
    if figure.layout.margin.l is None:
        figure.layout.margin.l = left_margin(figure)
    return figure


def _legend_height(figure: go.Figure, *, legend: bool) -> int:
    """Pixels for a legend of as many rows as it has in a narrow figure."""
    if not legend:
        return 0
    entries = {
        trace.legendgroup or trace.name: _SYMBOL + text_width(trace.name)
        for trace in figure.data
        if trace.name and trace.showlegend is not False
    }
    if sum(entries.values()) <= _WIDTH:
        return 28
    columns = max(1, int(_WIDTH / max(entries.values())))  # of one width, that of the longest entry
    return 28 + 19 * (math.ceil(len(entries) / columns) - 1)


def empty(title: str, message: str, **layout: Any) -> go.Figure:
    """A figure that says why there is nothing to see yet."""
    figure = frame(title=title, **layout)
    figure.add_annotation(
        text="<br>".join(textwrap.wrap(message, 60)),
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
        font={"size": 15, "color": GREY},
    )
    figure.update_xaxes(showticklabels=False, showgrid=False)
    figure.update_yaxes(showticklabels=False, showgrid=False)
    return figure


def grid(
    titles: Sequence[str], *, most_columns: int = 3, panel: int = 170, **options: Any
) -> tuple[go.Figure, list[tuple[int, int]], int]:
    """Panels side by side and below each other, each with its name above it.

    Returns:
        The figure, the row and column of each panel from 1, and the height.
    """
    from plotly.subplots import make_subplots

    n = len(titles)
    columns = n if n <= most_columns else math.ceil(n / math.ceil(n / most_columns))
    rows = math.ceil(n / columns)
    panel += 120 * (rows == 1)
    names = wrapped(titles, 66 // columns, 3)
    gap = _GAP + 16 * max(name.count("<br>") for name in names)
    height = rows * panel + (rows - 1) * gap
    figure = make_subplots(
        rows,
        columns,
        subplot_titles=names,
        vertical_spacing=gap / height if rows > 1 else 0.0,
        horizontal_spacing=0.12 / columns if columns > 1 else 0.0,
        **options,
    )
    figure.update_annotations(font={"size": 12})
    return figure, [(i // columns + 1, i % columns + 1) for i in range(n)], height + 170


def show_once(figure: go.Figure) -> None:
    """Let traces of several panels that have one name share one line of the legend."""
    known: set[str] = set()
    for trace in figure.data:
        if trace.showlegend is not False and trace.name:
            trace.update(legendgroup=trace.name, showlegend=trace.name not in known)
            known.add(trace.name)


def colour_bar(title: str, **options: Any) -> dict[str, Any]:
    """The bar beside a figure that says what its colours mean."""
    return {
        "title": {"text": short(title, 16), "font": {"size": 12}},
        "lenmode": "pixels",
        "len": 240,
        "y": 1.0,
        "yanchor": "top",
        "thickness": 12,
        "nticks": 6,
        "tickfont": {"size": 11},
        **options,
    }


def shading(density: Density, *, x_is_log: bool = False, y_is_log: bool = False) -> go.Heatmap:
    """How many trials lie where, in greys."""
    import plotly.graph_objects as go

    with np.errstate(divide="ignore"):
        depth = np.where(density.count > 0, np.log10(density.count), np.nan)
    return go.Heatmap(
        x=10.0**density.x if x_is_log else density.x,
        y=10.0**density.y if y_is_log else density.y,
        z=compact(depth),
        customdata=density.count.astype(np.int32),
        colorscale=SHADES,
        showscale=False,
        hovertemplate="trials here: %{customdata}<extra></extra>",
        hoverongaps=False,
        name="trials",
        showlegend=False,
    )


def compact(values: Array) -> Any:
    """Numbers as 32-bit floats, which is what a screen resolves, unless they are too large or too close for these."""
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
    spread = float(np.nanmax(values) - np.nanmin(values)) if np.isfinite(values).any() else 0.0
    error = np.nanmax(np.abs(rounded - values), initial=0.0)
    return rounded if error <= 1e-4 * spread or error == 0.0 else values
