"""Drawings of Matplotlib as SVG within a page, whose colours and letters they take."""

from __future__ import annotations

import re
from io import StringIO
from itertools import count
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BLUE", "GREEN", "GREY", "INK", "ORANGE", "PURPLE", "VERMILLION", "canvas", "inline"]

BLUE, ORANGE, GREEN, VERMILLION, PURPLE = "#2f8fd0", "#e69f00", "#1aa67d", "#e2662a", "#c578a5"
"""Okabe's and Ito's colours, at lightnesses that can be seen on white and on black."""

INK, GREY = "#010203", "#808890"
"""The colour of the page's text, which is put in its place later; and what is less important."""

_LOOK: dict[str, Any] = {
    "axes.edgecolor": GREY, "axes.facecolor": "none", "axes.labelcolor": INK, "axes.spines.right": False,
    "axes.spines.top": False, "figure.facecolor": "none", "font.size": 10, "savefig.facecolor": "none",
    "svg.fonttype": "none", "svg.hashsalt": "hpo", "text.color": INK, "xtick.color": GREY, "xtick.labelcolor": INK,
    "ytick.color": GREY, "ytick.labelcolor": INK,
}  # fmt: skip
_drawn = count()


def canvas(width: float = 7.2, height: float = 3.0, **options: Any) -> tuple[Figure, Any]:
    """A figure of so many inches and its axes, as `subplots` makes them."""
    from matplotlib.figure import Figure

    with mpl.rc_context(_LOOK):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes: Axes = figure.subplots(**options)
    return figure, axes


def inline(figure: Figure, title: str) -> str:
    """The figure as an SVG element, with a title for those who do not see it."""
    with mpl.rc_context(_LOOK):
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace(INK, "currentColor")
    text = re.sub(r"font: [^;\"]*?(\d+(?:\.\d+)?px)[^;\"]*", r"font-size: \1", text)  # the page's letters instead
    mark = f"p{next(_drawn)}-"  # several drawings stand on one page
    text = re.sub(r'\bid="', f'id="{mark}', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{mark}", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
