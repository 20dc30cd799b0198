"""Axes of a plotly figure, set on matplotlib's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.dates import ConciseDateFormatter
from matplotlib.ticker import MaxNLocator, MultipleLocator, NullLocator, PercentFormatter

from hpo.visualization.matplotlib.look import plain
from hpo.visualization.theme import FAINT, GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = ["set_axes", "set_scales"]

_DECADES = 308  # on either side of 1, within which floats lie
_SMALL, _MEDIUM = 8, 9  # points of ticks and of names


def set_scales(axes: Axes, x: Any, y: Any) -> None:
    """What both axes measure, as plotly's `x` and `y` say; before anything is drawn."""
    for name, of, axis in (("x", x, axes.xaxis), ("y", y, axes.yaxis)):
        if of.type == "log":
            axes.set(**{f"{name}scale": "log"})
            axis.set_minor_locator(NullLocator())
            _set_range(axes, name, of)  # or else matplotlib adds margins to what is drawn, which may end beyond floats
        if of.type == "date":
            axis.axis_date()
            axis.set_major_formatter(ConciseDateFormatter(axis.get_major_locator()))  # type: ignore[no-untyped-call]


def set_axes(axes: Axes, x: Any, y: Any) -> None:
    """Ranges, ticks, names and lines of both axes, as plotly's `x` and `y` say; after everything is drawn."""
    for name, of, axis, edge in (("x", x, axes.xaxis, "bottom"), ("y", y, axes.yaxis, "left")):
        _set_range(axes, name, of)
        _set_ticks(axis, of)
        axis.set_label_text(plain(of.title.text), fontsize=_MEDIUM, color=INK)
        is_hidden = of.visible is False
        axis.set_visible(not is_hidden)
        has_line = not is_hidden and of.showline is not False
        axes.spines[edge].set_visible(has_line)
        axes.spines[edge].set_color(GREY)
        if of.showgrid is not False and not is_hidden:
            axis.grid(visible=True, color=FAINT, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if y.side == "right":
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
        axes.spines["right"].set(visible=True, color=GREY)
        axes.spines["left"].set_visible(False)
    axes.set_axisbelow(True)


def _set_range(axes: Axes, name: str, of: Any) -> None:
    if of.range is not None:
        low, high = (_on_log(end) if of.type == "log" else float(end) for end in of.range)
        axes.set(**{f"{name}lim": (low, high)})
    elif of.rangemode == "tozero":
        axes.set(**{f"{name}lim": (0.0, None)})


def _set_ticks(axis: Axis, of: Any) -> None:
    axis.set_tick_params(labelsize=_SMALL, color=GREY, labelcolor=INK)
    if of.showticklabels is False:
        axis.set_tick_params(length=0, labelleft=False, labelbottom=False, labelright=False)
    if of.ticks == "":
        axis.set_tick_params(length=0)
    if of.tickangle:
        axis.set_tick_params(labelrotation=-of.tickangle)
    if of.tickvals is not None:
        labels = None if of.ticktext is None else [plain(text) for text in of.ticktext]
        axis.set_ticks([float(at) for at in of.tickvals], labels)
        return
    if of.dtick is not None:
        axis.set_major_locator(MultipleLocator(float(of.dtick)))
    elif of.type not in ("log", "date", "category"):
        axis.set_major_locator(MaxNLocator(of.nticks or 6, integer=of.tickformat == "d"))
    if of.tickformat == ".0%":
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _on_log(end: float) -> float:
    """The end of a logarithmic axis, as far as floats go."""
    return float(10.0 ** min(max(end, -_DECADES), _DECADES))
